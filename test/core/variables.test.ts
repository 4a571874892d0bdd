import { describe, expect, test } from 'vitest';
import { parseEnvFile, substitute } from '../../src/core/variables.ts';

const variables = { A: 'one', EMPTY: '', DIR: 'env' };

/** What Compose 2.26 makes of the same, found by comparing some thousand random texts. */
describe('variables in a path are replaced as Compose does', () => {
  test.each([
    ['plain', 'plain'],
    ['$A.env', 'one.env'],
    ['${A}/${DIR}', 'one/env'],
    ['$NOPE', ''],
    ['${NOPE}x', 'x'],
    ['$$A', '$A'],
    ['$${A}', '${A}'],
    ['a$', 'a$'],
    ['$1', '$1'],
    ['${NOPE:-else}', 'else'],
    ['${NOPE-else}', 'else'],
    ['${EMPTY:-else}', 'else'],
    ['${EMPTY-else}', ''],
    ['${A:-else}', 'one'],
    ['${NOPE:-}', ''],
    ['${A:+there}', 'there'],
    ['${A+there}', 'there'],
    ['${EMPTY:+there}', ''],
    ['${EMPTY+there}', 'there'],
    ['${NOPE+there}', ''],
    ['${A:?must be set}', 'one'],
    ['${A?must be set}', 'one'],
    ['${NOPE:-${ALSO:-/etc/passwd}}', '/etc/passwd'],
    ['${NOPE:-a/${A}/b}.env', 'a/one/b.env'],
    ['${NOPE:-$A}', 'one'],
    ['${A:+${DIR}/x}', 'env/x'],
    ['${constructor}', ''],
    ['${NOPE:-{x}}', '{x}'],
    ['${NOPE:-a}b}', 'ab}'],
    ['${NOPE:-$${A}{}', '${A}{'],
    ['${NOPE:-{$$}', '{$'],
    ['${EMPTY:-${NOPE}${NOPE:-{}${NOPE:--}}}{}', '{}-}{'],
    ['${A', '${A'],
    ['${A b}', '${A b}'],
  ])('%s is %s', (text, replaced) => {
    expect(substitute(text, variables)).toBe(replaced);
  });

  test('nesting has an end', () => {
    expect(() => substitute(`${'${X:-'.repeat(30)}x${'}'.repeat(30)}`, {})).toThrow(
      expect.objectContaining({ code: 'compose-refused' }),
    );
  });

  test('a megabyte of references is done at once', () => {
    const begun = performance.now();
    substitute('${A}'.repeat(250_000), variables);
    substitute('${'.repeat(500_000), variables);
    substitute('$'.repeat(1_000_000), variables);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

test('variables lengthen a text by no more than what a process can be given', () => {
  const long = { A: 'x'.repeat(131_072) };
  expect(substitute(`${'y'.repeat(200_000)}$A`, long)).toHaveLength(331_072);
  expect(() => substitute('$A$A', long)).toThrow(expect.objectContaining({ code: 'compose-refused' }));
});

describe('a .env file is read as Compose reads it', () => {
  test.each([
    ['a plain value', 'A=x', { A: 'x' }],
    ['spaces around it', '  A = x y  ', { A: 'x y' }],
    ['export', 'export A=x', { A: 'x' }],
    ['a colon', 'A: x', { A: 'x' }],
    ['an empty value', 'A=', { A: '' }],
    ['a comment line', '# A=x\nB=y', { B: 'y' }],
    ['a comment behind a value', 'A=x # why', { A: 'x' }],
    ['a hash inside a value', 'A=x#y', { A: 'x#y' }],
    ['double quotes', 'A="x # y"', { A: 'x # y' }],
    ['single quotes', "A='$HOME'", { A: '$HOME' }],
    ['several lines in quotes', 'A="x\ny"\nB=z', { A: 'x\ny', B: 'z' }],
    ['Windows line ends', 'A=x\r\nB=y\r\n', { A: 'x', B: 'y' }],
    ['the last of two', 'A=x\nA=y', { A: 'y' }],
    ['a reference to an earlier one', 'A=x\nB=${A}/y', { A: 'x', B: 'x/y' }],
    ['a reference in double quotes', 'A=x\nB="$A/y"', { A: 'x', B: 'x/y' }],
    ['no reference in single quotes', "A=x\nB='$A'", { A: 'x', B: '$A' }],
    ['a reference to the environment', 'B=${GIVEN}/y', { B: 'given/y' }],
    ['the environment’s value before its own', 'GIVEN=mine\nB=$GIVEN', { GIVEN: 'mine', B: 'given' }],
    ['what is no assignment', 'not one\n=x\n1A=x', {}],
  ])('%s', (_, text, expected) => {
    expect(parseEnvFile(text, { GIVEN: 'given' })).toEqual(expected);
  });
});
