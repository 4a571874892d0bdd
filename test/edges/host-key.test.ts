import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceOf, loadHostKey } from '../../src/edges/host-key.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('the key is made once, for its owner alone, and found again', async () => {
  await using folder = await temporaryFolder();
  const key = await loadHostKey(folder.path);
  expect(key.length).toBe(32);
  expect((await stat(join(folder.path, 'host.key'))).mode & 0o777).toBe(0o600);
  expect(await loadHostKey(folder.path)).toEqual(key);
  expect(await readdir(folder.path)).toEqual(['host.key']);
});

test('two who start at once use the same key', async () => {
  await using folder = await temporaryFolder();
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadHostKey(folder.path)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await readdir(folder.path)).toEqual(['host.key']);
});

test('a damaged key is told, and never replaced', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'host.key'), 'short');
  await expect(loadHostKey(folder.path)).rejects.toMatchObject({
    code: 'state-unwritable',
    message: expect.stringContaining('damaged') as string,
  });
  expect(await readFile(join(folder.path, 'host.key'), 'utf8')).toBe('short');
  await expect(loadHostKey(join(folder.path, 'none'))).rejects.toMatchObject({ code: 'state-unwritable' });
});

test('the instance follows from the key and does not tell it', () => {
  expect(instanceOf(Buffer.alloc(32))).toMatch(/^[0-9a-f]{16}$/);
  expect(instanceOf(Buffer.alloc(32))).not.toBe(instanceOf(Buffer.alloc(32, 1)));
});
