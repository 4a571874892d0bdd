import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configuredOf } from '../../src/core/configured.ts';

const key = Buffer.from('host key');
const of = (fields: Readonly<Record<string, string>>, by = key) => configuredOf({ id: 'c1', fields }, by);

test('what may be secret is kept as a keyed digest only, the rest as it is', () => {
  const secret = 'hunter2';
  const kept = of({
    'environment.TOKEN': secret,
    command: `["--password","${secret}"]`,
    entrypoint: secret,
    'labels.a': secret,
    'limits.memory': '64',
    user: 'web',
  });
  expect(JSON.stringify(kept)).not.toContain(secret);
  expect(kept).toMatchObject({ 'limits.memory': '64', user: 'web', command: expect.stringMatching(/^[0-9a-f]{16}$/) });
});

test('the digest tells values apart, and fields, and hosts', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, two) => {
      const [first, second] = [of({ command: one }), of({ command: two })];
      expect(first['command'] === second['command']).toBe(one === two);
    }),
  );
  const { 'environment.A': a, 'environment.B': b } = of({ 'environment.A': 'x', 'environment.B': 'x' });
  expect(a).not.toBe(b);
  expect(of({ command: 'x' }, Buffer.from('another key'))).not.toEqual(of({ command: 'x' }));
});
