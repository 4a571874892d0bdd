import { expect, test } from 'vitest';
import { completionsOf } from '../../src/cli/complete.ts';
import { verbs } from '../../src/cli/verbs/index.ts';

const complete = async (...words: string[]) => {
  const found = await completionsOf(words, { verbs, apps: async () => ['shop', 'shop-db', 'blog'] });
  return found === 'files' ? found : found.map(({ word }) => word);
};

test('verbs are completed, those of two words too', async () => {
  expect(await complete('rol')).toEqual(['rollback']);
  expect(await complete('--json', 'sta')).toEqual(['status']);
  expect(await complete('log', 's')).toEqual(['show']);
  expect(await complete('')).toEqual(expect.arrayContaining(['init', 'log', 'run']));
  expect(await complete('nonsense', '')).toEqual([]);
});

test('options of the verb and those of all are completed, and what means a file is the shell’s', async () => {
  expect(await complete('rollback', 'shop', '--re')).toEqual(['--reason']);
  expect(await complete('status', '--st')).toEqual(['--state-dir']);
  expect(await complete('--config', 'har')).toBe('files');
  expect(await complete('restore', '')).toBe('files');
  expect(await complete('rollback', '--reason', '')).toEqual([]);
});

test('apps are completed where an app is meant', async () => {
  expect(await complete('why', 'shop')).toEqual(['shop', 'shop-db']);
  expect(await complete('apply', 'blog', 's')).toEqual(['shop', 'shop-db']);
  expect(await complete('doctor', '')).toEqual([]);
});
