import { expect, test } from 'vitest';
import type { ReleaseService } from '../../src/model/release.ts';
import { mutableTags } from '../../src/policies/mutable-tags.ts';
import { hex, model, pin, service } from '../support/builders.ts';
import { judge, lines } from './support.ts';

const warned = (...services: readonly ReleaseService[]) =>
  lines(judge(mutableTags, model({}), { release: { services } }));

test('a tag that moves is worth a warning, never a denial', () => {
  expect(warned(service('web', { image: pin('nginx:latest') }), service('db', { image: pin('postgres') }))).toEqual([
    'warn web: runs nginx:latest: the tag "latest" moves. Name a version.',
    'warn db: runs postgres: it names no tag, which means "latest". Name a version.',
  ]);
});

test('a version, a digest and an image of the repository’s own are not', () => {
  expect(
    warned(
      service('a', { image: pin('postgres:16') }),
      service('b', { image: pin(`nginx@sha256:${hex(1)}`, { from: 'reference' }) }),
      service('c', { image: pin('harbormaster.local/shop/c:abcdefabcdefabcd', { from: 'build' }) }),
    ),
  ).toEqual([]);
});
