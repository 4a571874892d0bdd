import { describe, expect, test } from 'vitest';
import { isImageId, parseImageRef, pinTo, whyMutable } from '../../src/core/image-ref.ts';
import { hex } from '../support/builders.ts';

const digest = `sha256:${hex('4f06b3a6')}`;

describe('a reference is taken apart as Docker does', () => {
  test.each([
    ['nginx', 'nginx', undefined, undefined],
    ['nginx:1.27', 'nginx', '1.27', undefined],
    ['postgres:16', 'postgres', '16', undefined],
    ['library/redis:7', 'library/redis', '7', undefined],
    ['localhost:5000', 'localhost', '5000', undefined],
    ['localhost/web', 'localhost/web', undefined, undefined],
    ['localhost:5000/web', 'localhost:5000/web', undefined, undefined],
    ['registry.example.org:5000/web:2', 'registry.example.org:5000/web', '2', undefined],
    ['ghcr.io/a/b/c/d:v1.2.3', 'ghcr.io/a/b/c/d', 'v1.2.3', undefined],
    ['my_app/web__api-x.y:2024-01_rc.1', 'my_app/web__api-x.y', '2024-01_rc.1', undefined],
    ['web:UPPER_Tag', 'web', 'UPPER_Tag', undefined],
    ['REGISTRY/web', 'REGISTRY/web', undefined, undefined],
    ['[2001:db8::1]:5000/web:1', '[2001:db8::1]:5000/web', '1', undefined],
    [`nginx@${digest}`, 'nginx', undefined, digest],
    [`nginx:1.27@${digest}`, 'nginx', '1.27', digest],
    [`localhost:5000/a/b:1@${digest}`, 'localhost:5000/a/b', '1', digest],
  ])('%s', (reference, name, tag, ofDigest) => {
    expect(parseImageRef(reference)).toEqual({ name, tag, digest: ofDigest });
  });

  test.each([
    ['an upper-case repository', 'Nginx'],
    ['an upper-case repository behind a registry', 'ghcr.io/Acme/web'],
    ['nothing', ''],
    ['only a tag', ':1'],
    ['only a digest', `@${digest}`],
    ['a space', 'web 1'],
    ['an empty tag', 'web:'],
    ['two tags', 'web:1:2'],
    ['a short digest', 'web@sha256:abc'],
    ['an empty part', 'a//b'],
    ['a slash at the end', 'a/b/'],
    ['a dot at the end of a part', 'a/b.'],
    ['a URL', 'https://ghcr.io/acme/web'],
    ['a tag that is too long', `web:${'x'.repeat(129)}`],
    ['an image id', digest],
    ['a name that is too long', `${'a/'.repeat(130)}a`],
  ])('%s is no reference', (_, reference) => {
    expect(parseImageRef(reference)).toBeUndefined();
  });

  test('a text of a megabyte is refused at once', () => {
    const begun = performance.now();
    for (const text of ['a'.repeat(1e6), `${'a-'.repeat(5e5)}!`, `${'a.'.repeat(5e5)}/x`]) {
      expect(parseImageRef(text)).toBeUndefined();
    }
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe('a pin keeps the tag for people and adds the digest', () => {
  test.each([
    ['nginx:1.27', `nginx:1.27@${digest}`],
    ['postgres:16', `postgres:16@${digest}`],
    ['nginx', `nginx:latest@${digest}`],
    ['localhost:5000/web', `localhost:5000/web:latest@${digest}`],
    [`nginx:1@sha256:${hex(9)}`, `nginx:1@${digest}`],
  ])('%s', (reference, pinned) => {
    expect(pinTo(reference, digest)).toBe(pinned);
  });
});

describe('a tag counts as moving unless it names a version', () => {
  test.each([
    'nginx:1.27',
    'postgres:16',
    'node:20-alpine',
    'web:main-3f2a1b9',
    `web@${digest}`,
    `web:latest@${digest}`,
  ])('%s stays', (reference) => {
    expect(whyMutable(reference)).toBeUndefined();
  });

  test.each([
    ['nginx', 'it names no tag, which means "latest"'],
    ['localhost:5000/web', 'it names no tag, which means "latest"'],
    ['nginx:latest', 'the tag "latest" moves'],
    ['nginx:alpine', 'the tag "alpine" moves'],
    ['node:lts-alpine3', 'the tag "lts-alpine3" moves'],
    ['web:latest-arm64', 'the tag "latest-arm64" moves'],
    ['web:main', 'the tag "main" moves'],
  ])('%s moves', (reference, why) => {
    expect(whyMutable(reference)).toBe(why);
  });

  test('an image id never moves', () => {
    expect(whyMutable(digest)).toBeUndefined();
  });
});

test('only 64 hex digits behind sha256: are an image id', () => {
  expect(isImageId(digest)).toBe(true);
  expect(isImageId(digest.slice(0, -1))).toBe(false);
  expect(isImageId(`nginx@${digest}`)).toBe(false);
});
