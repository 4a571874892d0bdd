import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Break, testFile } from './break.ts';

/** A copy of the repository, in which nothing that is broken disturbs anybody. */
export interface Copy extends AsyncDisposable {
  readonly folder: string;
}

/** How a test fared: `red` by something that it demands; `ill` by something else, such as its time limit or what was to be ready before it. */
export interface Fared {
  readonly test: string;
  readonly verdict: 'red' | 'green' | 'ill';
  /** The first line of the failure. */
  readonly why: string;
  readonly seconds: number;
}

const left = new Set(['node_modules', 'dist', '.git']);

export async function copyOf(root: string, parent: string): Promise<Copy> {
  const folder = await mkdtemp(join(parent, 'copy-'));
  await cp(root, folder, { recursive: true, filter: (path) => !left.has(relative(root, path)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs the tests of a break with it, and those before it; gives how each fared. */
export async function tryBreak(copy: Copy, of: string, { in: file, from, to, ...names }: Break) {
  const path = join(copy.folder, file);
  const whole = await readFile(path, 'utf8');
  await writeFile(
    path,
    whole.replace(from, () => to),
  );
  try {
    return await runTests(copy, of, names);
  } finally {
    await writeFile(path, whole);
  }
}

export async function runTests(
  { folder }: Copy,
  of: string,
  { tests, after = [], cases }: Pick<Break, 'tests' | 'after' | 'cases'>,
): Promise<readonly Fared[]> {
  const parts = [...after, ...tests];
  const outfile = join(folder, 'breaks.json');
  await rm(outfile, { force: true });
  const said = await vitest(folder, [
    ...['--project', of.startsWith('browser/') ? 'edges' : 'scenarios', testFile(of)],
    ...[
      '-t',
      (cases === undefined ? parts : [...after, cases]).map(patternOf).join('|'),
      '--reporter=json',
      `--outputFile=${outfile}`,
    ],
  ]);
  const text = await readFile(outfile, 'utf8').catch(() => '');
  if (text === '') throw new Error(`vitest gave no answer:\n${said.slice(-2000)}`);
  const results = (JSON.parse(text) as Report).testResults.flatMap(({ assertionResults, message }) =>
    assertionResults.map((result) => ({ ...result, message })),
  );
  // What was not chosen is told as skipped.
  const ran = results.filter(
    ({ status, fullName }) => status !== 'skipped' || cases === undefined || fullName.includes(cases),
  );
  return parts.map((part) =>
    fared(
      part,
      ran.filter(({ fullName }) => new RegExp(patternOf(part)).test(fullName)),
    ),
  );
}

interface Case {
  readonly fullName: string;
  readonly status: string;
  readonly duration?: number | null;
  readonly failureMessages?: readonly string[] | null;
  readonly message: string;
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly Omit<Case, 'message'>[];
  }[];
}

function fared(test: string, cases: readonly Case[]): Fared {
  const failed = cases.filter(({ status }) => status === 'failed');
  const seconds = cases.reduce((sum, { duration }) => sum + (duration ?? 0) / 1000, 0);
  const messages = failed.flatMap(({ failureMessages }) => failureMessages ?? []);
  const demanded = messages.find((message) => !isOutside(message));
  const why = firstLines(demanded ?? messages[0] ?? cases[0]?.message ?? 'there is no such test');
  if (demanded !== undefined) return { test, verdict: 'red', why, seconds };
  const isGreen = cases.length > 0 && cases.every(({ status }) => status === 'passed');
  return { test, verdict: isGreen ? 'green' : 'ill', why: isGreen ? '' : why, seconds };
}

/** A test that is out of time, or cannot begin, has demanded nothing. */
const isOutside = (message: string): boolean =>
  /^(?:\w*Error: )?(?:Test timed out|Hook timed out|Transform failed|Build failed|Failed to load)/.test(message);

const firstLines = (message: string): string =>
  message.split('\n    at ')[0]?.replaceAll(/\s+/g, ' ').slice(0, 220) ?? '';

const patternOf = (part: string): string =>
  part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\\\$\\\{.*?\\\}|%[sijdo]/g, '.*');

/** In a process group of its own, which is ended with us or at the limit. */
async function vitest(folder: string, args: readonly string[]): Promise<string> {
  const { HARBORMASTER_PROGRAM: _, ...env } = process.env;
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...args], {
    cwd: folder,
    env: { ...env, HARBORMASTER_COMMIT: 'broken' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const end = (signal: NodeJS.Signals) => void (child.pid && process.kill(-child.pid, signal));
  const onExit = () => end('SIGKILL');
  process.once('exit', onExit);
  const limit = setTimeout(() => end('SIGINT'), 600_000);
  await once(child, 'close');
  clearTimeout(limit);
  process.removeListener('exit', onExit);
  return said;
}
