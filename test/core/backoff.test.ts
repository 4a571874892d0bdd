import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoff, jittered } from '../../src/core/backoff.ts';

const limits = { first: 10_000, most: 30 * 60_000 };
const middle = 0.5;

describe('waiting after failures', () => {
  test('doubles with each failure in a row, up to the limit', () => {
    expect([1, 2, 3, 4, 8, 9].map((failures) => backoff(failures, limits, middle))).toEqual([
      10_000, 20_000, 40_000, 80_000, 1_280_000, 1_800_000,
    ]);
  });

  test('never ends: after any number of failures it is tried again within the limit and a fifth', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (failures, random) => {
        const delay = backoff(failures, limits, random);
        expect(delay).toBeGreaterThanOrEqual(limits.first * 0.8);
        expect(delay).toBeLessThanOrEqual(limits.most * 1.2);
      }),
    );
  });

  test('differs between hosts', () => {
    expect(backoff(1, limits, 0)).toBe(8_000);
    expect(backoff(1, limits, 0.75)).toBe(11_000);
  });
});

test('an interval is spread by a tenth to either side', () => {
  expect([0, middle, 1].map((random) => jittered(60_000, random))).toEqual([54_000, 60_000, 66_000]);
});
