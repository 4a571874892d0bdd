import { expect, test } from 'vitest';
import { isMeant, mayHold } from '../../src/core/path-glob.ts';

const search = (pattern: string, ...exclude: string[]) => ({ patterns: [pattern], exclude });

test.each<[string, string, boolean]>([
  ['apps/*/compose.yaml', 'apps/shop/compose.yaml', true],
  ['apps/*/compose.yaml', 'apps/a/b/compose.yaml', false],
  ['apps/*/compose.yaml', 'apps/compose.yaml', false],
  ['apps/*/compose.y*ml', 'apps/shop/compose.yml', true],
  ['apps/*/compose.yaml', 'apps/Shop/Compose.yaml', false],
  ['**/compose.yaml', 'compose.yaml', true],
  ['**/compose.yaml', 'a/b/c/compose.yaml', true],
  ['apps/**/compose.yaml', 'apps/compose.yaml', true],
  ['a/**/b/**/c', 'a/x/b/y/z/c', true],
  ['a/**/b/**/c', 'a/x/c', false],
  ['*', 'a/b', false],
  ['a?/x', 'ab/x', true],
])('%s and %s: %s', (pattern, path, expected) => {
  expect(isMeant(search(pattern), path)).toBe(expected);
});

test('what is left out is so with everything below it', () => {
  expect(isMeant(search('**/c.yaml', 'old'), 'old/a/c.yaml')).toBe(false);
  expect(isMeant(search('**/c.yaml', '**/_*'), 'apps/_draft/c.yaml')).toBe(false);
  expect(isMeant(search('**/c.yaml', 'old'), 'older/c.yaml')).toBe(true);
});

test('only folders that may lead to something are gone into', () => {
  expect(mayHold(search('apps/*/c.yaml'), 'apps')).toBe(true);
  expect(mayHold(search('apps/*/c.yaml'), 'apps/shop')).toBe(true);
  expect(mayHold(search('apps/*/c.yaml'), 'apps/shop/data')).toBe(false);
  expect(mayHold(search('apps/*/c.yaml'), 'docs')).toBe(false);
  expect(mayHold(search('**/c.yaml', 'node_modules'), 'node_modules')).toBe(false);
});

test('a nasty pattern takes no time', () => {
  const started = performance.now();
  expect(isMeant(search(`${'**/a/'.repeat(200)}b`), `${'a/'.repeat(400)}c`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(5_000);
});
