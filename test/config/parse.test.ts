import { describe, expect, test } from 'vitest';
import { parseTree } from '../../src/config/parse.ts';
import { toValue } from '../../src/config/tree.ts';

const say = (text: string): string[] =>
  parseTree(text, 'f.yml').problems.map(
    ({ at, path, text: said }) => `${at.line}:${at.column}: ${[...path, said].join(': ')}`,
  );

const value = (text: string): unknown => {
  const { root } = parseTree(text, 'f.yml');
  return root && toValue(root);
};

describe('broken YAML is told in words, with its place', () => {
  test.each([
    ['a:\n\tb: 1\n', '2:1: is indented with a tab; YAML wants spaces'],
    ['a: b: c\n', '1:4: has two ": " in one line; put the value in quotes, or the second key on a line of its own'],
    ['a: [1, 2\nb: 3\n', '2:1: a bracket is opened here or above, and not closed: every [ needs its ], every { its }'],
    ['a: "x\n', '2:1: a quote is opened here or above, and not closed'],
    [
      'a:\n  b: 1\n c: 2\n',
      '3:1: is indented neither like the lines above it nor deeper; keys of one map start in the same column',
    ],
    ['a: @x\n', '1:4: a value that starts with this character needs quotes'],
    ['a:b\nc: 1', '1:1: is no `key: value`; is the ":" or the space after it missing?'],
    ['a: 1\nb\n', '2:1: a character is missing; does the key have its ":" and a space after it?'],
    ['a: 1\n---\nb: 2\n', '2:1: is a second document (after `---`); the file must hold exactly one'],
    ['a: !secret x\n', '1:4: has a tag (!…), which means nothing here; a value that begins with ! needs quotes'],
    ['- a\nb: 1\n', '2:1: cannot be read from here on; check the indentation and the dashes of lists just above'],
    ['a: {b: ${X}}\n', '1:9: cannot be read; between { } and [ ], a text with ${…} needs quotes'],
    ['a: 1\na: 2\n', '2:1: a: is there twice: first in line 1; keep one'],
    ['1: x\n"1": y\n', '2:1: 1: is there twice: first in line 1; keep one'],
    ['? [a]\n: 1\n', '1:3: has a key that is a list or a map; a key is plain text'],
    ['a: *b\n', '1:4: a: refers to an anchor that is not defined above it'],
    ['a: &a [*a]\n', '1:8: a: 0: 0: refers to itself'],
    ['a: {<<: 5}\n', '1:5: a: <<: must be a map to merge, such as *name'],
  ])('%j', (text, said) => {
    expect(say(text)).toEqual([said]);
  });

  const deep = {
    brackets: '['.repeat(5_000),
    dashes: '- '.repeat(5_000),
    maps: Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  };

  test.each(['brackets', 'dashes', 'maps'] as const)('nested %s are refused', (kind) => {
    expect(say(deep[kind])).toEqual([expect.stringContaining('nested too deeply')]);
  });
});

test('an alias bomb is refused, quickly and once', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1)
    bomb.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  const started = performance.now();
  expect(say(bomb.join('\n'))).toEqual([expect.stringContaining('more than 100,000 values')]);
  expect(performance.now() - started).toBeLessThan(30_000);
});

test('hundreds of apps may share one anchor', () => {
  const apps = Array.from({ length: 300 }, (_, index) => `a${index}: {<<: *common}`).join('\n');
  expect(say(`common: &common {x: 1}\n${apps}`)).toEqual([]);
});

test('merges give way to what stands beside them, wherever it stands', () => {
  expect(value('a: &a {x: 1, y: 1}\nb: {x: 2, <<: *a}\nc: {<<: [{y: 3}, *a]}')).toMatchObject({
    b: { x: 2, y: 1 },
    c: { x: 1, y: 3 },
  });
});

test('keys are text, whatever YAML takes them for', () => {
  expect(value('1.0: a\ntrue: b\nnull: c\n')).toEqual({ '1.0': 'a', true: 'b', null: 'c' });
});
