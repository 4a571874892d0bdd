import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { releaseStore } from '../../../src/edges/releases/release-store.ts';
import { release, storeRig } from './rig.ts';

test('a release is found again as it was sealed, byte for byte, by its owner alone', async () => {
  await using rig = await storeRig();
  const saved = await rig.store.save(release('r1'));
  expect(await readFile(saved.file, 'utf8')).toBe(release('r1').compose);
  expect(await rig.open().load('web', 'r1')).toEqual({ release: release('r1'), file: saved.file });
  const folder = dirname(saved.file);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'release.json'), 'utf8')).not.toContain('s3cret');
});

test('what was never saved is absent, without a warning', async () => {
  await using rig = await storeRig();
  expect(await rig.store.load('web', 'r1')).toBeUndefined();
  expect(await rig.store.list('web')).toEqual([]);
  expect(await rig.store.prune('web', 3, [])).toEqual([]);
  expect(rig.warnings).toEqual([]);
});

test('releases are listed by when they were saved last, whatever the clock says', async () => {
  await using rig = await storeRig();
  for (const digest of ['r1', 'r2', 'r3', 'r1']) await rig.open().save(release(digest));
  expect(await rig.store.list('web')).toEqual(['r1', 'r3', 'r2']);
});

test('a release that is saved again keeps its sealed file and takes the new description', async () => {
  await using rig = await storeRig();
  const { file } = await rig.store.save(release('r1'));
  const { ino } = await stat(file);
  await rig.store.save(release('r1', { inputs: { objects: {}, options: 'o2' } }));
  expect((await stat(file)).ino).toBe(ino);
  expect((await rig.store.load('web', 'r1'))?.release.inputs.options).toBe('o2');
  await rig.store.save(release('r1', { compose: '{}', environment: {} }));
  expect((await rig.store.load('web', 'r1'))?.release.compose).toBe('{}');
  expect(await readdir(rig.releases)).toEqual(['r1']);
});

test.each([
  ['compose.json', 'changed'],
  ['environment.json', '{}'],
  ['release.json', '{"v":1'],
  ['release.json', '{"v":2}'],
])('a release whose %s was damaged counts as absent, with a warning, and can be saved again', async (name, content) => {
  await using rig = await storeRig();
  const { file } = await rig.store.save(release('r1'));
  await writeFile(join(dirname(file), name), content);
  expect(await rig.store.load('web', 'r1')).toBeUndefined();
  expect(rig.warnings).toMatchObject([{ app: 'web', release: 'r1' }]);
  await rig.store.save(release('r1'));
  expect(await rig.store.load('web', 'r1')).toEqual({ release: release('r1'), file });
});

test('pruning keeps the newest and the pinned, tells what went, and clears what a crash left', async () => {
  await using rig = await storeRig();
  for (const digest of ['r1', 'r2', 'r3', 'r4']) await rig.store.save(release(digest));
  await mkdir(join(rig.releases, '.release.0f.tmp'));
  const removed = await rig.store.prune('web', 2, ['r1']);
  expect(removed).toEqual([release('r2')]);
  expect((await readdir(rig.releases)).sort()).toEqual(['r1', 'r3', 'r4']);
  expect((await rig.store.prune('web', 0, [])).map(({ digest }) => digest)).toEqual(['r4', 'r3', 'r1']);
  expect(await rig.store.list('web')).toEqual([]);
});

test('no name leads out of the folder', async () => {
  await using rig = await storeRig();
  await expect(rig.store.load('..', 'r1')).rejects.toMatchObject({ code: 'bug' });
  await expect(rig.store.load('web', '../r1')).rejects.toMatchObject({ code: 'bug' });
  await expect(rig.store.save(release('.r1'))).rejects.toMatchObject({ code: 'bug' });
});

test('a place that cannot be written is told as such', async () => {
  const store = releaseStore({ directory: '/proc/none', logger: { warn: () => undefined } });
  await expect(store.save(release('r1'))).rejects.toMatchObject({ code: 'state-unwritable' });
});
