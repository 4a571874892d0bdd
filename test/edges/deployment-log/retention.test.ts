import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logPage } from '../../../src/edges/deployment-log/pages.ts';
import { keyIn, readEntries } from '../../../src/edges/deployment-log/read-log.ts';
import { prune } from '../../../src/edges/deployment-log/retention.ts';
import { segmentsOf } from '../../../src/edges/deployment-log/segments.ts';
import { verify } from '../../../src/edges/deployment-log/verify.ts';
import { finished, started } from '../../core/entries.ts';
import { fullHistory, kinds, signedRig } from './rig.ts';

const silent = { info: () => undefined, warn: () => undefined };
const noMarks = { lift: async () => undefined };

/** A log of several files, open, with what lets its older ones go. */
async function grown() {
  const rig = await signedRig({ segmentBytes: 4000 });
  const log = await rig.open();
  let intent = 0;
  for (const body of fullHistory()) {
    const { seq } = await log.append(body.kind === 'finished' ? { ...body, intent } : body);
    if (body.kind === 'started') intent = seq;
  }
  for (let count = 0; count < 6; count += 1) {
    const { seq } = await log.append(started({ app: 'db', release: `r${count}` }));
    await log.append(finished({ app: 'db', intent: seq, release: `r${count}` }));
  }
  await log.seal();
  const first = async () => (await segmentsOf(rig.directory))[0]?.first ?? 0;
  /** `meanwhile`: once the entry is written, and before any file goes. */
  const go = async (
    last: number,
    keep: { age?: number; segments?: number } = { segments: 1 },
    meanwhile: () => Promise<void> = async () => undefined,
  ) =>
    prune({
      directory: rig.directory,
      keep: { age: keep.age, segments: keep.segments },
      witnessed: last === 0 ? undefined : { url: 'https://w', note: log.checkpoint() ?? '', last },
      now: new Date(Date.UTC(2026, 10, 20, 11)),
      append: async (body) => {
        await log.append(body);
        await meanwhile();
      },
      pruned: log.state().pruned ?? 0,
      marks: noMarks,
      logger: silent,
    });
  const names = async () => (await readdir(rig.directory)).sort();
  const close = async () => {
    await log[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
  };
  return { ...rig, log, go, first, names, [Symbol.asyncDispose]: close };
}

const all = 10_000;

test('nothing leaves before a witness vouches for it', async () => {
  await using rig = await grown();
  const before = await rig.names();
  await rig.go(0);
  await rig.go(1);
  expect(await rig.names()).toEqual(before);
  expect(before.filter((name) => name.endsWith('.jsonl')).length).toBeGreaterThan(3);
});

test('whole files leave, an entry says which, the rest is proven, and everything that was known is known', async () => {
  await using rig = await grown();
  const before = await rig.log.history();
  const files = (await rig.names()).filter((name) => name.endsWith('.jsonl'));
  await rig.go(all);
  const left = (await rig.names()).filter((name) => name.endsWith('.jsonl'));
  expect(left.slice(0, 2)).toEqual(files.slice(-2));
  const entry = (await rig.log.entries()).find(({ kind }) => kind === 'pruned');
  expect(entry).toMatchObject({
    kind: 'pruned',
    through: (await rig.first()) - 1,
    files: files.slice(0, -2).map((file) => ({ file })),
    witness: 'https://w',
    because: '1 closed files stay',
  });
  expect(await rig.log.history()).toEqual(before);
  await rig.log.seal();
  const report = await verify(rig.directory, { publicKey: await keyIn(rig.directory) });
  expect(report).toMatchObject({ ok: true, first: await rig.first(), left: { through: (await rig.first()) - 1 } });
  expect(report.proves.join()).toContain('left by policy');
  await using reader = await rig.read();
  expect(await reader.history()).toEqual(JSON.parse(JSON.stringify(before)));
  expect(kinds(await reader.entries())[0]).toBe('opened');
  // And again, later, when more has come.
  const { seq } = await rig.log.append(started({ app: 'db', release: 'r9' }));
  await rig.log.append(finished({ app: 'db', intent: seq, release: 'r9' }));
  await rig.go(all, { age: 1 });
  expect((await verify(rig.directory)).ok).toBe(true);
});

test('only files that are old leave', async () => {
  await using rig = await grown();
  const before = await rig.names();
  await rig.go(all, { age: 2 * 3_600_000 });
  expect(await rig.names()).toEqual(before);
  await rig.go(all, { age: 60_000 });
  expect((await rig.names()).length).toBeLessThan(before.length);
});

test('also when every closed file left, whoever starts next goes on with the one that is there', async () => {
  const rig = await signedRig({ segmentBytes: 4000 });
  await using _rig = rig;
  const log = await rig.open();
  for (let count = 0; count < 8; count += 1) {
    const { seq } = await log.append(started({ app: 'db', release: `r${count}` }));
    await log.append(finished({ app: 'db', intent: seq, release: `r${count}` }));
  }
  await log[Symbol.asyncDispose]();
  const again = await rig.open();
  const note = again.checkpoint() ?? '';
  const now = new Date(Date.UTC(2030, 0, 1));
  const witnessed = { url: 'https://w', note, last: all };
  const rest = { directory: rig.directory, witnessed, now, pruned: 0, marks: noMarks, logger: silent };
  await prune({ ...rest, keep: { age: 1, segments: undefined }, append: again.append });
  const before = await again.history();
  expect(await segmentsOf(rig.directory)).toHaveLength(1);
  await again[Symbol.asyncDispose]();
  await using next = await rig.open();
  expect(await next.history()).toEqual(JSON.parse(JSON.stringify(before)));
  expect((await verify(rig.directory)).ok).toBe(true);
});

test('a crash after the entry leaves what the next look removes', async () => {
  await using rig = await grown();
  const copies = new Map<string, Buffer>();
  for (const name of await rig.names()) copies.set(name, await readFile(join(rig.directory, name)));
  await rig.go(all);
  const [first = '', ...others] = [...copies.keys()].filter((name) => name.endsWith('.jsonl')).slice(0, -2);
  for (const name of others) await writeFile(join(rig.directory, name), copies.get(name) ?? '');
  await rig.log.seal();
  expect(await verify(rig.directory)).toMatchObject({ ok: true });
  expect(await rig.names()).not.toContain(first);
  await rig.go(0);
  for (const name of others) expect(await rig.names()).not.toContain(name);
});

test('a crash in mid-removal leaves nothing that the next look would not remove', async () => {
  await using rig = await grown();
  await rig.log.seal();
  const third = (await rig.names()).filter((name) => name.endsWith('.jsonl'))[2] ?? '';
  const path = join(rig.directory, third);
  const content = await readFile(path);
  await expect(
    rig.go(all, { segments: 1 }, async () => {
      await rm(path);
      await mkdir(path);
    }),
  ).rejects.toThrow();
  await rm(path, { recursive: true });
  await writeFile(path, content);
  expect(await rig.names()).not.toContain(third.replace('jsonl', 'checkpoint'));
  await rig.go(0);
  const left = await rig.names();
  expect(await rig.first()).toBe((rig.log.state().pruned ?? 0) + 1);
  for (const name of left.filter((each) => each.endsWith('.checkpoint')))
    expect(left).toContain(name.replace('checkpoint', 'jsonl'));
});

test('who reads the log while files leave it reads what is there, and finds nothing wrong', async () => {
  await using rig = await grown();
  const reads: Promise<readonly [number | undefined, boolean]>[] = [];
  const read = async () => {
    const entries = await readEntries(rig.directory);
    const { ok } = await verify(rig.directory);
    await logPage(rig.directory, {}, { order: 'oldest', after: 0, limit: 1000 });
    return [entries.at(-1)?.seq, ok] as const;
  };
  await rig.go(all, { segments: 1 }, async () => {
    for (let count = 0; count < 12; count += 1) {
      const late = new Promise((resolve) => setTimeout(resolve, count));
      reads.push(late.then(read));
    }
  });
  const last = (await rig.log.entries()).at(-1)?.seq;
  for (const found of await Promise.all(reads)) expect(found).toEqual([last, true]);
});

test('a file that is missing without an entry is found', async () => {
  await using rig = await grown();
  await rm(join(rig.directory, '000000000001.jsonl'));
  expect((await verify(rig.directory)).problem?.what).toContain('no entry says that those before left');
  await using other = await grown();
  await other.go(all);
  const [oldest = ''] = (await other.names()).filter((name) => name.endsWith('.jsonl'));
  await rm(join(other.directory, oldest));
  expect((await verify(other.directory)).problem?.what).toContain('a file of the log is missing');
});

test('nothing leaves a log that is damaged: it is evidence', async () => {
  await using rig = await grown();
  const path = join(rig.directory, '000000000001.jsonl');
  await writeFile(path, (await readFile(path, 'utf8')).replace('ours now', 'ours new'));
  const before = await rig.names();
  await rig.go(all);
  expect(await rig.names()).toEqual(before);
});
