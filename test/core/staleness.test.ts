import { expect, test } from 'vitest';
import { isStale, spanText, usualStaleAfter } from '../../src/core/staleness.ts';

const hour = 3600_000;

test('an app is stale after its limit; after a start the first passes get a minute, or the limit if that is shorter', () => {
  expect(isStale({ age: hour, limit: hour, up: hour })).toBe(false);
  expect(isStale({ age: hour + 1, limit: hour, up: 60_001 })).toBe(true);
  expect(isStale({ age: 72 * hour, limit: hour, up: 60_000 })).toBe(false);
  expect(isStale({ age: 3_000, limit: 2_000, up: 2_000 })).toBe(false);
  expect(isStale({ age: 3_000, limit: 2_000, up: 2_001 })).toBe(true);
});

test('the usual limit is an hour, or three looks', () => {
  expect(usualStaleAfter(60_000)).toBe(hour);
  expect(usualStaleAfter(6 * hour)).toBe(18 * hour);
});

test.each([
  [90_000, '90 s'],
  [900_000, '15 min'],
  [2 * hour, '2 h'],
  [72 * hour, '3 days'],
])('%i ms are %s', (span, text) => {
  expect(spanText(span)).toBe(text);
});
