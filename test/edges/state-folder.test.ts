import { chmod, chown, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareState, statePaths } from '../../src/edges/state-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('the state directory is made with all its folders, for its owner alone', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'a', 'state');
  expect(await prepareState(root, 'write')).toEqual([]);
  expect(await prepareState(root, 'write')).toEqual([]);
  const { repos, apps, log, keys, run } = statePaths(root);
  for (const path of [root, repos, apps, log, keys, run]) expect((await stat(path)).mode & 0o777).toBe(0o700);
});

test('what is unsafe or moved is told', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'state');
  await prepareState(root, 'write');
  await chmod(root, 0o755);
  expect(await prepareState(root, 'write')).toEqual([
    `the state directory ${root} is open to other users (mode 755): run chmod 700 ${root}`,
  ]);
  await chmod(root, 0o700);
  await rename(root, `${root}2`);
  expect(await prepareState(`${root}2`, 'write')).toEqual([
    expect.stringContaining(`was ${root} before and is ${root}2 now`),
  ]);
  expect(await prepareState(`${root}2`, 'write')).toEqual([]);
});

test('who only reads makes what is missing, is told what moved, and writes nothing', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'state');
  expect(await prepareState(root, 'read')).toEqual([]);
  await prepareState(root, 'write');
  await rename(root, `${root}2`);
  for (const use of ['read', 'read', 'write'] as const) {
    expect(await prepareState(`${root}2`, use)).toEqual([expect.stringContaining(`was ${root} before`)]);
  }
  expect(await prepareState(`${root}2`, 'read')).toEqual([]);
});

test('a place that cannot be used is told with a way out', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'file'), '');
  const expected = { code: 'state-unwritable', hint: expect.stringContaining('--state-dir') as string };
  await expect(prepareState(join(folder.path, 'file'), 'write')).rejects.toMatchObject(expected);
  await expect(prepareState(join(folder.path, 'file', 'state'), 'write')).rejects.toMatchObject(expected);
  await expect(prepareState('/proc/state', 'write')).rejects.toMatchObject(expected);
});

test.runIf(process.getuid?.() === 0)('a directory of another user is refused', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'state');
  await mkdir(root);
  await chown(root, 12345, 12345);
  await expect(prepareState(root, 'write')).rejects.toMatchObject({
    code: 'state-unwritable',
    message: expect.stringContaining('uid 12345') as string,
  });
});
