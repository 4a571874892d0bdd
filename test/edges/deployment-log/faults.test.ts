import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keyIn } from '../../../src/edges/deployment-log/read-log.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { failed, finished, refused, started } from '../../core/entries.ts';
import { kinds, signedRig } from './rig.ts';

const root = process.getuid?.() === 0;
const megabyte = 1024 * 1024;

/** A file system of its own for the log: small, and it can be filled, emptied and made read-only. */
async function disk(directory: string, size: number) {
  await mkdir(directory);
  const mount = (...args: string[]) => execFileSync('/bin/mount', args);
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'none', directory);
  return {
    fill: () =>
      execFileSync('/bin/sh', ['-c', `cat /dev/zero > ${join(directory, 'filler')} || true`], { stdio: 'ignore' }),
    free: () => execFileSync('/bin/rm', ['-f', join(directory, 'filler')]),
    [Symbol.asyncDispose]: async () => void execFileSync('/bin/umount', ['-l', directory]),
  };
}

describe.runIf(root)('on a disk that is full', () => {
  test('nothing is begun, what has begun is written down to its end, and it goes on by itself once there is room', async () => {
    await using rig = await signedRig({ reserve: megabyte });
    await using full = await disk(rig.directory, 3 * megabyte);
    await using log = await rig.open();
    await log.tend();
    const { seq } = await log.append(started());
    full.fill();
    // The room that was kept is still kept.
    await log.append({ kind: 'step', app: 'web', intent: seq, act: 'stop', title: 'stop web' });
    for (let count = 0; count < 5; count += 1)
      await log.append({ kind: 'step', app: 'web', intent: seq, act: 'stop', title: 'x'.repeat(4000) });
    await log.append(finished({ intent: seq }));
    await expect(log.append(started({ app: 'db' }))).rejects.toMatchObject({
      code: 'log-unwritable',
      message: expect.stringContaining('the disk is full') as string,
    });
    expect(log.condition()).toMatchObject({ kind: 'unwritable', message: expect.stringContaining('full') as string });
    const since = log.condition();
    await log.tend();
    expect(log.condition()).toMatchObject({ since: since?.kind === 'unwritable' ? since.since : '' });
    full.free();
    await log.tend();
    expect(log.condition()).toEqual({ kind: 'sound' });
    const next = await log.append(started({ app: 'db' }));
    await log.append(finished({ app: 'db', intent: next.seq }));
    const report = await verify(rig.directory, { publicKey: await keyIn(rig.directory) });
    expect(report).toMatchObject({ ok: true, open: [] });
    expect(kinds(await log.entries()).filter((kind) => kind === 'finished').length).toBe(2);
  });

  test('from the start it is found out before anything is to be done', async () => {
    await using rig = await signedRig({ reserve: megabyte });
    await using full = await disk(rig.directory, 3 * megabyte);
    await (await rig.open())[Symbol.asyncDispose]();
    full.fill();
    await using log = await rig.open();
    await log.tend();
    expect(log.condition()).toMatchObject({ kind: 'unwritable' });
    expect((await log.history()).apps).toEqual({});
    full.free();
    await log.tend();
    expect(log.condition()).toEqual({ kind: 'sound' });
  });

  test('a torn end is not repaired, the log is opened all the same, and goes on in a further file later', async () => {
    await using rig = await signedRig({ reserve: 4096 });
    await using full = await disk(rig.directory, 256 * 1024);
    {
      await using log = await rig.open();
      await log.append(started());
    }
    const file = join(rig.directory, '000000000001.jsonl');
    const whole = await readFile(file);
    await writeFile(file, Buffer.concat([whole, Buffer.from('{"v":1,"seq":4,')]));
    execFileSync('/bin/rm', ['-f', join(rig.directory, 'reserve')]);
    // No byte is left, not even in the last block of the file.
    await writeFile(file, 'y'.repeat((4096 - ((await stat(file)).size % 4096)) % 4096), { flag: 'a' });
    full.fill();
    await using log = await rig.open();
    expect(log.condition()).toMatchObject({ kind: 'unwritable' });
    expect((await log.history()).apps['web']?.open?.seq).toBe(3);
    await expect(log.append(finished({ intent: 3 }))).rejects.toMatchObject({ code: 'log-unwritable' });
    full.free();
    await log.append(finished({ intent: 3 }));
    expect(await verify(rig.directory)).toMatchObject({ ok: true, files: 2, open: [] });
    const [, second = ''] = (await readdir(rig.directory)).filter((name) => name.endsWith('.jsonl')).sort();
    expect(JSON.parse((await readFile(join(rig.directory, second), 'utf8')).split('\n')[0] ?? '')).toMatchObject({
      previous: { file: '000000000001.jsonl', bytes: whole.length, torn: true },
    });
    // What was never acknowledged may be found there after a restart or not: it proves nothing, and harms nothing.
    for (const tail of ['', 'garbage', '\0\0', `${whole.toString().split('\n').at(-2)}\n`]) {
      await writeFile(file, Buffer.concat([whole, Buffer.from(tail)]));
      expect(await verify(rig.directory), tail).toMatchObject({ ok: true, open: [] });
      await using reader = await rig.read();
      expect((await reader.entries()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    }
    await writeFile(file, whole.subarray(0, -3));
    expect((await verify(rig.directory)).ok).toBe(false);
  });
});

test('an entry that is too large says nothing of the disk', async () => {
  await using rig = await signedRig();
  await using log = await rig.open();
  const steps = Array.from(
    { length: 5000 },
    (_, index) => ({ kind: 'build', service: `s${index}`, tag: 'x'.repeat(100) }) as const,
  );
  await expect(log.append(started({ steps }))).rejects.toMatchObject({ code: 'compose-refused' });
  expect(log.condition()).toEqual({ kind: 'sound' });
  await log.append(refused(failed()));
});
