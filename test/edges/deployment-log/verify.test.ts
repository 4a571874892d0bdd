import { isUtf8 } from 'node:buffer';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/core/digest.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { failed, finished, opened, refused, stamped, started } from '../../core/entries.ts';
import { logRig, smallLog } from './rig.ts';

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

test('a sound log is proven, with what that does not prove', async () => {
  await using rig = await logRig();
  await smallLog(rig);
  expect(await verify(rig.directory)).toEqual({
    ok: true,
    problem: undefined,
    torn: undefined,
    first: 1,
    entries: 4,
    files: 1,
    head: sha256((await rig.lines()).at(-1)!),
    repairs: [],
    open: [],
    key: undefined,
    checkpoints: { count: 0, covered: 0 },
    witness: undefined,
    left: undefined,
    lost: [],
    proves: [
      'entries 1 to 4 follow one another: before the last of them, none was changed, removed, inserted or moved',
      'every intent has exactly one outcome, but for those that are listed as open',
    ],
    cannotProve: [
      'no checkpoint covers the entries: an end that was cut off would not be seen, nor a change of the last line',
      'that root on this host, who has the key, did not write everything anew: compare with a witness (--witness), or keep the head elsewhere',
    ],
  });
});

test('a flipped bit is found at every byte, but in the last line only where it is no entry any more', async () => {
  await using rig = await logRig();
  const original = await smallLog(rig);
  const lastLine = original.lastIndexOf('\n', original.length - 2) + 1;
  let unseen = 0;
  for (let index = 0; index < original.length; index += 1) {
    const flipped = Buffer.from(original);
    flipped[index] = flipped[index]! ^ (1 << (index % 8));
    await rig.put(flipped);
    const { ok } = await verify(rig.directory);
    if (!ok) continue;
    unseen += 1;
    expect(index).toBeGreaterThanOrEqual(lastLine);
    expect(isUtf8(flipped) && isJson(flipped.subarray(lastLine).toString())).toBe(true);
  }
  // Seen to be a limit, not a claim: without a checkpoint the text of the last line can be changed.
  expect(unseen).toBeGreaterThan(0);
});

describe('the first bad line is named', () => {
  test.each([
    [
      'changed',
      (lines: string[]) => lines.with(1, lines[1]!.replace('Change web', 'Change you')),
      3,
      'its prev is not the hash of the line before: one of the two was changed',
    ],
    ['missing', (lines: string[]) => lines.toSpliced(1, 1), 2, 'its seq is 3, where 2 must follow'],
    ['doubled', (lines: string[]) => lines.toSpliced(1, 0, lines[1]!), 3, 'its seq is 2, where 3 must follow'],
    [
      'moved',
      (lines: string[]) => [lines[0]!, lines[2]!, lines[1]!, lines[3]!],
      2,
      'its seq is 3, where 2 must follow',
    ],
    ['foreign', (lines: string[]) => lines.toSpliced(1, 0, 'oops'), 2, 'it is not JSON, and no repair covers it'],
    ['the first', (lines: string[]) => lines.slice(1), 1, 'its seq is 2, where 1 must follow'],
  ])('when a line is %s', async (_, change, line, what) => {
    await using rig = await logRig();
    await smallLog(rig);
    const changed = change(await rig.lines());
    await rig.put(`${changed.join('\n')}\n`);
    const offset = changed.slice(0, line - 1).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
    expect(await verify(rig.directory)).toMatchObject({
      ok: false,
      problem: { file: '000000000001.jsonl', line, offset, what },
    });
  });
});

