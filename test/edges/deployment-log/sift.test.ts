import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { selectEntries } from '../../../src/core/log-query.ts';
import { readEntries } from '../../../src/edges/deployment-log/read-log.ts';
import { sift } from '../../../src/edges/deployment-log/sift.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { LogQuery } from '../../../src/model/log-query.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const old = fileURLToPath(new URL('../../fixtures/log-v1', import.meta.url));
const [one, two] = ['000000000001.jsonl', '000000000052.jsonl'];

type From =
  | { readonly order: 'newest'; readonly before?: number }
  | { readonly order: 'oldest'; readonly after?: number };

async function read(directory: string, query: LogQuery, from: From) {
  const entries: Entry[] = [];
  const suspicions: string[] = [];
  const suspect = (what: string) => suspicions.push(what);
  const request = from.order === 'newest' ? { before: undefined, ...from } : { after: 0, ...from };
  for await (const entry of sift(directory, query, { ...request, suspect })) entries.push(entry);
  return { entries, suspicions };
}

/** A copy of the old log, for a test to spoil. */
async function copy() {
  const folder = await temporaryFolder();
  const directory = join(folder.path, 'log');
  await mkdir(directory);
  for (const file of [one, two]) await copyFile(join(old, file), join(directory, file));
  const path = join(directory, one);
  return {
    directory,
    async change(line: number, to: (text: string) => readonly string[]) {
      const lines = (await readFile(path, 'utf8')).split('\n');
      await writeFile(path, lines.flatMap((text, index) => (index === line - 1 ? to(text) : [text])).join('\n'));
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test.each<[string, LogQuery]>([
  ['all', {}],
  ['of one app', { apps: ['blog'] }],
  ['of a service', { services: ['db'] }],
  ['of a kind', { kinds: ['repaired', 'opened'] }],
  ['of nobody', { apps: ['nobody'] }],
])(
  'entries, %s, come from either end and from any number, across files and over a torn write',
  async (_what, query) => {
    const all = await readEntries(old);
    const wanted = selectEntries(all, query);
    expect(await read(old, query, { order: 'oldest' })).toEqual({ entries: wanted, suspicions: [] });
    expect(await read(old, query, { order: 'newest' })).toEqual({ entries: wanted.toReversed(), suspicions: [] });
    for (const seq of [1, 2, 20, 51, 52, 53]) {
      const before = wanted.filter((entry) => entry.seq < seq).toReversed();
      expect((await read(old, query, { order: 'newest', before: seq })).entries).toEqual(before);
      const after = wanted.filter((entry) => entry.seq > seq);
      expect((await read(old, query, { order: 'oldest', after: seq })).entries).toEqual(after);
    }
  },
);

test('a log that is not there is empty', async () => {
  expect(await read(join(old, 'nothing'), {}, { order: 'newest' })).toEqual({ entries: [], suspicions: [] });
});

test('a line that is still being written is no entry yet', async () => {
  await using log = await copy();
  await appendFile(join(log.directory, two), '{"v":1,"seq":54,');
  for (const order of ['newest', 'oldest'] as const) {
    const { entries, suspicions } = await read(log.directory, {}, { order });
    expect([entries.length, suspicions]).toEqual([53, []]);
  }
});

test.each<[string, (text: string) => readonly string[], string]>([
  [
    'changed',
    (text) => [text.replace('"by":"bob"', '"by":"eve"')],
    'entry 14 was not written after entry 13 as it is now',
  ],
  ['taken out', () => [], 'entry 14 was not written after entry 12 as it is now'],
  ['doubled', (text) => [text, text], 'entry 13 was not written after entry 13 as it is now'],
])('an entry that was %s is noticed by whoever reads over it, in either direction', async (_what, to, suspicion) => {
  await using log = await copy();
  await log.change(13, to);
  for (const order of ['newest', 'oldest'] as const) {
    const { entries, suspicions } = await read(log.directory, { apps: ['shop'] }, { order });
    expect(suspicions).toEqual([suspicion]);
    expect(entries.length).toBeGreaterThan(30);
  }
  const tail = await read(log.directory, {}, { order: 'oldest', after: 20 });
  expect(tail.suspicions).toEqual([]);
});
