import { expect, test } from 'vitest';
import { good, rendered } from '../../src/cli/line.ts';
import { table } from '../../src/cli/table.ts';

const text = (...args: Parameters<typeof table>) => table(...args).map((line) => rendered(line));

test('columns are as wide as what will be seen in them', () => {
  expect(
    text(
      ['A', 'B', 'C'],
      [
        ['1', good('wide cell'), 'x'],
        ['\u001b', '', 'y'],
      ],
    ),
  ).toEqual(['A       B          C', '1       wide cell  x', '\\u001b             y']);
});

test('on a terminal the last column ends at its edge', () => {
  expect(text(['A', 'B'], [['1', 'x'.repeat(60)]], 40)).toEqual(['A  B', `1  ${'x'.repeat(36)}…`]);
  expect(text(['A', 'B'], [['1', 'x'.repeat(60)]])[1]).toBe(`1  ${'x'.repeat(60)}`);
});