test('the bytes under a repair stay provable', async () => {
  await using rig = await logRig();
  const original = await smallLog(rig);
  await rig.put(original.subarray(0, -9));
  await (await rig.open())[Symbol.asyncDispose]();
  const repaired = await rig.bytes();
  expect(await verify(rig.directory)).toMatchObject({
    ok: true,
    repairs: [{ seq: 4, length: expect.any(Number) as number }],
  });
  const start = original.lastIndexOf('\n', original.length - 2) + 1;
  for (let index = start; index < original.length - 9; index += 1) {
    const flipped = Buffer.from(repaired);
    flipped[index] = flipped[index]! ^ 1;
    await rig.put(flipped);
    expect((await verify(rig.directory)).ok).toBe(false);
  }
  await rig.put(Buffer.concat([repaired.subarray(0, start), repaired.subarray(original.length - 9 + 1)]));
  expect((await verify(rig.directory)).problem?.what).toBe('it covers a torn write that is not there');
});

test('a log that does not begin with "opened" is not one', async () => {
  await using rig = await logRig();
  const [first] = stamped(started());
  await rig.open().then((log) => log[Symbol.asyncDispose]());
  await rig.put(`${JSON.stringify(first)}\n`);
  expect((await verify(rig.directory)).problem).toMatchObject({
    line: 1,
    what: 'the segment does not begin with "opened"',
  });
});

test('a torn end is told apart from damage', async () => {
  await using rig = await logRig();
  const original = await smallLog(rig);
  await rig.put(original.subarray(0, -5));
  expect(await verify(rig.directory)).toMatchObject({
    ok: false,
    problem: undefined,
    entries: 3,
    torn: { line: 4, file: '000000000001.jsonl' },
  });
});

describe('intents and outcomes', () => {
  test('an open intent is listed', async () => {
    await using rig = await logRig();
    await using log = await rig.open();
    await log.append(started());
    expect(await verify(rig.directory)).toMatchObject({ ok: true, open: [{ seq: 2, app: 'web' }] });
  });

  test.each([
    [
      'a second outcome',
      [started(), finished({ intent: 2 }), finished({ intent: 2 })],
      4,
      'it is an outcome of intent 2, which is not open',
    ],
    [
      'an outcome of another app',
      [started(), finished({ intent: 2, app: 'db' })],
      3,
      'it is an outcome of intent 2, which is not open',
    ],
    [
      'a second intent while one is open',
      [started(), started()],
      3,
      'it begins work on web, while intent 2 has no outcome',
    ],
  ])('%s is a problem', async (_, bodies, line, what) => {
    await using rig = await logRig();
    await using log = await rig.open();
    for (const body of bodies) await log.append(body);
    expect(await verify(rig.directory)).toMatchObject({ ok: false, problem: { line, what } });
  });
});

describe('a log of several files', () => {
  /** Moves the entries from `seq` on into a file of their own, as a later rotation will begin one: with an "opened". */
  async function split(rig: Awaited<ReturnType<typeof logRig>>): Promise<string> {
    await using log = await rig.open();
    await log.append(started());
    const { seq } = await log.append(finished({ intent: 2 }));
    const head = await log.append(opened((await log.history()).apps));
    const lines = await rig.lines();
    const second = join(rig.directory, `${String(head.seq).padStart(12, '0')}.jsonl`);
    await writeFile(second, `${lines.slice(seq).join('\n')}\n`);
    await rig.put(`${lines.slice(0, seq).join('\n')}\n`);
    return second;
  }

  test('chains on, and is appended to at its end', async () => {
    await using rig = await logRig();
    await split(rig);
    await using log = await rig.open();
    await log.append(refused(failed()));
    expect((await log.entries()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect((await log.history()).apps['web']).toMatchObject({ deployed: { seq: 3 }, trouble: { seq: 5 } });
    expect(await verify(rig.directory)).toMatchObject({ ok: true, files: 2, entries: 5 });
    expect((await rig.lines()).length).toBe(3);
  });

  test('shows a file that is missing, and a tail that was cut before another file', async () => {
    await using rig = await logRig();
    await split(rig);
    const bytes = await rig.bytes();
    await rig.put(bytes.subarray(0, -10));
    expect((await verify(rig.directory)).problem?.what).toContain('a further file follows');
    const whole = (await rig.lines()).slice(0, -1).join('\n');
    await rig.put(`${whole}\n`);
    expect((await verify(rig.directory)).problem?.what).toContain('a file of the log is missing');
  });
});
