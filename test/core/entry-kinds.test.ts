import { expect, test } from 'vitest';
import { isKind, kindsOfEntries } from '../../src/core/entry-kinds.ts';

test('every kind is one, and nothing else is', () => {
  expect(kindsOfEntries).toContain('finished');
  expect(kindsOfEntries.every(isKind)).toBe(true);
  expect(['constructor', '', 'deployed'].some(isKind)).toBe(false);
});
