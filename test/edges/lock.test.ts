import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { acquireLock } from '../../src/edges/lock.ts';
import { bundle } from './bundle.ts';
import { temporaryFolder } from './temporary-folder.ts';

const holder = { command: 'harbormaster apply', pid: process.pid, since: '2026-11-20T10:00:00.000Z' };

/** Processes with this argument, which nobody else's have. */
async function runningWith(argument: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => lines[index]?.split('\0').includes(argument)).map(Number);
}

test('a second one is told who holds the lock, and gets it when it is given back', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  const first = await acquireLock({ file, holder });
  await expect(acquireLock({ file, holder })).rejects.toMatchObject({
    code: 'lock-held',
    message: `the state directory is in use by harbormaster apply (pid ${process.pid}, since 2026-11-20T10:00:00.000Z)`,
  });
  await first[Symbol.asyncDispose]();
  expect(first.lost.aborted).toBe(false);
  await using _second = await acquireLock({ file, holder });
});

test('of many at once exactly one gets it', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => acquireLock({ file, holder })));
  const held = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []));
  expect(held.length).toBe(1);
  await held[0]?.[Symbol.asyncDispose]();
});

test('a holder that is killed leaves the lock free', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  const script = await bundle(import.meta.resolve('./lock-holder.ts'), join(folder.path, 'holder.mjs'));
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  await expect(acquireLock({ file, holder })).rejects.toThrow(`in use by harbormaster run (pid ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await acquireLock({ file, holder });
  expect(await readFile(file, 'utf8')).toContain('harbormaster apply');
  await lock[Symbol.asyncDispose]();
});

test('a lock that no living process says is its own is waited for, a moment', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  const keeper = spawn('flock', [file, 'sh', '-c', 'echo has it && exec sleep 0.5'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(keeper.stdout, 'data');
  await using _lock = await acquireLock({ file, holder, patience: 60_000 });
});

test('what a killed holder or anyone else left in the file holds nothing and names nobody', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  await writeFile(file, JSON.stringify({ ...holder, pid: 1, space: 'x' }));
  await using lock = await acquireLock({ file, holder });
  for (const left of [
    '',
    'rubbish',
    '{"pid":"x"}',
    (await readFile(file, 'utf8')).replace(`"pid":${process.pid}`, '"pid":4194303'),
  ]) {
    await writeFile(file, left);
    await expect(acquireLock({ file, holder, patience: 100 })).rejects.toThrow(
      'another process, which has not said its name yet',
    );
  }
  expect(lock.lost.aborted).toBe(false);
});

test('a lock whose keeper is killed is known to be lost', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  await using lock = await acquireLock({ file, holder });
  for (const pid of await runningWith(file)) process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(lock.lost.aborted).toBe(true), { timeout: 5_000 });
  expect(lock.lost.reason).toMatchObject({ code: 'interrupted' });
});

test('on a full disk, and where the file cannot be written, the lock is given back and told with a way out', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  await symlink('/dev/full', file);
  const full = { code: 'state-unwritable', message: `the lock ${file} cannot be written: the disk is full` };
  await expect(acquireLock({ file, holder })).rejects.toMatchObject(full);
  await expect(acquireLock({ file, holder })).rejects.toMatchObject({ ...full, hint: expect.stringMatching('space') });
  expect(await runningWith(file)).toEqual([]);
  await expect(acquireLock({ file: folder.path, holder })).rejects.toMatchObject({
    code: 'state-unwritable',
    hint: expect.stringContaining('--state-dir'),
  });
});

test('a folder that is not there, and a missing flock, are told', async () => {
  await using folder = await temporaryFolder();
  await expect(acquireLock({ file: join(folder.path, 'none', 'lock'), holder })).rejects.toMatchObject({
    code: 'state-unwritable',
  });
  await expect(acquireLock({ file: join(folder.path, 'lock'), holder, path: folder.path })).rejects.toMatchObject({
    code: 'tool-missing',
  });
});
