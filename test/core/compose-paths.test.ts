import { describe, expect, test } from 'vitest';
import { mapPaths, pathsOf, treePath, undoubled, withAbsoluteProfiles, within } from '../../src/core/compose-paths.ts';
import { folders, model } from '../support/builders.ts';

const everywhere = model(
  {
    web: {
      image: 'web:1',
      volumes: [
        { type: 'bind', source: '/scratch/one/conf', target: '/conf' },
        { type: 'volume', source: 'data', target: '/data' },
        { type: 'volume', target: '/anonymous' },
        { type: 'tmpfs', target: '/scratch/one/tmp' },
      ],
      credential_spec: { file: '/scratch/one/spec.json' },
      security_opt: ['no-new-privileges:true', 'seccomp:/scratch/one/profile.json', 'seccomp=unconfined'],
      environment: { TEXT: '/scratch/one/looks-like-a-path' },
      command: ['--config', '/scratch/one/looks-like-a-path'],
    },
  },
  {
    configs: { app: { file: '/scratch/one/app.conf' }, inline: { content: '/scratch/one/x' } },
    secrets: { key: { file: '/scratch/one/key.pem' }, token: { environment: 'TOKEN' } },
    volumes: {
      data: null,
      disguised: { driver_opts: { type: 'none', o: 'bind', device: '/scratch/one/shared' } },
      share: { driver_opts: { type: 'nfs', device: ':/export' } },
    },
  },
);

describe('the typed paths of a model', () => {
  test('are found wherever Compose keeps one', () => {
    expect(pathsOf(everywhere).map(({ use, owner, path }) => `${use} of ${owner}: ${path}`)).toEqual([
      'mount of web: /scratch/one/conf',
      'credential-spec of web: /scratch/one/spec.json',
      'seccomp of web: /scratch/one/profile.json',
      'config of app: /scratch/one/app.conf',
      'secret of key: /scratch/one/key.pem',
      'volume of disguised: /scratch/one/shared',
    ]);
  });

  test('are rewritten in a copy, and text that looks like a path is left alone', () => {
    const before = JSON.stringify(everywhere);
    const moved = mapPaths(everywhere, ({ path }) => path.replace('/scratch/one', '/live'));
    expect(JSON.stringify(everywhere)).toBe(before);
    expect(pathsOf(moved).map(({ path }) => path)).toEqual([
      '/live/conf',
      '/live/spec.json',
      '/live/profile.json',
      '/live/app.conf',
      '/live/key.pem',
      '/live/shared',
    ]);
    expect(moved.services['web']).toMatchObject({
      environment: { TEXT: '/scratch/one/looks-like-a-path' },
      command: ['--config', '/scratch/one/looks-like-a-path'],
      security_opt: ['no-new-privileges:true', 'seccomp:/live/profile.json', 'seccomp=unconfined'],
    });
    expect(moved.configs?.['inline']).toEqual({ content: '/scratch/one/x' });
  });

  test('are seen with single dollar signs, and written back doubled, as a rendering has them', () => {
    const rendered = model({ web: { volumes: [{ type: 'bind', source: '/scratch/one/a$$b', target: '/x' }] } });
    expect(pathsOf(rendered)[0]?.path).toBe('/scratch/one/a$b');
    const moved = mapPaths(rendered, ({ path }) => `/live${path.slice('/scratch/one'.length)}$`);
    expect(moved.services['web']?.volumes?.[0]?.source).toBe('/live/a$$b$$');
  });

  test('of a model without any are none', () => {
    expect(pathsOf({ name: 'shop', services: { web: { image: 'web:1' } } })).toEqual([]);
  });
});

test('the paths of seccomp profiles, which Compose leaves as they are, become absolute', () => {
  const security_opt = [
    'seccomp:./p.json',
    'seccomp=sub/q.json',
    'seccomp:/etc/r.json',
    'seccomp:unconfined',
    'seccomp:builtin',
  ];
  const found = withAbsoluteProfiles(model({ web: { security_opt } }), '/scratch/one/app');
  expect(found.services['web']?.['security_opt']).toEqual([
    'seccomp:/scratch/one/app/p.json',
    'seccomp=/scratch/one/app/sub/q.json',
    'seccomp:/etc/r.json',
    'seccomp:unconfined',
    'seccomp:builtin',
  ]);
});

describe('a path as seen from a folder', () => {
  test.each([
    ['/a', '/a', '.'],
    ['/a', '/a/b/c', 'b/c'],
    ['/a', '/ab', undefined],
    ['/a', '/', undefined],
    ['/a/b', '/a', undefined],
  ])('from %s, %s is %s', (root, path, seen) => {
    expect(within(root, path)).toBe(seen);
  });

  test('a repository path may be meant by its scratch side or its live side', () => {
    expect(treePath('/scratch/one/conf', folders)).toBe('conf');
    expect(treePath('/state/apps/shop/live/conf', folders)).toBe('conf');
    expect(treePath('/state/apps/shop/data', folders)).toBeUndefined();
    expect(treePath('/scratch/one-more/conf', folders)).toBeUndefined();
    expect(treePath('./conf', folders)).toBeUndefined();
  });
});

test('a doubled dollar sign means one', () => {
  expect(undoubled('a$$b$$$$c')).toBe('a$b$$c');
});
