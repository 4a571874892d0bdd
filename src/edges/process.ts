/** The one place where child processes are started: no shell, an explicit environment, an own process group, a limit. */
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { HarborError } from '../errors.ts';
import { endOf, grace, stopGroup } from './process-group.ts';

/** Program and arguments. No argument is ever a secret: every local user can read them. */
export type Argv = readonly [string, ...string[]];

export interface OpenOptions {
  /** The whole environment of the child; nothing of ours is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

export interface RunOptions extends OpenOptions {
  /** Milliseconds until the whole process group is stopped. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  /** Without it, stdin is /dev/null. */
  readonly stdin?: string | Uint8Array | undefined;
  /** A file descriptor of ours that the program finds as its number 3. */
  readonly pass?: number | undefined;
  /** The whole group ends soon after us, however suddenly we die. For programs whose stdin is /dev/null. */
  readonly leash?: boolean | undefined;
  /** Bytes of stdout; a child that writes more is stopped. Default 64 MiB. */
  readonly maxOutput?: number | undefined;
}

export interface Ended {
  /** 128 + the signal's number for a child that a signal ended. */
  readonly exitCode: number;
  /** The last 64 KiB. */
  readonly stderr: string;
}

export interface Finished extends Ended {
  readonly stdout: Buffer;
}

/** A child that lives on until it is closed. */
export interface OpenProcess extends AsyncDisposable {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Never rejects. */
  readonly ended: Promise<Ended>;
  /** Whether our own process waits for this child before it ends by itself; at first it does. */
  hold(on: boolean): void;
  /** Stops the whole group. */
  kill(): Promise<void>;
  /** Ends stdin, gives the child a moment to go by itself, then stops the group. */
  [Symbol.asyncDispose](): Promise<void>;
}

const defaultMaxOutput = 64 * 1024 * 1024;
const stderrKept = 64 * 1024;
/** Also how the shell begins its complaint when it cannot start the program. */
const leashName = 'harbormaster-leash';
/**
 * The shell becomes the program, whose exit code and signals so stay its own. Before, it leaves a guard in the group, whose end of our pipe is
 * closed when we die; a guard that outlives the program goes with the group.
 */
const leashScript = `exec 3<&0 </dev/null
(trap '' TERM; read -r line <&3; kill -TERM 0; sleep ${grace / 1000} || sleep 1; kill -KILL 0) >/dev/null 2>&1 &
exec "$@" 3<&-`;
const leashed = (argv: Argv): Argv => ['sh', '-c', leashScript, leashName, ...argv];

