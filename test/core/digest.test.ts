import { describe, expect, test } from 'vitest';
import { canonical, hmac, sha256 } from '../../src/core/digest.ts';

describe('canonical text', () => {
  test('is the same for equal values, whatever the order of their keys', () => {
    expect(canonical({ b: { d: 1, c: [2, { f: 3, e: 4 }] }, a: null })).toBe(
      '{"a":null,"b":{"c":[2,{"e":4,"f":3}],"d":1}}',
    );
  });

  test('keeps the order of lists, because it means something', () => {
    expect(canonical([2, 1])).not.toBe(canonical([1, 2]));
  });

  test('tells null, nothing, an empty text and an empty list apart', () => {
    const texts = [{ a: null }, {}, { a: '' }, { a: [] }, { a: {} }].map(canonical);
    expect(new Set(texts).size).toBe(texts.length);
    expect(canonical({ a: undefined })).toBe('{}');
  });

  test('carries keys that mean something to JavaScript', () => {
    expect(canonical(JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "10": 3, "9": 4}'))).toBe(
      '{"9":4,"10":3,"__proto__":{"x":1},"constructor":2}',
    );
  });
});

test('SHA-256 is the world’s', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256(Buffer.from('ä'))).toBe(sha256('ä'));
});

test('a keyed digest needs the key', () => {
  expect(hmac(Buffer.from('a'), 'secret')).not.toBe(hmac(Buffer.from('b'), 'secret'));
  expect(hmac(Buffer.from('a'), 'secret')).not.toBe(sha256('secret'));
});
