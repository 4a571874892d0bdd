import { once } from 'node:events';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { HarborError } from '../errors.ts';
import { isFull } from './fs-errors.ts';
import { type OpenProcess, open } from './process.ts';
import { processSpace, startOf } from './process-space.ts';

/** Who holds a lock, for whoever finds it held. */
export interface LockHolder {
  /** E.g. `harbormaster run`. */
  readonly command: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

export interface LockOptions {
  readonly file: string;
  readonly holder: LockHolder;
  /** Where `flock` and `sh` are looked for. */
  readonly path?: string;
  /** Milliseconds, as long as a lock is waited for that no living process says is its own; default 3000. */
  readonly patience?: number;
}

export interface HeldLock extends AsyncDisposable {
  /** Aborted if the lock is lost although it was not given back: then nothing may be changed any more. */
  readonly lost: AbortSignal;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** flock(1) says with it that somebody else has the lock: sysexits.h, EX_TEMPFAIL. */
const taken = 75;

/**
 * Takes a lock of the kernel on a file. A child holds it for as long as its stdin, a pipe from us, is open: when we die, however suddenly, the lock is
 * free as soon as the child has noticed; only for that is it waited. What the file says only names the holder. Throws `lock-held`, `tool-missing`, and
 * `state-unwritable`; then the lock is given back.
 */
export async function acquireLock(options: LockOptions): Promise<HeldLock> {
  const { file, holder, path = defaultPath, patience = 3000 } = options;
  const child = await keeper(file, path, performance.now() + patience);
  try {
    const proof = { space: await processSpace(), start: await startOf(holder.pid) };
    await writeFile(file, JSON.stringify({ ...holder, ...proof }), { mode: 0o600 });
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw unwritable(file, error);
  }
  return held(file, child);
}

/** A child that has the lock. */
async function keeper(file: string, path: string, until: number): Promise<OpenProcess> {
  const script = 'echo ok && exec cat >/dev/null';
  const argv = ['flock', '-n', '-E', String(taken), file, 'sh', '-c', script] as const;
  for (;;) {
    const child = await open(argv, { env: { PATH: path } });
    if (await answered(child)) return child;
    const { exitCode, stderr } = await child.ended;
    if (exitCode !== taken) throw untakeable(file, stderr.trim() || `flock ended with ${exitCode}`);
    const who = await holderOf(file);
    if (who !== undefined || performance.now() >= until) throw refusal(who);
    await delay(50);
  }
}

/** Whether it wrote before it ended: then the lock is ours. */
async function answered(child: OpenProcess): Promise<boolean> {
  return Promise.race([once(child.stdout, 'data').then(() => true), child.ended.then(() => false)]);
}

function held(file: string, child: OpenProcess): HeldLock {
  const lost = new AbortController();
  let returned = false;
  child.hold(false);
  void child.ended.then(() => {
    const error = new HarborError(`the lock ${file} was lost: its holder was killed`, { code: 'interrupted' });
    if (!returned) lost.abort(error);
  });
  return {
    lost: lost.signal,
    [Symbol.asyncDispose]: async () => {
      returned = true;
      if (!lost.signal.aborted) await truncate(file).catch(() => undefined);
      await child[Symbol.asyncDispose]();
    },
  };
}

const untakeable = (file: string, reason: string): HarborError =>
  new HarborError(`the lock ${file} cannot be taken: ${reason}`, { code: 'state-unwritable', hint: unwritableHint });

function refusal(who: LockHolder | undefined): HarborError {
  const name = who
    ? `${who.command} (pid ${who.pid}, since ${who.since})`
    : 'another process, which has not said its name yet';
  return new HarborError(`the state directory is in use by ${name}`, {
    code: 'lock-held',
    hint: 'Wait until it ends, or stop it. One Harbormaster at a time may change a host.',
  });
}

const unwritableHint = 'Run as the user who owns the state directory, or name another with --state-dir.';

function unwritable(file: string, cause: unknown): HarborError {
  const reason = isFull(cause) ? 'the disk is full' : cause instanceof Error ? cause.message : String(cause);
  return new HarborError(`the lock ${file} cannot be written: ${reason}`, {
    code: 'state-unwritable',
    hint: isFull(cause) ? 'Free space on the file system of the state directory.' : unwritableHint,
    cause,
  });
}

const said = z.object({
  command: z.string(),
  pid: z.int(),
  since: z.string(),
  space: z.string(),
  start: z.string().optional(),
});

/** What the file says, unless it is what a killed holder left. */
async function holderOf(file: string): Promise<LockHolder | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const who = said.safeParse(parsed(text)).data;
  if (who === undefined) return undefined;
  const comparable = who.space === (await processSpace());
  return comparable && (await startOf(who.pid)) !== who.start ? undefined : who;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
