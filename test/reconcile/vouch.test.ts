import { describe, expect, test } from 'vitest';
import type { App } from '../../src/model/app.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { Verification } from '../../src/model/verification.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number) => ({ services: { web: { image: `web:${version}` } } });
const ada: Trigger = { kind: 'request', by: 'ada' };
const verify: Verification = {
  mode: 'head',
  allowedSigners: { file: '/etc/harbormaster/allowed_signers', digest: 'one' },
  descendantsOnly: true,
};

async function deployed(more: Partial<App> = { verify }, tag?: string) {
  const harbor = await testHarbor({ apps: [testApp(more)] });
  harbor.source.tag = tag;
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  const images = () => harbor.engine.containers.map(({ imageId }) => imageId.split('@')[0]);
  return { ...harbor, images, accept: () => harbor.harbor().acceptHistory('shop', 'a secret was in it', ada) };
}
const eve = { kind: 'unknown-key', keyType: 'ED25519', fingerprint: 'SHA256:eve' } as const;

describe('an app that verifies', () => {
  test('writes the signer into intent and outcome', async () => {
    const shop = await deployed();
    const signer = { principal: 'ada@example.org', keyType: 'ED25519', fingerprint: 'SHA256:ada' };
    const told = shop.log.written.filter(({ kind }) => kind === 'started' || kind === 'finished');
    expect(told).toMatchObject([{ revision: { signer } }, { revision: { signer } }]);
  });

  test('does not deploy what an unknown key signed, says so once, and keeps what runs running', async () => {
    const shop = await deployed();
    const before = shop.images();
    shop.push(web(2));
    shop.source.proven = { follows: true, signature: eve };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'source-unverified' }]);
    const written = shop.log.written.length;
    shop.engine.containers = [];
    await shop.pass();
    expect(shop.images()).toEqual(before);
    expect(shop.log.written.slice(written).filter(({ kind }) => kind === 'refused')).toEqual([]);
    expect((await shop.status()).apps[0]).toMatchObject({
      source: { state: 'unverified', detail: expect.stringContaining('SHA256:eve') },
      blockedBy: [{ code: 'source-unverified', lift: 'harbormaster retry shop' }],
    });
  });

  test('asks again about the same commit only when the list of keys or what is deployed changed', async () => {
    const shop = await deployed();
    await shop.pass();
    const asked = shop.source.asked.length;
    await shop.pass();
    expect(shop.source.asked.length).toBe(asked);
    shop.source.proven = { follows: true, signature: eve };
    shop.declare([testApp({ verify: { ...verify, allowedSigners: { ...verify.allowedSigners, digest: 'two' } } })]);
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'source-unverified' }]);
  });

  test('asks from the deployed commit on', async () => {
    const shop = await deployed();
    const { commit } = shop.source;
    shop.push(web(2));
    await shop.pass();
    expect(shop.source.asked.map(({ since, bases }) => [since, bases]).slice(0, 2)).toEqual([
      [undefined, []],
      [commit, [commit]],
    ]);
  });

  test('refuses a history that does not follow until a person accepts it, and then refuses the next one', async () => {
    const shop = await deployed();
    const from = shop.source.commit;
    shop.push(web(2));
    shop.source.proven = { ...shop.source.proven, follows: false };
    const to = shop.source.commit;
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'history-rewritten' }]);
    expect((await shop.status()).apps[0]).toMatchObject({
      source: { state: 'unverified' },
      blockedBy: [{ code: 'history-rewritten', lift: 'harbormaster accept-history shop --reason "…"' }],
    });
    expect(await shop.accept()).toMatchObject({ app: 'shop', entry: shop.log.written.length });
    expect(shop.log.written.at(-1)).toMatchObject({
      kind: 'history-accepted',
      trigger: ada,
      reason: 'a secret was in it',
      from,
      to,
    });
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    shop.push(web(3));
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'history-rewritten' }]);
  });

  test('follows whatever comes where descent does not matter', async () => {
    const shop = await deployed({ verify: { ...verify, descendantsOnly: false } });
    shop.push(web(2));
    shop.source.proven = { ...shop.source.proven, follows: false };
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });
});

test('accepting where nothing is refused writes nothing; a missing signature is not accepted so', async () => {
  const shop = await deployed();
  const written = shop.log.written.length;
  expect(await shop.accept()).toMatchObject({
    entry: undefined,
    summary: expect.stringContaining('nothing to accept'),
  });
  shop.push(web(2));
  shop.source.proven = { follows: false, signature: { kind: 'none' } };
  await expect(shop.accept()).rejects.toMatchObject({ code: 'source-unverified' });
  expect(shop.log.written.length).toBe(written);
});

test('a range does not go back to a lower tag until a person accepts it', async () => {
  const shop = await deployed({ ref: { kind: 'range', name: '^1.4' } }, 'v1.5.0');
  shop.push(web(2));
  shop.source.tag = 'v1.4.1';
  expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'history-rewritten' }]);
  expect(shop.source.asked).toEqual([]);
  await shop.accept();
  expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
});