/** Debian's package of each program that we start. */
const packages: Readonly<Record<string, string>> = {
  git: 'git',
  ssh: 'openssh-client',
  docker: 'docker.io',
  'docker-compose': 'docker-compose',
  flock: 'util-linux',
  perl: 'perl-base',
  prlimit: 'util-linux',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/**
 * Runs a program to its end; every exit code is a result. Throws `tool-missing`; `timeout` when the limit is over; `interrupted` when the signal was
 * given or stdout went over its limit. By then the whole process group is gone.
 */
export async function run(argv: Argv, options: RunOptions): Promise<Finished> {
  if (options.signal?.aborted) throw interrupted(argv, options.signal.reason);
  const child = await (options.leash
    ? start(leashed(argv), options, undefined)
    : start(argv, options, options.stdin ?? null, options.pass));
  const maxOutput = options.maxOutput ?? defaultMaxOutput;
  let failure: HarborError | undefined;
  const fail = (error: HarborError): void => {
    failure ??= error;
    void child.stop();
  };
  const stdout = gather(child.stdout, maxOutput, () => fail(tooMuch(argv, maxOutput)));
  const timer = setTimeout(() => fail(overdue(argv, options.limit)), options.limit);
  const abort = (): void => fail(interrupted(argv, options.signal?.reason));
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  try {
    const ended = await child.ended;
    if (failure) throw failure;
    if (options.leash && wasNotStarted(ended)) throw missing(argv, ended.stderr);
    return { ...ended, stdout: stdout() };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Starts a program that we talk with over its stdin and stdout. Throws `tool-missing`. */
export async function open(argv: Argv, options: OpenOptions): Promise<OpenProcess> {
  const child = await start(argv, options, undefined);
  const { pid, stdin, stdout, ended, hold } = child;
  if (!stdin) throw new HarborError(`${nameOf(argv)} has no stdin`, { code: 'bug' });
  return {
    pid,
    stdin,
    stdout,
    ended,
    hold,
    kill: child.stop,
    [Symbol.asyncDispose]: async () => {
      // Whoever waits for the end must not see our process end first, for want of anything to wait for.
      hold(true);
      stdin.end();
      stdout.resume();
      await Promise.race([ended, delay(grace, undefined, { ref: false })]);
      await child.stop();
    },
  };
}

interface Child {
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly ended: Promise<Ended>;
  hold(on: boolean): void;
  stop(): Promise<void>;
}

/** Bytes to write, null for /dev/null, undefined for a pipe. */
type Stdin = string | Uint8Array | null | undefined;

async function start(argv: Argv, options: OpenOptions, stdin: Stdin, pass?: number): Promise<Child> {
  const [file, ...args] = argv;
  const subprocess = execa(file, args, {
    ...(typeof stdin === 'string' || stdin instanceof Uint8Array ? { input: stdin } : {}),
    // Never as one of the first three, which Node makes blocking, for us as well.
    stdio: [stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe', ...[pass].filter(isDescriptor)],
    buffer: false,
    cleanup: false,
    detached: true,
    encoding: 'buffer',
    env: options.env,
    extendEnv: false,
    reject: false,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const { pid } = subprocess;
  if (pid === undefined) throw await notStarted(argv, options, await subprocess);
  const stderr = keepTail(subprocess.stderr, stderrKept);
  const exited = new Promise<number>((resolve) => {
    subprocess.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  const ended = endOf(pid, exited, subprocess).then((exitCode) => ({ exitCode, stderr: stderr() }));
  const held = [subprocess, subprocess.stdin, subprocess.stdout, subprocess.stderr];
  return {
    pid,
    stdin: subprocess.stdin,
    stdout: subprocess.stdout,
    ended,
    hold: (on) => {
      for (const part of held) setHeld(part, on);
    },
    stop: () => stopGroup(pid, exited),
  };
}

/** execa takes any; its types know only those of one digit. */
const isDescriptor = (fd: number | undefined): fd is 3 => fd !== undefined;

function setHeld(part: unknown, on: boolean): void {
  if (typeof part !== 'object' || part === null) return;
  const change: unknown = Reflect.get(part, on ? 'ref' : 'unref');
  if (typeof change === 'function') Reflect.apply(change, part, []);
}

/** Collects a stream; what comes after `limit` bytes is thrown away. */
function gather(stream: Readable, limit: number, onOverflow: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else onOverflow();
  });
  return () => Buffer.concat(chunks);
}

function keepTail(stream: Readable, limit: number): () => string {
  let kept = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-limit);
  });
  return () => kept.toString('utf8');
}

const nameOf = ([file]: Argv): string => basename(file);

async function notStarted(
  argv: Argv,
  { cwd }: OpenOptions,
  result: { readonly code?: string | undefined; readonly cause?: unknown },
) {
  const name = nameOf(argv);
  if (cwd !== undefined && !(await isFolder(cwd))) {
    return new HarborError(`${name} cannot start in ${cwd}: there is no such folder`, {
      code: 'interrupted',
      cause: result.cause,
    });
  }
  if (result.code !== 'ENOENT' && result.code !== 'EACCES') {
    return new HarborError(`${name} could not be started (${result.code ?? 'unknown reason'})`, {
      code: 'interrupted',
      hint: 'The host may be out of memory or processes.',
      cause: result.cause,
    });
  }
  return missing(argv, result.cause);
}

/** What POSIX lets a shell end with when it finds no program (127) or may not start it (126). */
const wasNotStarted = ({ exitCode, stderr }: Ended): boolean =>
  (exitCode === 126 || exitCode === 127) && stderr.startsWith(`${leashName}:`);

function missing(argv: Argv, cause: unknown): HarborError {
  const name = nameOf(argv);
  const debian = packages[name];
  return new HarborError(`${name} is not installed, or not where Harbormaster looks for programs`, {
    code: 'tool-missing',
    hint: debian
      ? `Install it: on Debian and Ubuntu, apt-get install ${debian}.`
      : `Install ${name}, or correct its path.`,
    cause,
  });
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const overdue = (argv: Argv, limit: number): HarborError =>
  new HarborError(`${nameOf(argv)} did not end within ${limit / 1000} s and was stopped`, { code: 'timeout' });

const tooMuch = (argv: Argv, limit: number): HarborError =>
  new HarborError(`${nameOf(argv)} wrote more than ${limit} bytes and was stopped`, { code: 'interrupted' });

const interrupted = (argv: Argv, cause: unknown): HarborError =>
  new HarborError(`${nameOf(argv)} was stopped, because it is no longer needed`, { code: 'interrupted', cause });
