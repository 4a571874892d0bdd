import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { failed, refused } from '../../core/entries.ts';
import { tries } from '../../support/tries.ts';
import { acknowledged, logRig, smallLog } from './rig.ts';

type Rig = Awaited<ReturnType<typeof logRig>>;

/** Opens the log as a restarted Harbormaster does, appends, and holds what must be true whatever the end of the file was. */
async function expectRepaired(rig: Rig, original: Buffer, length: number): Promise<void> {
  const broken = await rig.bytes();
  const kept = original.toString('utf8').split('\n').slice(0, acknowledged(original, length));
  {
    await using log = await rig.open();
    await log.append(refused(failed({ message: 'after the crash' })));
  }
  const bytes = await rig.bytes();
  expect(bytes.subarray(0, broken.length).equals(broken)).toBe(true);
  expect((await rig.lines()).slice(0, kept.length)).toEqual(kept);
  expect(await verify(rig.directory)).toMatchObject({ problem: undefined, torn: undefined });
}

test('a log that was cut at any byte is repaired by appending, and keeps every acknowledged entry', async () => {
  await using rig = await logRig();
  const original = await smallLog(rig);
  // Any byte in CI; elsewhere some of them, others each time, and around each line's end.
  const stride = Math.round(original.length / tries(original.length));
  const first = randomInt(stride);
  const isTried = (length: number): boolean =>
    length % stride === first || original.subarray(Math.max(0, length - 1), length + 1).includes('\n');
  for (let length = 0; length <= original.length; length += 1) {
    if (!isTried(length)) continue;
    await rig.put(original.subarray(0, length));
    await expectRepaired(rig, original, length);
  }
}, 180_000);

test('a repair that was itself cut at any byte is repaired', async () => {
  await using rig = await logRig();
  const original = await smallLog(rig);
  const torn = original.subarray(0, original.length - 40);
  await rig.put(torn);
  await (await rig.open())[Symbol.asyncDispose]();
  const repaired = await rig.bytes();
  for (let length = torn.length; length <= repaired.length; length += 1) {
    await rig.put(repaired.subarray(0, length));
    await expectRepaired(rig, original, torn.length);
  }
});

test('any rubbish after the last entry is covered', async () => {
  await using rig = await logRig();
  const original = await smallLog(rig);
  const tails = ['\0'.repeat(4096), '\n', '\n\n{', '{"v":1}\n', '{"v":1,"seq":', 'null\nx', '\u00ff'];
  const random = Array.from({ length: 40 }, (_, index) => randomBytes(index * 7 + 1));
  for (const tail of [...tails.map((text) => Buffer.from(text)), ...random]) {
    await rig.put(Buffer.concat([original, tail]));
    await expectRepaired(rig, original, original.length);
  }
});

describe('a whole last line that lacks only its newline', () => {
  test('is adopted', async () => {
    await using rig = await logRig();
    const original = await smallLog(rig);
    await rig.put(original.subarray(0, -1));
    await using log = await rig.open();
    expect((await rig.bytes()).equals(original)).toBe(true);
    expect((await log.history()).apps['web']?.trouble?.seq).toBe(4);
  });

  test('is not adopted, and not buried either, where it does not follow the line before', async () => {
    await using rig = await logRig();
    const original = await smallLog(rig);
    const forged = original.subarray(0, -1).toString().replace('"seq":3', '"seq":9');
    await rig.put(forged);
    await expect(rig.open()).rejects.toMatchObject({ code: 'log-corrupt' });
    expect((await rig.bytes()).toString()).toBe(forged);
  });
});

describe('damage that no torn write can be', () => {
  test.each([
    [
      'a changed entry',
      (lines: string[]) => lines.map((line, index) => (index === 1 ? line.replace('Change web', 'Change xxx') : line)),
    ],
    ['a line that is no entry', (lines: string[]) => [lines[0]!, 'oops', ...lines.slice(1)]],
    ['a line that is missing', (lines: string[]) => lines.filter((_, index) => index !== 2)],
    [
      'an entry of a future kind at the end',
      (lines: string[]) => [...lines, lines.at(-1)!.replace('"refused"', '"hold"')],
    ],
  ])('is never repaired: %s', async (_, change) => {
    await using rig = await logRig();
    await smallLog(rig);
    const damaged = `${change(await rig.lines()).join('\n')}\n`;
    await rig.put(damaged);
    await expect(rig.open()).rejects.toMatchObject({
      code: 'log-corrupt',
      at: expect.stringMatching(/jsonl:\d:1$/) as string,
    });
    await expect((await rig.read()).entries()).rejects.toMatchObject({ code: 'log-corrupt' });
    expect((await rig.bytes()).toString()).toBe(damaged);
  });
});
