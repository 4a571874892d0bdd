import { appendFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { selectEntries } from '../../../src/core/log-query.ts';
import { logPage } from '../../../src/edges/deployment-log/pages.ts';
import type { LogQuery, PageRequest } from '../../../src/model/log-query.ts';
import { blocked, failed, finished, refused, started } from '../../core/entries.ts';
import { logRig } from './rig.ts';

/** A log of a hundred entries and more, among them one that is longer than what is read at once, and a torn write that was repaired. */
async function longLog() {
  const rig = await logRig();
  {
    await using log = await rig.open();
    for (let index = 0; index < 40; index += 1) {
      const intent = await log.append(started({ app: index % 7 === 0 ? 'rare' : 'web' }));
      await log.append(finished({ app: index % 7 === 0 ? 'rare' : 'web', intent: intent.seq }));
    }
    const message = 'x'.repeat(8_000);
    await log.append(refused(blocked(...Array.from({ length: 20 }, () => message))));
  }
  await appendFile(rig.file, '{"v":1,"seq":83,');
  await using log = await rig.open();
  for (let index = 0; index < 20; index += 1) await log.append(refused(failed(), { app: 'web' }));
  return rig;
}

const seqs = (entries: readonly { readonly seq: number }[]) => entries.map(({ seq }) => seq);

async function allPages(directory: string, query: LogQuery, request: PageRequest, most?: number) {
  const found: number[] = [];
  let pages = 0;
  for (let next: PageRequest | undefined = request; next !== undefined; ) {
    const page = await logPage(directory, query, next, most);
    found.push(...seqs(page.entries));
    pages += 1;
    const on: number | undefined = page.next;
    if (on === undefined) next = undefined;
    else next = next.order === 'newest' ? { ...next, before: on } : { ...next, after: on };
  }
  return { found, pages };
}

test.each<[string, LogQuery]>([
  ['all', {}],
  ['of one app', { apps: ['rare'] }],
  ['of none', { apps: ['nobody'] }],
  ['of one kind', { kinds: ['repaired'] }],
])('the pages of entries, %s, are the entries, from either end and in pages of any size', async (_what, query) => {
  await using rig = await longLog();
  await using log = await rig.read();
  const wanted = seqs(selectEntries(await log.entries(), query));
  for (const limit of [1, 7, 50, 1_000]) {
    const newest = await allPages(rig.directory, query, { order: 'newest', before: undefined, limit });
    expect(newest.found).toEqual(wanted.toReversed());
    const oldest = await allPages(rig.directory, query, { order: 'oldest', after: 0, limit });
    expect(oldest.found).toEqual(wanted);
  }
});

test('a page begins at any number', async () => {
  await using rig = await longLog();
  await using log = await rig.read();
  const all = seqs(await log.entries());
  expect(all.length).toBeGreaterThan(100);
  for (const seq of [0, ...all, all.length + 1, all.length + 100]) {
    const [older] = (await logPage(rig.directory, {}, { order: 'newest', before: seq, limit: 1 })).entries;
    expect(older?.seq).toBe(all.findLast((each) => each < seq));
    const [newer] = (await logPage(rig.directory, {}, { order: 'oldest', after: seq, limit: 1 })).entries;
    expect(newer?.seq).toBe(all.find((each) => each > seq));
  }
});

test('a search that finds nothing for long stops, and goes on where it stopped', async () => {
  await using rig = await longLog();
  const request = { order: 'newest', before: undefined, limit: 10 } as const;
  expect(await logPage(rig.directory, { apps: ['nobody'] }, request, 25)).toEqual({ entries: [], next: 79 });
  const { found, pages } = await allPages(rig.directory, { apps: ['rare'] }, request, 25);
  expect(found).toHaveLength(12);
  expect(pages).toBeGreaterThan(3);
});

test('an entry that is still being written is none yet, and a log that is not there has none', async () => {
  await using rig = await longLog();
  const request = { order: 'newest', before: undefined, limit: 1 } as const;
  const before = await logPage(rig.directory, {}, request);
  await appendFile(rig.file, '{"v":1,"seq":9999,"at":"2026-');
  expect(await logPage(rig.directory, {}, request)).toEqual(before);
  expect((await logPage(rig.directory, {}, { order: 'oldest', after: 103, limit: 9 })).entries).toEqual([]);
  expect(await logPage('/nowhere/at/all', {}, request)).toEqual({ entries: [], next: undefined });
});
