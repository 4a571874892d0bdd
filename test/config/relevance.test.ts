import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from '../../src/core/glob.ts';

test.each([
  ['web-1', 'web-1', true],
  ['web-1', 'WEB-1', true],
  ['web-*', 'web-', true],
  ['*', '', true],
  ['?', '', false],
  ['web-?', 'web-10', false],
  ['*.example.com', 'a.b.example.com', true],
  ['*.example.com', 'example.com', false],
  ['a.c', 'abc', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['*ab', 'aab', true],
  ['web', 'web-1', false],
])('%s and %s: %s', (glob, host, expected) => {
  expect(matches(glob, host)).toBe(expected);
});

test('agrees with the same pattern as a regular expression', () => {
  const text = (units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 8 });
  fc.assert(
    fc.property(text(['a', 'b', '*', '?']), text(['a', 'b']), (glob, host) => {
      const pattern = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(matches(glob, host)).toBe(pattern.test(host));
    }),
    { numRuns: 2_000 },
  );
});

test('a nasty glob takes no time', () => {
  const started = performance.now();
  expect(matches(`${'*a'.repeat(2_000)}*b`, 'a'.repeat(5_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(20_000);
});
