import { expect, test } from 'vitest';
import type { TokenRequest } from '../../src/reconcile/harbor.ts';
import { testHarbor } from '../support/test-harbor.ts';

const by = { kind: 'request', by: 'root' } as const;
const wanted: TokenRequest = { name: 'ci', role: 'deployer', apps: ['shop-*'], expires: '90d' };

test('a token is whom it was made for, until it is revoked, and also after a restart', async () => {
  const hm = await testHarbor();
  const { token, record } = await hm.harbor().createToken(wanted, by);
  const caller = { kind: 'token', name: 'ci', role: 'deployer', apps: ['shop-*'] };
  expect(await hm.harbor().recognise(token)).toEqual(caller);
  expect(record).toMatchObject({ name: 'ci', by: 'root', expires: '2026-04-01T00:00:00.000Z' });
  await hm.restart();
  expect(await hm.harbor().recognise(token)).toEqual(caller);
  expect(await hm.harbor().tokens()).toEqual([record]);
  await hm.harbor().revokeToken('ci', 'it leaked', by);
  expect(await hm.harbor().recognise(token)).toBeUndefined();
  await hm.restart();
  expect(await hm.harbor().recognise(token)).toBeUndefined();
  expect(await hm.harbor().tokens()).toEqual([]);
});

test('the log says who made which token and who revoked it, and never the token', async () => {
  const hm = await testHarbor();
  const { token } = await hm.harbor().createToken(wanted, by);
  await hm.harbor().revokeToken('ci', 'it leaked', by);
  expect(hm.log.written).toMatchObject([
    { kind: 'token-created', name: 'ci', role: 'deployer', apps: ['shop-*'], trigger: by },
    { kind: 'token-revoked', name: 'ci', reason: 'it leaked', trigger: by },
  ]);
  expect(JSON.stringify(hm.log.written)).not.toContain(token);
});

test('when its time is over it is no token any more', async () => {
  const hm = await testHarbor();
  const { token } = await hm.harbor().createToken({ ...wanted, expires: '2h' }, by);
  hm.clock.advance(2 * 3_600_000 - 1);
  expect(await hm.harbor().recognise(token)).toMatchObject({ name: 'ci' });
  hm.clock.advance(1);
  expect(await hm.harbor().recognise(token)).toBeUndefined();
  expect(await hm.harbor().tokens()).toHaveLength(1);
});

test('of two that are asked for at once under one name there is one', async () => {
  const hm = await testHarbor();
  const asked = await Promise.allSettled([hm.harbor().createToken(wanted, by), hm.harbor().createToken(wanted, by)]);
  expect(asked).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'usage' } }]);
  expect(await hm.harbor().tokens()).toHaveLength(1);
  expect(hm.tokens.kept.size).toBe(1);
});

test('what the log does not know is no token, whatever the vault says', async () => {
  const hm = await testHarbor();
  hm.log.append = async () => {
    throw new Error('the disk is full');
  };
  await expect(hm.harbor().createToken(wanted, by)).rejects.toThrow('the disk is full');
  expect(await hm.harbor().recognise('secret of token1')).toBeUndefined();
  expect(hm.tokens.kept.size).toBe(0);
});

test.each<[string, Partial<TokenRequest>, RegExp]>([
  ['a name that another one has', { name: 'there' }, /there is a token there already/],
  ['a name of blanks', { name: 'my token' }, /is no name for a token/],
  ['an end in the past', { expires: '2020-01-01' }, /not in the future/],
  ['an end that is none', { expires: 'soon' }, /neither a duration nor a time/],
])('%s is refused, and nothing is made', async (_what, more, message) => {
  const hm = await testHarbor();
  await hm.harbor().createToken({ ...wanted, name: 'there' }, by);
  await expect(hm.harbor().createToken({ ...wanted, ...more }, by)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
  expect(hm.tokens.kept.size).toBe(1);
});

test('whoever revokes a token that there is none of is told what he may have meant', async () => {
  const hm = await testHarbor();
  await hm.harbor().createToken({ ...wanted, name: 'prometheus' }, by);
  await expect(hm.harbor().revokeToken('promethus', undefined, by)).rejects.toMatchObject({
    code: 'usage',
    hint: 'Did you mean prometheus?',
  });
});
