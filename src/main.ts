import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { interruptedExitCode, run } from './cli/run.ts';
import { keepSmall } from './edges/heap.ts';
import { ownUser } from './edges/own-account.ts';

/** Put in by the bundler. */
declare const __HARBORMASTER_VERSION__: string;
declare const __HARBORMASTER_COMMIT__: string;
declare const __HARBORMASTER_DATE__: string;

const version = typeof __HARBORMASTER_VERSION__ === 'string' ? __HARBORMASTER_VERSION__ : 'dev';
const date = typeof __HARBORMASTER_DATE__ === 'string' ? __HARBORMASTER_DATE__ : 'unknown';
const commit = typeof __HARBORMASTER_COMMIT__ === 'string' ? __HARBORMASTER_COMMIT__ : 'dev';

/** Aborted by the first SIGINT or SIGTERM; the second one ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (controller.signal.aborted ? process.exit(interruptedExitCode) : controller.abort()));
  }
  return controller.signal;
}

/** Questions go to stderr, so that stdout stays the result. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is read key by key meanwhile, so that its ^C comes here.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question(question), closed]);
  } finally {
    terminal.close();
  }
}

/** Node writes to some pipes behind our back, and forgets the rest when it exits. */
const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

async function main(): Promise<void> {
  // What Node ends with if it ever runs out of things to wait for before we are done: never a silent success.
  process.exitCode = 70;
  // Before anything large is loaded, so before the arguments are understood: an app that is named `run` costs a moment, no more.
  if (process.argv.includes('run')) keepSmall();
  const exitCode = await run(process.argv.slice(2), {
    environment: process.env,
    cwd: process.cwd(),
    isRoot: process.getuid?.() === 0,
    exists: existsSync,
    stdout: process.stdout,
    stderr: process.stderr,
    ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? ask : undefined,
    version,
    commit,
    build: `commit ${commit} of ${date}; Node ${process.version}, ${process.platform} ${process.arch}`,
    hostName: hostname(),
    user: ownUser(process.env),
    signal: interruption(),
    now: () => new Date(),
    // Only a verb that does something pays for loading everything.
    wire: async (invocation) => (await import('./wire.ts')).wire(invocation),
  });
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(exitCode);
}

void main();
