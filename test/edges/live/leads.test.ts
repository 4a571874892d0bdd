import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leads } from '../../../src/edges/live/leads.ts';

let top: string;
beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'harbormaster-leads-')));
  await mkdir(join(top, 'real/inner'), { recursive: true });
  await writeFile(join(top, 'real/file'), '');
  await symlink('real', join(top, 'relative'));
  await symlink('/etc', join(top, 'absolute'));
  await symlink('../../../../../../../../../../root', join(top, 'climbing'));
  await symlink('relative/inner', join(top, 'chain'));
  await symlink('loop', join(top, 'loop'));
  await symlink('/nowhere/yet', join(top, 'dangling'));
});
afterAll(() => rm(top, { recursive: true, force: true }));

const lead = async (path: string): Promise<string | undefined> => (await leads([join(top, path)])).get(join(top, path));

test('a path without links leads to itself, and so does what does not exist', async () => {
  expect((await leads([join(top, 'real/file'), join(top, 'gone/deeper'), '/'])).size).toBe(0);
});

test.each([
  ['relative', 'real'],
  ['relative/file', 'real/file'],
  ['relative/gone/x', 'real/gone/x'],
  ['chain', 'real/inner'],
])('%s leads to %s beside it', async (path, target) => {
  expect(await lead(path)).toBe(join(top, target));
});

test.each([
  ['absolute', '/etc'],
  ['absolute/shadow', '/etc/shadow'],
  ['climbing', '/root'],
  ['dangling', '/nowhere/yet'],
  ['dangling/x', '/nowhere/yet/x'],
  // Could be anything by the time it is mounted.
  ['loop', '/'],
])('%s leads to %s', async (path, target) => {
  expect(await lead(path)).toBe(target);
});
