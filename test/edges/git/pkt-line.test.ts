import { expect, test } from 'vitest';
import { lsRefsRequest, packet, parseLsRefs, parseLsRemote } from '../../../src/edges/git/pkt-line.ts';

const one = '1'.repeat(40);
const two = '2'.repeat(40);

test('a request asks for all wanted refs at once', () => {
  expect(lsRefsRequest(['refs/heads/main', 'refs/tags/v1'])).toBe(
    '0014command=ls-refs\n' +
      '0020agent=git/harbormaster\n'.replace('0020', '001b') +
      '0017object-format=sha1\n' +
      '0001' +
      '0009peel\n' +
      '001fref-prefix refs/heads/main\n' +
      '001cref-prefix refs/tags/v1\n' +
      '0000',
  );
});

test('an answer gives commits by ref, tags peeled', () => {
  const body = [
    packet(`${one} refs/heads/main`),
    packet(`${one} refs/tags/v1 peeled:${two}`),
    packet(`${two} HEAD symref-target:refs/heads/main`),
    '0000',
  ].join('');
  expect(parseLsRefs(Buffer.from(body))).toEqual({
    kind: 'refs',
    refs: new Map([
      ['refs/heads/main', one],
      ['refs/tags/v1', two],
      ['HEAD', two],
    ]),
  });
  expect(parseLsRefs(Buffer.from('0000'))).toEqual({ kind: 'refs', refs: new Map() });
});

test('an answer that breaks off is not taken for a repository with fewer refs', () => {
  const whole = Buffer.from(`${packet(`${one} refs/heads/a`)}${packet(`${two} refs/heads/b`)}0000`);
  for (let length = 0; length < whole.length; length++) {
    expect(parseLsRefs(whole.subarray(0, length)).kind).toBe('cut');
  }
});

test.each([
  '<html>',
  'zzzz',
  packet('ERR upload-pack: not our ref'),
  packet('# service=git-upload-pack'),
  '0001',
  '0003',
])('something else (%j) is not taken for refs', (body) => {
  expect(parseLsRefs(Buffer.from(`${body}0000`)).kind).toBe('foreign');
});

test('git ls-remote gives the same', () => {
  expect(parseLsRemote(`${one}\trefs/heads/main\n${one}\trefs/tags/v1\n${two}\trefs/tags/v1^{}\nwarning: x\n`)).toEqual(
    new Map([
      ['refs/heads/main', one],
      ['refs/tags/v1', two],
    ]),
  );
});
