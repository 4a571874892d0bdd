import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fieldWords, kindWords, wordsOf } from '../../../src/edges/deployment-log/entry-words.ts';
import { entryJsonSchema, kindsOfEntries, logReference } from '../../../src/edges/deployment-log/reference.ts';

const committed = (path: string) => readFile(new URL(`../../../docs/${path}`, import.meta.url), 'utf8');

test('what is committed is what `npm run docs` makes', async () => {
  expect(await committed('log-reference.md')).toBe(logReference());
  expect(JSON.parse(await committed('log-entry.schema.json'))).toEqual(JSON.parse(JSON.stringify(entryJsonSchema())));
});

test('every kind and every field is described, and nothing else is', () => {
  const kinds = kindsOfEntries();
  expect(kinds.map(({ kind }) => kind).sort()).toEqual(Object.keys(kindWords).sort());
  const bare = kinds.flatMap(({ kind, fields }) =>
    fields.filter(({ words }) => words === undefined).map(({ path }) => `${kind}:${path}`),
  );
  expect(bare).toEqual([]);
  const used = new Set(kinds.flatMap(({ kind, fields }) => fields.map(({ path }) => wordsOf(kind, path))));
  expect(
    Object.entries(fieldWords)
      .filter(([, words]) => !used.has(words))
      .map(([path]) => path),
  ).toEqual([]);
});
