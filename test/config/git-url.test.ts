import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHttp, isSsh, urlFault } from '../../src/config/git-url.ts';
import { parseRemote } from '../../src/edges/git/url.ts';

test('the Git edge takes every URL that the configuration takes, and for the same kind', () => {
  const words = [
    'https://',
    'http://',
    'ssh://',
    'file://',
    'git@',
    'bob',
    'a.example',
    'localhost',
    '[::1]',
    ':',
    ':22',
    '/',
    '/x.git',
    '..',
    '@',
    '-',
    '%',
    '?',
    '#',
    ' ',
    '::',
    '~',
    '_',
    '\\',
  ];
  const unit = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  );
  let taken = 0;
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 6 }), (parts) => {
      const url = parts.join('');
      if (urlFault(url)) return;
      taken += 1;
      const { kind } = parseRemote(url);
      expect({ ssh: kind === 'ssh', http: kind === 'http' }).toEqual({ ssh: isSsh(url), http: isHttp(url) });
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(100);
});
