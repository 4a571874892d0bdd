import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kindsOfEntries } from '../../src/core/entry-kinds.ts';
import { matchesQuery } from '../../src/core/log-query.ts';
import { wordsOf } from '../../src/core/log-sieve.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { LogQuery } from '../../src/model/log-query.ts';

/** Entries of every kind, as the log writes them. */
const lines = readFileSync(new URL('../fixtures/log-v1/000000000001.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.endsWith('}'));
const entries = lines.map((line) => ({ line, entry: JSON.parse(line) as Entry }));
const commits = [...new Set(lines.flatMap((line) => /"commit":"([0-9a-f]{40})"/.exec(line)?.[1] ?? []))];

const some = <T>(...among: T[]) => fc.option(fc.subarray(among, { minLength: 1 }), { nil: undefined, freq: 1 });
const query: fc.Arbitrary<LogQuery> = fc.record({
  apps: some('shop', 'blog', 'gone', 'nobody'),
  kinds: some(...kindsOfEntries),
  outcomes: some('applied', 'failed', 'blocked', 'interrupted', 'superseded', 'unchanged' as const),
  services: some('web', 'db', 'old', 'none'),
  revision: fc.option(
    fc.constantFrom('main', ...commits, ...commits.map((commit) => commit.slice(0, 9).toUpperCase())),
    {
      nil: undefined,
    },
  ),
});

test('no line that fits is passed over unread', () => {
  let fitting = 0;
  let passed = 0;
  fc.assert(
    fc.property(query, (asked) => {
      const words = wordsOf(asked);
      for (const { line, entry } of entries) {
        const isRead = words.every((set) => set.some((word) => line.includes(word)));
        if (!isRead) passed += 1;
        if (!matchesQuery(asked, entry)) continue;
        fitting += 1;
        expect(isRead, `${JSON.stringify(asked)} ${line}`).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
  expect(fitting).toBeGreaterThan(500);
  expect(passed).toBeGreaterThan(10_000);
});

test('a name is looked for as the log writes it', () => {
  expect(wordsOf({ apps: ['a"b'], services: ['ü'] })).toEqual([['"app":"a\\"b"'], ['"ü"', '"ü:']]);
  expect(wordsOf({})).toEqual([]);
});
