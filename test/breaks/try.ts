import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { engineRig, runPrefix } from '../support/engine-rig.ts';
import { type Break, type Edit, testFile } from './break.ts';

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

/** Milliseconds that the tests of one break may take. */
const limit = 600_000;

const left = new Set(['node_modules', 'dist', '.git']);

export async function copyOf(root: string, parent: string): Promise<Copy> {
  const folder = await mkdtemp(join(parent, 'copy-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await cp(root, folder, { recursive: true, filter: (path) => !left.has(relative(root, path)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs the tests of a break with it, and those before them; gives how each fared. Throws where the break does not apply. */
export async function tryBreak(copy: Copy, of: string, one: Break): Promise<readonly Fared[]> {
  await using _first = await edited(copy, one);
  await using _second = one.also && (await edited(copy, one.also));
  return await runTests(copy, of, one);
}

/** Until it is disposed of. */
async function edited({ folder }: Copy, { in: file, from, to }: Edit): Promise<AsyncDisposable> {
  const path = join(folder, file);
  const whole = await readFile(path, 'utf8');
  if (whole.split(from).length !== 2) throw new Error(`it does not apply to ${file}`);
  await writeFile(
    path,
    whole.replace(from, () => to),
  );
  return { [Symbol.asyncDispose]: () => writeFile(path, whole) };
}

export async function runTests(
  { folder }: Copy,
  of: string,
  { tests, after = [], cases }: Pick<Break, 'tests' | 'after' | 'cases'>,
): Promise<readonly Fared[]> {
  const outfile = join(folder, 'breaks.json');
  await rm(outfile, { force: true });
  const chosen = cases === undefined ? tests : [cases];
  const said = await vitest(folder, [
    ...['--project', of.startsWith('browser/') ? 'edges' : 'scenarios', testFile(of)],
    ...['-t', [...after, ...chosen].map(patternOf).join('|'), '--reporter=json', `--outputFile=${outfile}`],
  ]);
  const text = await readFile(outfile, 'utf8').catch(() => '');
  if (text === '') throw new Error(`vitest gave no answer: ${said.slice(-2000)}`);
  const results = (JSON.parse(text) as Report).testResults.flatMap(({ assertionResults, message }) =>
    assertionResults.map((result) => ({ ...result, message })),
  );
  // What was not chosen is told as skipped.
  const ran = results.filter(
    ({ status, fullName }) => status !== 'skipped' || cases === undefined || fullName.includes(cases),
  );
  return [...after, ...tests].map((part) => {
    const pattern = new RegExp(patternOf(part));
    return fared(
      part,
      ran.filter(({ fullName }) => pattern.test(fullName)),
    );
  });
}

interface Result {
  readonly fullName: string;
  readonly status: string;
  readonly duration?: number | null;
  readonly failureMessages?: readonly string[] | null;
}

interface Report {
  readonly testResults: readonly { readonly message: string; readonly assertionResults: readonly Result[] }[];
}

function fared(test: string, results: readonly (Result & { readonly message: string })[]): Fared {
  const seconds = results.reduce((sum, { duration }) => sum + (duration ?? 0) / 1000, 0);
  const messages = results.flatMap(({ failureMessages }) => failureMessages ?? []);
  const demanded = messages.find((message) => !outside.test(message));
  const why = firstLine(demanded ?? messages[0] ?? results[0]?.message ?? 'there is no such test');
  if (demanded !== undefined) return { test, verdict: 'red', why, seconds };
  const isGreen = results.length > 0 && results.every(({ status }) => status === 'passed');
  return { test, verdict: isGreen ? 'green' : 'ill', why: isGreen ? '' : why, seconds };
}

/** A test that is out of time, or cannot begin, has demanded nothing. */
const outside = /^(?:\w*Error: )?(?:Test timed out|Hook timed out|Transform failed|Build failed|Failed to load)/;

const firstLine = (message: string): string =>
  message.split('\n    at ')[0]?.replaceAll(/\s+/g, ' ').slice(0, 220) ?? '';

/** A title, also with what takes the place of its placeholders. */
const patternOf = (part: string): string =>
  part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\\\$\\\{.*?\\\}|%[sijdo]/g, '.*');

/** Whatever our tests make in the engine has it in its name: nobody else's random digits begin so. */
const run = `r${randomBytes(2).toString('hex')}`;
/** Process groups that are under way. */
const groups = new Set<number>();

async function vitest(folder: string, args: readonly string[]): Promise<string> {
  const { HARBORMASTER_PROGRAM: _, ...env } = process.env;
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...args], {
    cwd: folder,
    env: { ...env, HARBORMASTER_COMMIT: 'broken', HARBORMASTER_TEST_RUN: run },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid = 0 } = child;
  groups.add(pid);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const timer = setTimeout(() => endGroup(pid), limit);
  await once(child, 'close');
  clearTimeout(timer);
  groups.delete(pid);
  return said;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Ends all that is under way, and takes away what it leaves in the engine. */
export async function endTrials(): Promise<void> {
  for (const pid of groups) endGroup(pid);
  await using _ = await engineRig(undefined, runPrefix(run));
}
