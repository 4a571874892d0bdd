import { describe, expect, test } from 'vitest';
import { buildReads, buildsOf } from '../../src/core/builds.ts';
import type { ComposeBuild } from '../../src/model/compose-model.ts';
import { app, folders, model, objects } from '../support/builders.ts';

const key = Buffer.from('host key');
const known = objects({ web: 'tree-1', '.': 'tree-top', 'docker/web.Dockerfile': 'blob-1', lib: 'tree-lib' });

const built = (build: ComposeBuild, ids = known) => {
  const [first] = buildsOf({ app: app(), model: model({ web: { build } }), folders, objects: ids, key });
  if (first === undefined) throw new Error('nothing is built');
  return first;
};

const context = '/scratch/one/web';

describe('a build', () => {
  test('names the repository paths that go into it, and nothing of where it was rendered', () => {
    const build = built({ context, dockerfile: 'Dockerfile', additional_contexts: { lib: '/scratch/one/lib' } });
    expect(build.paths).toEqual(['web', 'lib']);
    expect(build.section).toEqual({ context: 'web', dockerfile: 'Dockerfile', additional_contexts: { lib: 'lib' } });
  });

  test('reads a Dockerfile beside its context too', () => {
    const build = built({ context, dockerfile: '../docker/web.Dockerfile' });
    expect(build.paths).toEqual(['web', 'docker/web.Dockerfile']);
    expect(build.section['dockerfile']).toBe('../docker/web.Dockerfile');
  });

  test('has its Dockerfile relative to its context, however it was written', () => {
    for (const dockerfile of ['/scratch/one/docker/web.Dockerfile', '/state/apps/shop/live/docker/web.Dockerfile']) {
      expect(built({ context, dockerfile }).section['dockerfile']).toBe('../docker/web.Dockerfile');
    }
    expect(built({ context, dockerfile: '/scratch/one/web/prod/Dockerfile' }).section['dockerfile']).toBe(
      'prod/Dockerfile',
    );
    expect(built({ context: '/scratch/one', dockerfile: 'web/Dockerfile' }).paths).toEqual(['.']);
  });

  test('takes images as contexts as they are', () => {
    const build = built({ context, additional_contexts: { base: 'docker-image://alpine:3' } });
    expect(build.paths).toEqual(['web']);
    expect(build.section['additional_contexts']).toEqual({ base: 'docker-image://alpine:3' });
  });

  test('from a folder with a dollar sign in its name reads that folder; its section stays as Compose reads it', () => {
    const build = built({ context: '/scratch/one/a$$b' }, objects({ a$b: 'tree-1' }));
    expect(build.paths).toEqual(['a$b']);
    expect(build.section['context']).toBe('a$$b');
  });

  test('is known before its objects are asked for', () => {
    const rendered = model({
      web: { build: { context, dockerfile: '../docker/web.Dockerfile' } },
      db: { image: 'db:1' },
    });
    expect(buildReads(rendered, folders)).toEqual(['web', 'docker/web.Dockerfile']);
  });

  test.each<[string, ComposeBuild]>([
    ['a context', { context: '/etc' }],
    ['a context above the repository', { context: '/scratch' }],
    ['a further context', { context, additional_contexts: { x: '/etc' } }],
    ['a Dockerfile', { context, dockerfile: '/etc/passwd' }],
    ['a Dockerfile above the repository', { context, dockerfile: '../../../etc/passwd' }],
    ['a Dockerfile right above it', { context, dockerfile: '../..' }],
  ])('refuses %s outside the repository', (_, build) => {
    const refusal = expect.objectContaining({
      code: 'compose-refused',
      message: expect.stringMatching(/^service web builds from .*, which is outside the repository$/),
    });
    expect(() => built(build)).toThrow(refusal);
    expect(() => buildReads(model({ web: { build } }), folders)).toThrow(refusal);
  });
});

describe('the tag of a build', () => {
  const before = built({ context, args: { A: '1' } });

  test('is a name that no registry answers to', () => {
    expect(before.tag).toMatch(/^harbormaster\.local\/shop\/web:[0-9a-f]{16}$/);
  });

  test.each<[string, ReturnType<typeof built>]>([
    ['content of the context', built({ context, args: { A: '1' } }, objects({ web: 'tree-2' }))],
    ['an argument', built({ context, args: { A: '2' } })],
    ['a target', built({ context, args: { A: '1' }, target: 'prod' })],
  ])('changes with %s', (_, after) => {
    expect(after.tag).not.toBe(before.tag);
  });

  test('does not change with other paths of the repository, or with the folder of the rendering', () => {
    expect(built({ context, args: { A: '1' } }, objects({ web: 'tree-1', other: 'x' })).tag).toBe(before.tag);
    const [elsewhere] = buildsOf({
      app: app(),
      model: model({ web: { build: { context: '/scratch/two/web', args: { A: '1' } } } }),
      folders: { ...folders, scratch: '/scratch/two' },
      objects: known,
      key,
    });
    expect(elsewhere?.tag).toBe(before.tag);
  });

  test('cannot be guessed from the arguments, which may be secret', () => {
    const [other] = buildsOf({
      app: app(),
      model: model({ web: { build: { context, args: { A: '1' } } } }),
      folders,
      objects: known,
      key: Buffer.from('another key'),
    });
    expect(other?.tag).not.toBe(before.tag);
  });
});

test('services that are not built have no builds', () => {
  expect(buildsOf({ app: app(), model: model({ web: { image: 'web:1' } }), folders, objects: known, key })).toEqual([]);
});
