import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceOf, loadHostKey } from '../../src/edges/host-key.ts';
import { keyTraces } from '../../src/edges/key-traces.ts';
import { temporaryFolder } from './temporary-folder.ts';

const noTraces = async () => [];

test('the key is made once, for its owner alone, and found again', async () => {
  await using folder = await temporaryFolder();
  const key = await loadHostKey(folder.path, noTraces);
  expect(key.length).toBe(32);
  expect((await stat(join(folder.path, 'host.key'))).mode & 0o777).toBe(0o600);
  expect(await loadHostKey(folder.path, noTraces)).toEqual(key);
  expect(await readdir(folder.path)).toEqual(['host.key']);
});

test('two who start at once use the same key', async () => {
  await using folder = await temporaryFolder();
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadHostKey(folder.path, noTraces)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await readdir(folder.path)).toEqual(['host.key']);
});

test('a damaged key is told, and never replaced', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'host.key'), 'short');
  await expect(loadHostKey(folder.path, noTraces)).rejects.toMatchObject({
    code: 'state-unwritable',
    message: expect.stringContaining('damaged') as string,
  });
  expect(await readFile(join(folder.path, 'host.key'), 'utf8')).toBe('short');
  await expect(loadHostKey(join(folder.path, 'none'), noTraces)).rejects.toMatchObject({ code: 'state-unwritable' });
});

test('where something shows that there was a key, none is made anew, and what to do is said', async () => {
  await using folder = await temporaryFolder();
  const traces = async () => ['the deployment log', 'the container shop-web-1'];
  await expect(loadHostKey(folder.path, traces)).rejects.toMatchObject({
    code: 'state-unwritable',
    message: expect.stringMatching(/host.key is gone.*the deployment log, and the container shop-web-1/) as string,
    hint: expect.stringMatching(/backup.*head -c 32 \/dev\/urandom.*adopt/) as string,
  });
  expect(await readdir(folder.path)).toEqual([]);
  // Another process made it, and began its log, after we had looked for it.
  const late = async () => {
    await loadHostKey(folder.path, noTraces);
    return ['the deployment log'];
  };
  expect(await loadHostKey(folder.path, late)).toHaveLength(32);
});

test('a log shows that there was a key', async () => {
  await using folder = await temporaryFolder();
  const log = join(folder.path, 'log');
  expect(await keyTraces({ log })).toEqual([]);
  await mkdir(log);
  expect(await keyTraces({ log })).toEqual([]);
  await writeFile(join(log, '000000000001.jsonl'), '');
  expect(await keyTraces({ log })).toEqual([`the deployment log in ${log}`]);
});

test('the instance follows from the key and does not tell it', () => {
  expect(instanceOf(Buffer.alloc(32))).toMatch(/^[0-9a-f]{16}$/);
  expect(instanceOf(Buffer.alloc(32))).not.toBe(instanceOf(Buffer.alloc(32, 1)));
});
