import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openScratch } from '../../src/edges/scratch.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('a scratch folder can be read by everyone, has a name of its own, and goes', async () => {
  await using folder = await temporaryFolder();
  const scratch = await openScratch(folder.path);
  const [one, two] = [await scratch.create(), await scratch.create()];
  expect(one.path).not.toBe(two.path);
  expect((await stat(one.path)).mode & 0o777).toBe(0o755);
  await mkdir(join(one.path, 'a', 'b'), { recursive: true });
  await writeFile(join(one.path, 'a', 'b', 'file'), '');
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  expect(await readdir(folder.path)).toEqual([]);
});

test('what dead processes left is swept; what lives, or is none of ours, stays', async () => {
  await using folder = await temporaryFolder();
  const living = await (await openScratch(folder.path)).create();
  const name = living.path.slice(folder.path.length + 1);
  const [, space, pid, start, random] = name.split('-');
  const dead = [`harbormaster-${space}-4194303-77-${random}`, `harbormaster-${space}-${pid}-1-${random}`];
  const kept = [
    name,
    `harbormaster-1-4194303-77-${random}`,
    'harbormaster-notes',
    `harbormaster-${space}-4194303-88-${random}`,
  ];
  for (const each of [...dead, ...kept.slice(1, -1)]) await mkdir(join(folder.path, each));
  await symlink('/', join(folder.path, kept[3]!));
  expect(start).toMatch(/^\d+$/);
  await openScratch(folder.path);
  expect(await readdir(folder.path)).toEqual(kept.sort());
});
