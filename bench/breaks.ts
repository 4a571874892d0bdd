/**
 * Breaks what each test of the scenarios, of torture and of the browser guards, and looks whether it fails: test/breaks/index.ts says how.
 *
 *   npm run breaks -- [--only PART] [--at-once 2] [--again] [--green]
 *
 * `--only`: files, tests or broken files with this part in their names. What was red before is not tried again, but for `--again`.
 * `--green`: runs the tests unbroken instead.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Break } from '../test/breaks/break.ts';
import { breaks } from '../test/breaks/index.ts';
import { type Copy, copyOf, type Fared, runTests, tryBreak } from '../test/breaks/try.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    green: { type: 'boolean', default: false },
  },
});
const wanted = values.green ? 'green' : 'red';
const parent = join(tmpdir(), 'harbormaster-breaks');
const record = join(parent, `${wanted}.json`);
await mkdir(parent, { recursive: true });

const known = new Set(values.again ? [] : await recorded());
const queue = Object.entries(breaks)
  .flatMap(([of, list]) => list.map((one) => ({ of, one })))
  .filter(({ of, one }) => [of, one.in, ...one.tests].some((text) => text.includes(values.only)))
  .filter(({ of, one }) => !known.has(keyOf(of, one)));
const problems: string[] = [];
let [count, done] = [0, 0];
console.log(`${queue.length} breaks to try; ${record} has what was ${wanted} before`);

await Promise.all(Array.from({ length: Number(values['at-once']) }, work));
console.log(`${count} tests of ${done} breaks were ${wanted}, ${problems.length} were not`);
for (const problem of problems) console.log(`  ${problem}`);
if (problems.length > 0) process.exitCode = 1;

async function work(): Promise<void> {
  await using copy = await copyOf(process.cwd(), parent);
  for (;;) {
    const next = queue.shift();
    if (next === undefined) return;
    await tryOne(copy, next.of, next.one);
  }
}

async function tryOne(copy: Copy, of: string, one: Break): Promise<void> {
  const all = await faring(copy, of, one);
  for (const each of all) tell(of, one, each);
  if (!all.every((each) => isAsWanted(one, each))) return;
  done += 1;
  await writeFile(record, JSON.stringify([...new Set([...(await recorded()), keyOf(of, one)])]));
}

async function faring(copy: Copy, of: string, one: Break): Promise<readonly Fared[]> {
  if (values.green) return runTests(copy, of, one);
  const whole = await readFile(join(copy.folder, one.in), 'utf8').catch(() => '');
  const why = `does not apply: ${one.in}: ${one.from}`;
  if (whole.split(one.from).length !== 2) return one.tests.map((test) => ({ test, verdict: 'ill', why, seconds: 0 }));
  return tryBreak(copy, of, one).catch((error: unknown) =>
    one.tests.map((test) => ({ test, verdict: 'ill', why: String(error), seconds: 0 })),
  );
}

function isAsWanted({ after = [] }: Break, { test, verdict }: Fared): boolean {
  return verdict === (after.includes(test) ? 'green' : wanted);
}

function tell(of: string, one: Break, each: Fared): void {
  const { test, verdict, why, seconds } = each;
  const line = `${verdict.padEnd(5)} ${of}: ${test} (${Math.round(seconds)} s, ${one.in}) ${why}`;
  console.log(line);
  if (!isAsWanted(one, each)) problems.push(line);
  else if (!one.after?.includes(test)) count += 1;
}

async function recorded(): Promise<readonly string[]> {
  const text = await readFile(record, 'utf8').catch(() => '[]');
  return JSON.parse(text) as string[];
}

function keyOf(of: string, one: Break): string {
  return createHash('sha256')
    .update(JSON.stringify([of, one]))
    .digest('hex')
    .slice(0, 16);
}
