import { expect, test } from 'vitest';
import { visible, visibleProse } from '../../src/core/visible.ts';

test('what acts on a terminal or reorders text is spelled out', () => {
  expect(visible('a\u001b[31mb\u009bc\u007f\u0000')).toBe('a\\u001b[31mb\\u009bc\\u007f\\u0000');
  expect(visible('x\u202ey\u2066z\u2028\u2029\u200f')).toBe('x\\u202ey\\u2066z\\u2028\\u2029\\u200f');
  expect(visible('one\ntwo\tthree\r')).toBe('one\\ntwo\\tthree\\r');
  expect(visible('plain ü 漢 🚢')).toBe('plain ü 漢 🚢');
});

test('prose keeps its lines', () => {
  expect(visibleProse('one\ntwo\tthree\r\u001b')).toBe('one\ntwo\tthree\\r\\u001b');
});
