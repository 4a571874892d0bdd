/**
 * Breaks what each test of the scenarios, of torture and of the browser guards, and looks whether it fails: test/breaks/index.ts says how.
 *
 *   npm run breaks -- [--only PART]... [--at-once 2] [--again] [--green]
 *
 * `--only`: files, tests or broken files with this part in their names. What was red before is not tried again, but for `--again`. `--green`: runs the
 * tests unbroken instead, file by file. What it finds stands in a folder of its own, so that a run goes on where the last one was ended.
 */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Break } from '../test/breaks/break.ts';
import { breaks } from '../test/breaks/index.ts';
import { type Copy, copyOf, endTrials, type Fared, runTests, tryBreak } from '../test/breaks/try.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [''] },
    'at-once': { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    green: { type: 'boolean', default: false },
  },
});

/** Tests that are run together, and how. */
interface Trial extends Pick<Break, 'tests' | 'after'> {
  readonly of: string;
  /** What is broken. */
  readonly what: string;
  /** The same trial again has the same. */
  readonly key: string;
  run(copy: Copy): Promise<readonly Fared[]>;
}

const parent = join(tmpdir(), 'harbormaster-breaks');
const wanted = values.green ? 'green' : 'red';
const record = join(parent, wanted);
await mkdir(parent, { recursive: true });

const done = await recorded();
const queue = (values.green ? files() : edits()).filter(({ key }) => values.again || !done.has(key));
const problems: string[] = [];
let count = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void endTrials().finally(() => process.exit(130)));
console.log(`${queue.length} to try; ${record} has what was ${wanted} before`);
await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
await endTrials();
console.log(`${count} tests were ${wanted}, ${problems.length} were not`);
for (const problem of problems) console.log(`  ${problem}`);
if (problems.length > 0) process.exitCode = 1;

function edits(): readonly Trial[] {
  return Object.entries(breaks).flatMap(([of, list]) =>
    list
      .filter((one) => isMeant(of, one.in, ...one.tests))
      .map((one) => ({
        of,
        ...one,
        what: one.in,
        key: keyOf([of, one]),
        run: (copy: Copy) => tryBreak(copy, of, one),
      })),
  );
}

function files(): readonly Trial[] {
  return Object.entries(breaks)
    .filter(([of]) => isMeant(of))
    .map(([of, list]) => {
      const tests = [...new Set(list.flatMap((one) => one.tests))];
      return { of, tests, what: 'nothing', key: of, run: (copy: Copy) => runTests(copy, of, { tests }) };
    });
}

function isMeant(...texts: readonly string[]): boolean {
  return values.only.some((part) => texts.some((text) => text.includes(part)));
}

async function work(): Promise<void> {
  await using copy = await copyOf(process.cwd(), parent);
  for (;;) {
    const trial = queue.shift();
    if (trial === undefined) return;
    // Another run may have been there meanwhile.
    if (values.again || !(await recorded()).has(trial.key)) await tryOne(copy, trial);
  }
}

async function tryOne(copy: Copy, trial: Trial): Promise<void> {
  const all = await trial.run(copy).catch((error: unknown) => trial.tests.map((test) => unable(test, error)));
  const wrong = all.filter(({ test, verdict }) => verdict !== (trial.after?.includes(test) ? 'green' : wanted));
  for (const each of all) if (!trial.after?.includes(each.test)) console.log(lineOf(trial, each));
  problems.push(...wrong.map((each) => lineOf(trial, each)));
  count += trial.tests.length - wrong.length;
  if (wrong.length === 0) await appendFile(record, `${trial.key}\n`);
}

function unable(test: string, error: unknown): Fared {
  return { test, verdict: 'ill', why: error instanceof Error ? error.message : String(error), seconds: 0 };
}

function lineOf({ of, what }: Trial, { test, verdict, why, seconds }: Fared): string {
  return `${verdict.padEnd(5)} ${of}: ${test} (${Math.round(seconds)} s, ${what}) ${why}`.trimEnd();
}

async function recorded(): Promise<ReadonlySet<string>> {
  return new Set((await readFile(record, 'utf8').catch(() => '')).split('\n'));
}

function keyOf(trial: unknown): string {
  return createHash('sha256').update(JSON.stringify(trial)).digest('hex').slice(0, 16);
}
