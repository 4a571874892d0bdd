import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../docs/guarantees.md', import.meta.url), 'utf8');
const promises = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:promise|---)/.test(line));
const testsOf = (line: string): readonly string[] =>
  [...line.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file);

test('every promise names tests that exist', () => {
  expect(promises.length).toBeGreaterThan(15);
  for (const promise of promises) {
    expect(testsOf(promise), promise).not.toEqual([]);
    for (const file of testsOf(promise)) expect(existsSync(new URL(`../${file}`, import.meta.url)), file).toBe(true);
  }
});
