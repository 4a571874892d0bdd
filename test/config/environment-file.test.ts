import { describe, expect, test } from 'vitest';
import { parseEnvironmentFile } from '../../src/config/environment-file.ts';

const read = (text: string, file = 'web.env') => {
  const { variables, problems } = parseEnvironmentFile(text, { name: file, shown: file });
  return {
    values: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
    said: problems.map(({ at, path, text: said }) => `${at.file}:${at.line}: ${[...path, said].join(': ')}`),
  };
};

describe('KEY=value lines', () => {
  test.each([
    ['A=1\nB=two words\n', { A: '1', B: 'two words' }],
    ['A=\nB=', { A: '', B: '' }],
    ['# comment\n\n  A = x # why\n', { A: 'x' }],
    ['A=#\nB=a#b', { A: '', B: 'a#b' }],
    ['export A=1', { A: '1' }],
    ['A=b=c', { A: 'b=c' }],
    ['A="x y" # z\nB=\'$x "q"\'\n', { A: 'x y', B: '$x "q"' }],
    ['A="a\\n\\"b\\" \\\\ \\$ \\d"', { A: 'a\n"b" \\ $ \\d' }],
    ['A="two\nlines"\nB=\'three\n\nlines\'\nC=1', { A: 'two\nlines', B: 'three\n\nlines', C: '1' }],
    ['A=1\r\nB="x\r\ny"\r\n', { A: '1', B: 'x\ny' }],
    ['A=1\nA=2', { A: '2' }],
    ['A=${B} $C', { A: '${B} $C' }],
    ['__proto__=x\nmy.var=y', { ['__proto__']: 'x', 'my.var': 'y' }],
  ])('%j', (text, values) => {
    expect(read(text)).toEqual({ values, said: [] });
  });

  test('lines that are none are named, and the others still read', () => {
    expect(read('A=1\nwhat\n=x\nB="x"y\nC="open\nD=1\n')).toEqual({
      values: { A: '1', B: 'x' },
      said: [
        'web.env:2: must be KEY=value, a comment (#) or empty',
        'web.env:3: must be KEY=value, a comment (#) or empty',
        'web.env:4: B: has text after its closing quote',
        'web.env:5: C: opens a quote that is not closed',
      ],
    });
  });

  test('a long file with many quotes takes no time', () => {
    const started = performance.now();
    expect(read(`${'A="x\ny"\n'.repeat(100_000)}B='`).said).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('maps', () => {
  test('values stay as they are written', () => {
    expect(read('A: 1.10\nB: 0644\nC: true\nD: "x"\nE:\nF: |\n  two\n  lines\n', 'a.yml').values).toEqual({
      A: '1.10',
      B: '0644',
      C: 'true',
      D: 'x',
      E: '',
      F: 'two\nlines\n',
    });
    expect(read('{"A": 1, "B": "x"}', 'a.JSON').values).toEqual({ A: '1', B: 'x' });
  });

  test.each([
    ['A: [1]', 'a.yml:1: A: must be text or a number, not a list'],
    ['- A', 'a.yml:1: must be a map such as `KEY: value`'],
    ['A: "', 'a.yml:1: a quote is opened here or above, and not closed'],
  ])('%s', (text, said) => {
    expect(read(text, 'a.yml').said).toEqual([said]);
  });

  test('an empty one holds nothing', () => {
    expect(read('# later\n', 'a.yml')).toEqual({ values: {}, said: [] });
  });
});

test('variables that steer Compose are refused here too', () => {
  expect(read('COMPOSE_PROJECT_NAME=x').said).toEqual([
    'web.env:1: COMPOSE_PROJECT_NAME: steers Compose itself; use the key `project` of the app',
  ]);
});
