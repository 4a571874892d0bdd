import { expect, test } from 'vitest';
import { gitSource } from '../../../src/edges/git/source.ts';
import type { Follower } from '../../../src/model/app.ts';
import { silentLogger } from '../../support/fakes.ts';
import { gitRig } from '../../support/git-rig.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('files are found where the patterns lead, straight from the objects; links and submodules are not followed', async () => {
  await using rig = await gitRig('apps');
  await using folder = await temporaryFolder();
  const commit = await rig.commit({
    'apps/shop/compose.yaml': 'a',
    'apps/blog/compose.yaml': 'b',
    'apps/blog/deep/compose.yaml': 'c',
    'apps/_draft/compose.yaml': 'd',
    'apps/link/compose.yaml': { mode: '120000', content: '../shop/compose.yaml' },
    'apps/away': { mode: '120000', content: 'shop' },
    'apps/program/compose.yaml': { mode: '100755', content: 'e' },
    'other/x/compose.yaml': 'f',
  });
  await using source = gitSource({
    reposDir: `${folder.path}/repos`,
    runDir: `${folder.path}/run`,
    logger: silentLogger,
  });
  const follower: Follower = {
    name: 'x',
    repository: { id: 'apps', url: rig.path, credentials: { kind: 'none' }, certificateAuthority: undefined },
    ref: { kind: 'branch', name: 'main' },
  };
  await source.fetch(follower, commit);
  const find = (pattern: string, ...exclude: string[]) =>
    source.find(follower.repository, commit, { patterns: [pattern], exclude });
  expect(await find('apps/*/compose.yaml', 'apps/_*')).toEqual([
    'apps/blog/compose.yaml',
    'apps/program/compose.yaml',
    'apps/shop/compose.yaml',
  ]);
  expect(await find('**/compose.yaml', 'apps')).toEqual(['other/x/compose.yaml']);
  expect(await find('nowhere/*')).toEqual([]);
});

test('more than anybody can mean is refused', async () => {
  await using rig = await gitRig('many');
  await using folder = await temporaryFolder();
  const files = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`a/${at}/compose.yaml`, 'x']));
  const commit = await rig.commit(files);
  await using source = gitSource({
    reposDir: `${folder.path}/repos`,
    runDir: `${folder.path}/run`,
    logger: silentLogger,
  });
  const repository = {
    id: 'many',
    url: rig.path,
    credentials: { kind: 'none' } as const,
    certificateAuthority: undefined,
  };
  await source.fetch({ name: 'x', repository, ref: { kind: 'branch', name: 'main' } }, commit);
  await expect(source.find(repository, commit, { patterns: ['a/*/compose.yaml'], exclude: [] })).rejects.toMatchObject({
    code: 'tree-refused',
  });
});
