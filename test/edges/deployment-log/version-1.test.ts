import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/core/digest.ts';
import { foldHistory } from '../../../src/core/history.ts';
import { readEntries } from '../../../src/edges/deployment-log/read-log.ts';

/**
 * A log as version 0.1 wrote it, with every kind of entry that there was then, a torn write and a second file. Records are kept for years: these bytes
 * are never changed, and every version reads them.
 */
const directory = fileURLToPath(new URL('../../fixtures/log-v1', import.meta.url));
const files = {
  '000000000001.jsonl': '1b5c177ca884022b2d3221c219726b13d69d9a21380562aed86ffbf2247649cc',
  '000000000052.jsonl': '98248815991bf5d9d5b71bcbf442f9cc8aacfe1294009fff6830a5f42d7a41a5',
};
const kinds = [
  'adopted',
  'approved',
  'drifted',
  'finished',
  'forgotten',
  'held',
  'history-accepted',
  'opened',
  'recovered',
  'refused',
  'rejected',
  'released',
  'repaired',
  'resumed',
  'retried',
  'started',
  'step',
  'suspended',
];

test('nobody made the old log easier to read', async () => {
  for (const [file, digest] of Object.entries(files)) {
    expect([file, sha256(await readFile(join(directory, file)))]).toEqual([file, digest]);
  }
});

test('a log of version 1 is read entry for entry, as it was written', async () => {
  const text = await Promise.all(Object.keys(files).map((file) => readFile(join(directory, file), 'utf8')));
  const written = text
    .join('')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line): unknown => JSON.parse(line));
  const entries = await readEntries(directory);
  expect(entries).toStrictEqual(written);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  expect([...new Set(entries.map(({ kind }) => kind))].sort()).toEqual(kinds);
});

test('and what it comes to is still known', async () => {
  const { apps, forgotten, suspension } = foldHistory(await readEntries(directory));
  expect(apps['shop']).toMatchObject({
    project: 'shop',
    deployed: { commit: 'd0ff5974b6aa52cf562bea5921840c032a860a91' },
    unfinished: { purpose: 'deploy', consent: { approvals: [{ by: 'bob' }] } },
    quarantined: [{ byHand: true }],
    suspension: { reason: 'the database moves', by: 'ada' },
  });
  expect(apps['shop']?.hold).toBeUndefined();
  expect(apps['fresh']?.hold).toMatchObject({ reason: 'no changes during the sale', by: 'bob' });
  expect(apps['gone']).toBeUndefined();
  expect(apps['blog']).toBeUndefined();
  expect(forgotten).toHaveLength(3);
  expect(suspension).toMatchObject({ reason: 'new disks', until: '2026-11-22T00:00:00.000Z' });
});
