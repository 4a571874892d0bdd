import { expect, test } from 'vitest';
import { isAmong } from '../../src/core/hosts.ts';

test.each<[string[], string, boolean]>([
  [['web-1'], 'web-1', true],
  [['web-1'], 'web-2', false],
  [['WEB-*'], 'web-2', true],
  [['web-*', 'db'], 'DB', true],
  [['web-*', '!web-3'], 'web-2', true],
  [['web-*', '!web-3'], 'web-3', false],
  [['!web-3', 'web-*'], 'web-3', false],
  [['!web-*'], 'db', true],
  [['!web-*'], 'web-1', false],
  [['*', '!*'], 'web-1', false],
  [[], 'web-1', false],
  [['web-1'], 'web-1.example.org', true],
  [['web-?'], 'web-1.example.org', true],
  [['!web-1'], 'web-1.example.org', false],
  [['web-1.example.org'], 'web-1.example.org', true],
  [['*.example.org'], 'web-1.example.org', true],
  [['web-1.example.com'], 'web-1.example.org', false],
  [['web-1.example.org'], 'web-1', false],
  [['web-1'], 'web-1x.example.org', false],
])('%j and %s: %s', (patterns, host, expected) => {
  expect(isAmong(patterns, host)).toBe(expected);
});
