import { expect, test } from 'vitest';
import { goesOn } from '../../src/core/vitals.ts';

const minute = 60_000;

test.each([
  ['all goes on', { turned: 100 * minute, moved: 99 * minute }, [minute], true],
  ['the loop stands', { turned: 99 * minute, moved: 100 * minute }, [minute], false],
  ['it turns, and no pass ends', { turned: 100 * minute, moved: 96 * minute }, [minute, 60 * minute], false],
  ['passes are far apart', { turned: 100 * minute, moved: 50 * minute }, [60 * minute], true],
  ['there is no app', { turned: 100 * minute, moved: 0 }, [], true],
])('%s', (_, vitals, intervals, expected) => {
  expect(goesOn(vitals, 100 * minute, intervals)).toBe(expected);
});
