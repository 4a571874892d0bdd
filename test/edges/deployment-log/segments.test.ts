import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foldHistory } from '../../../src/core/history.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { failed, finished, refused, started } from '../../core/entries.ts';
import { fullHistory, kinds, logRig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof logRig>>;

const files = async ({ directory }: Rig): Promise<readonly string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
const linesOf = async ({ directory }: Rig, name: string): Promise<string[]> =>
  (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1);

/** Segments of about three entries. */
const small = { limits: { segmentBytes: 1500 } };

async function fill(rig: Rig, deployments: number): Promise<void> {
  await using log = await rig.open();
  for (let count = 0; count < deployments; count += 1) {
    const { seq } = await log.append(started());
    await log.append(finished({ intent: seq, release: `r${count}` }));
  }
}

describe('a log that grows', () => {
  test('goes on in a further file that begins with the state so far, and every entry follows the one before', async () => {
    await using rig = await logRig(small);
    await fill(rig, 6);
    const names = await files(rig);
    expect(names.length).toBeGreaterThan(2);
    const [first, second] = [await linesOf(rig, names[0] ?? ''), await linesOf(rig, names[1] ?? '')];
    expect(JSON.parse(second[0] ?? '')).toMatchObject({
      kind: 'opened',
      seq: Number.parseInt(names[1] ?? '', 10),
      log: { epoch: 1 },
      previous: { file: names[0], bytes: (await stat(join(rig.directory, names[0] ?? ''))).size, torn: false },
    });
    expect(first.length).toBe(Number.parseInt(names[1] ?? '', 10) - 1);
    await using log = await rig.open();
    const entries = await log.entries();
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from(entries, (_, index) => index + 1));
    expect(await log.history()).toEqual(foldHistory(entries));
    expect(await verify(rig.directory)).toMatchObject({ ok: true, files: names.length, entries: entries.length });
  });

  test('also when its file is old', async () => {
    await using rig = await logRig({ limits: { segmentAge: 4500 } });
    await fill(rig, 3);
    expect((await files(rig)).length).toBeGreaterThan(1);
  });

  test('begins no file after another for want of anything to say', async () => {
    await using rig = await logRig({ limits: { segmentBytes: 1 } });
    await fill(rig, 2);
    const all = await Promise.all((await files(rig)).map((name) => linesOf(rig, name)));
    expect(all.map((lines) => lines.length)).toEqual([2, 2, 2, 2]);
  });

  test('is opened from its newest file alone', async () => {
    await using rig = await logRig(small);
    await fill(rig, 6);
    const [oldest = '', ...later] = await files(rig);
    const history = await rig.read().then((log) => log.history());
    await writeFile(join(rig.directory, oldest), 'no log at all\n');
    if (later.length < 2) throw new Error('too few files');
    await using log = await rig.open();
    expect(await log.history()).toEqual(history);
    await using reader = await rig.read();
    expect(await reader.history()).toEqual(history);
    expect((await verify(rig.directory)).problem).toMatchObject({ file: oldest, line: 1 });
  });

  test.each([
    ['missing', (path: string) => rm(path), 'is missing or too short'],
    ['cut', async (path: string) => truncate(path, (await stat(path)).size - 1), 'is missing or too short'],
    [
      'another one',
      async (path: string) => writeFile(path, (await readFile(path, 'utf8')).replace(/r\d+"(?![\s\S]*"r\d+")/, 'r9"')),
      'its prev is not the hash of the last line',
    ],
  ])('is not opened where the file before its newest one is %s', async (_, harm, what) => {
    await using rig = await logRig(small);
    await fill(rig, 6);
    await harm(join(rig.directory, (await files(rig)).at(-2) ?? ''));
    const refusal = { code: 'log-corrupt', message: expect.stringContaining(what) as string };
    await expect(rig.open()).rejects.toMatchObject(refusal);
    await expect(rig.read().then((log) => log.history())).rejects.toMatchObject(refusal);
  });
});

test('everything that the log knows of the host outlives its older files', async () => {
  await using rig = await logRig({ limits: { segmentBytes: 1 } });
  await using log = await rig.open();
  for (const body of fullHistory()) await log.append(body);
  const before = await log.history();
  await log.append(refused(failed(), { app: 'other' }));
  const [...names] = await files(rig);
  for (const name of names.slice(0, -1)) await rm(join(rig.directory, name));
  await using reader = await rig.read();
  await expect(reader.history()).rejects.toMatchObject({ code: 'log-corrupt' });
  // The state at the head of the newest file, and not what came after it, is what those files said.
  const head = JSON.parse((await linesOf(rig, names.at(-1) ?? ''))[0] ?? '') as { snapshot: unknown };
  expect(head.snapshot).toEqual(JSON.parse(JSON.stringify(before)));
  const web = before.apps['web'];
  for (const [field, value] of Object.entries(web ?? {})) expect(value, field).toBeDefined();
  expect(before.suspension).toBeDefined();
  expect(before.forgotten.length).toBeGreaterThan(0);
});

test('a text that was cut once is not cut again at the head of the next file', async () => {
  await using rig = await logRig({ limits: { segmentBytes: 1 } });
  await using log = await rig.open();
  await log.append(refused(failed({ message: 'x'.repeat(10_000) })));
  const before = await log.history();
  await log.append(started({ app: 'db' }));
  await using reader = await rig.read();
  expect((await reader.history()).apps['web']).toEqual(before.apps['web']);
});

test('readers follow from one file to the next', async () => {
  await using rig = await logRig({ limits: { segmentBytes: 1 } });
  await using log = await rig.open();
  await using reader = await rig.read();
  await reader.history();
  for (const release of ['r1', 'r2']) {
    const { seq } = await log.append(started({ release }));
    await log.append(finished({ intent: seq, release }));
    expect((await reader.history()).apps['web']?.deployed?.release).toBe(release);
  }
  expect(kinds(await reader.entries()).filter((kind) => kind === 'opened').length).toBe(4);
});
