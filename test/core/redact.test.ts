import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactDeep, redactor } from '../../src/core/redact.ts';
import { Secret } from '../../src/model/secret.ts';

const token = 'p@ss/w"ör d+1';

describe('a known secret', () => {
  const redact = redactor([token]);

  test.each([
    ['as it is', token],
    ['in JSON', JSON.stringify({ token })],
    ['in a URL', `https://example.org/?t=${encodeURIComponent(token)}`],
    ['in a form', new URLSearchParams({ token }).toString()],
    ['in base64', Buffer.from(token).toString('base64')],
    ['in base64url', Buffer.from(token).toString('base64url')],
    ['in Basic credentials', `Authorization: Basic ${Buffer.from(`me:${token}`).toString('base64')}`],
    ['in Basic credentials of another length', `Basic ${Buffer.from(`user:${token}`).toString('base64')}`],
    ['in Basic credentials of a third length', `Basic ${Buffer.from(`x-access:${token}`).toString('base64')}`],
  ])('is masked %s', (_, text) => {
    const masked = redact(text);
    expect(masked).toContain('***');
    for (const form of [token, encodeURIComponent(token), Buffer.from(token).toString('base64').slice(4, -4)]) {
      expect(masked).not.toContain(form);
    }
  });

  test('is masked line by line when it has many', () => {
    const key = '-----BEGIN KEY-----\nAAAABBBBCCCC\nDDDDEEEEFFFF\n-----END KEY-----\n';
    expect(redactor([key])('error near DDDDEEEEFFFF')).toBe('error near ***');
    expect(redactor([key])(`${key.trim()}!`)).toBe('***!');
    expect(redactor(['hunter22\n'])('login with hunter22 failed')).toBe('login with *** failed');
  });

  test('that is one character long does not take the text apart', () => {
    const careful = redactor(['a', '12', '']);
    expect(careful('a container started after 12 attempts')).toBe('a container started after 12 attempts');
    expect(careful('PIN=12 and "a"')).toBe('PIN=*** and "a"');
    expect(careful('{"pin":"12"}')).toBe('{"pin":"***"}');
    expect(careful('a')).toBe('***');
  });

  test('that is part of another leaves no rest', () => {
    expect(redactor(['abcd', 'abcdefgh'])('x abcdefgh y abcd')).toBe('x *** y ***');
  });
});

test('the user part of a URL is masked whether it is known or not', () => {
  const redact = redactor([]);
  expect(redact('fatal: https://me:pw@git.example.org/a.git and http://tok3n@h/')).toBe(
    'fatal: https://***@git.example.org/a.git and http://***@h/',
  );
  expect(redact('"postgres://u:p@ss@db:5432/x"')).toBe('"postgres://***@db:5432/x"');
  expect(redact('ssh://git@git.example.org/a.git is fine, a@b.org too')).toBe(
    'ssh://git@git.example.org/a.git is fine, a@b.org too',
  );
});

test('a long text without a secret is searched in no time', () => {
  const begun = performance.now();
  for (const text of ['a'.repeat(1_000_000), 'a://'.repeat(250_000), `http://${'b:'.repeat(500_000)}`])
    redactor(['secret'])(text);
  expect(performance.now() - begun).toBeLessThan(20_000);
});

describe('a value of any shape', () => {
  const redact = redactor(['s3cret-value']);
  const deep = (value: unknown) => redactDeep(redact, value);

  test('is copied with every text in it masked', () => {
    const fields = {
      a: ['x s3cret-value', { b: { c: 's3cret-value' } }],
      's3cret-value': 1,
      at: new Date(0),
      n: 1,
      none: undefined,
    };
    expect(deep(fields)).toEqual({
      a: ['x ***', { b: { c: '***' } }],
      '***': 1,
      at: '1970-01-01T00:00:00.000Z',
      n: 1,
      none: undefined,
    });
  });

  test('tells an error with its causes', () => {
    const error = Object.assign(new Error('no s3cret-value', { cause: new Error('because s3cret-value') }), {
      code: 'EFAIL',
    });
    const told = deep({ err: error }) as { err: Record<string, unknown> };
    expect(told.err).toMatchObject({
      name: 'Error',
      message: 'no ***',
      code: 'EFAIL',
      cause: { message: 'because ***' },
    });
    expect(JSON.stringify(told)).not.toContain('s3cret');
  });

  test('may hold itself, bytes, maps, secrets and functions', () => {
    const self: Record<string, unknown> = {
      bytes: Buffer.from('s3cret-value'),
      map: new Map([['k', 's3cret-value']]),
      secret: new Secret('abcd'),
      f: () => 1,
      big: 1n,
    };
    self['self'] = self;
    expect(deep(self)).toEqual({
      bytes: '[12 bytes]',
      map: [['k', '***']],
      secret: '***',
      f: undefined,
      big: '1',
      self: '[circular]',
    });
  });
});

test('no secret survives, wherever it stands, and masking twice changes nothing', () => {
  const secret = fc
    .string({ minLength: 4, unit: 'grapheme' })
    .filter((text) => !'***'.includes(text.trim()) && text.trim().length >= 4);
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      const redact = redactor([value]);
      const masked = redact(`${before} ${value} ${after}`);
      expect(masked.split('***').some((part) => part.includes(value))).toBe(false);
      expect(redact(masked)).toBe(masked);
    }),
  );
});
