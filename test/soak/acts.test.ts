import { expect, test } from 'vitest';
import { actsOf, sentenceOf } from './acts.ts';
import { judgeMemory } from './memory.ts';

test('the same seed gives the same acts, another one others', () => {
  expect(actsOf(7, 300)).toEqual(actsOf(7, 300));
  expect(actsOf(7, 40).map(sentenceOf)).not.toEqual(actsOf(8, 40).map(sentenceOf));
});

test('in the long run every kind of act comes', () => {
  expect(new Set(actsOf(7, 300).map(({ kind }) => kind)).size).toBe(11);
});

const life = (megabytes: (at: number) => number) =>
  Array.from({ length: 300 }, (_, at) => ({ pid: 1, megabytes: megabytes(at) }));

test('memory that grows after the warming up is told, memory that only warmed up is not', () => {
  expect(judgeMemory(life((at) => 50 + at)).violations).toEqual([expect.stringContaining('grows')]);
  expect(judgeMemory(life((at) => 50 + Math.min(at, 100))).violations).toEqual([]);
});
