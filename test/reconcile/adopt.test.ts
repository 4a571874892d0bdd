import { describe, expect, test } from 'vitest';
import type { ObservedContainer, ObservedNetwork } from '../../src/model/observed.ts';
import { container, network } from '../support/builders.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const model = { services: { web: { image: 'web:1' }, db: { image: 'db:1' } } };
const hashes = { web: 'hash-of-web', db: 'hash-of-db' };

/** Somebody else's containers of the two services, started as declared; and who would adopt them. */
async function started(...more: readonly ObservedContainer[]) {
  const harbor = await testHarbor({ model });
  const { engine } = harbor;
  engine.configHashes = hashes;
  for (const name of ['web', 'db'] as const) {
    const { digest } = await harbor.registry.resolve(`${name}:1`);
    engine.images.set(`${name}:1@${digest}`, { id: `sha256:${name}`, repoDigests: [], repoTags: [] });
    engine.containers.push(theirs(name, { configHash: hashes[name] }));
  }
  engine.containers.push(...more);
  const told: string[] = [];
  const adopt = (from?: string) =>
    harbor.harbor().adopt({ app: 'shop', from, reason: undefined }, { kind: 'request' }, (_, message) => {
      told.push(message);
    });
  return { ...harbor, told, adopt, harbor };
}

const theirs = (of: string, more: Partial<ObservedContainer> = {}) =>
  container(of, { instance: undefined, app: undefined, digest: undefined, ...more });
const acts = (performed: readonly string[]) => performed.filter((act) => /^(?:create|replace|remove|stop)/.test(act));

test('what runs as Git declares is taken over and not touched, and a killed container is ours to start', async () => {
  const { adopt, harbor, engine, told } = await started();
  expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'project-foreign' }]);
  expect(await adopt()).toMatchObject({ outcome: { kind: 'applied' } });
  expect(acts(engine.performed)).toEqual([]);
  expect(told[0]).toBe('keeps shop-web-1, shop-db-1');
  expect(await harbor.plan()).toMatchObject([{ plan: { steps: [] } }]);
  await harbor.restart();
  engine.containers = engine.containers.map((one) => (one.id === 'web-id' ? { ...one, state: 'exited' } : one));
  expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }]);
  expect(engine.performed).toContain('start web-id');
});

test('only what differs is replaced, and the reason is told and written', async () => {
  const { adopt, engine, told, log } = await started();
  engine.configHashes = { ...hashes, web: 'another' };
  await adopt();
  expect(acts(engine.performed)).toEqual(['replace web']);
  expect(told).toContain('replaces shop-web-1: it was started with another definition');
  expect(log.written.find(({ kind }) => kind === 'started')).toMatchObject({
    steps: expect.arrayContaining([
      expect.objectContaining({
        kind: 'replace',
        services: [{ service: 'web', cause: { kind: 'adopted', differs: 'was started with another definition' } }],
      }),
    ]),
  });
});

test('the folder that is hashed is still there while Compose reads it', async () => {
  const { adopt, engine, scratch } = await started();
  const { hashes: bare } = engine;
  engine.hashes = async function (this: typeof engine) {
    await Promise.resolve();
    expect(scratch.open).toBe(1);
    return bare.call(this);
  };
  expect(await adopt()).toMatchObject({ outcome: { kind: 'applied' } });
});

describe('is refused, with nothing written and nothing touched:', () => {
  const refusal = async (
    { adopt, engine, log }: Pick<Awaited<ReturnType<typeof started>>, 'adopt' | 'engine' | 'log'>,
    message: string,
    hint: string,
  ) => {
    await expect(adopt()).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(engine.performed).toEqual([]);
    expect(log.written).toEqual([]);
  };

  test('nothing', async () => {
    const nothing = await started();
    nothing.engine.containers = [];
    await refusal(nothing, 'nothing of a Compose project shop is there', 'apps.shop.project');
  });

  test('a service that Git does not declare', async () => {
    await refusal(await started(theirs('mail')), 'would lose it: shop-mail-1', 'Add these services');
  });

  test("another Harbormaster's, unless it is named", async () => {
    const two = await started();
    two.engine.containers = two.engine.containers.map((one) => ({ ...one, instance: 'them', app: 'shop' }));
    await refusal(two, 'belongs to another Harbormaster (instance them)', 'harbormaster adopt shop --from them');
    expect(await two.adopt('them')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('what another app of ours has, which has to let go first', async () => {
    await refusal(
      await started(theirs('web', { id: 'x', name: 'x', instance: 'us', app: 'old' })),
      'x belongs to the app old',
      'harbormaster forget old',
    );
  });

  test('a network that was made otherwise than Git declares', async () => {
    const one = await started();
    one.engine.model = { name: '', ...model, networks: { front: { name: 'shop_front', internal: true } } };
    const found: readonly ObservedNetwork[] = [network('front', { instance: undefined, digest: undefined })];
    one.engine.networks = async () => found;
    await refusal(one, 'the network shop_front is not as Git declares it: internal', 'networks.front');
  });

  test('data in a folder beside the compose file, which Git does not hold', async () => {
    const one = await started();
    const data = { type: 'bind', source: '/scratch/data', target: '/data' };
    one.engine.model = { name: '', services: { ...model.services, db: { image: 'db:1', volumes: [data] } } };
    one.engine.fields.set('db-id', { 'mounts./data': 'bind:/home/ada/shop/data:rw' });
    await refusal(one, 'db keeps /data in /home/ada/shop/data', '/home/ada/shop/data:/data');
  });

  test('what is ours already', async () => {
    const one = await started();
    await one.adopt();
    await expect(one.adopt()).rejects.toMatchObject({ message: 'the project shop is ours already' });
  });
});

describe('what is forgotten', () => {
  const forget = async ({ harbor }: Awaited<ReturnType<typeof started>>) =>
    (await harbor.harbor().forget('shop', undefined, { kind: 'request' })).summary;

  test('is not ours any more, also where its labels say so, and comes back with the same ids', async () => {
    const one = await started();
    one.engine.configHashes = { ...hashes, web: 'another' };
    await one.adopt();
    const ids = one.engine.containers.map(({ id }) => id);
    const performed = [...one.engine.performed];
    expect(await forget(one)).toMatch(
      /^shop is forgotten: .* no longer ours\. It is still .* harbormaster adopt shop\.$/,
    );
    expect(await one.harbor.pass()).toMatchObject([{ kind: 'failed', code: 'project-foreign' }]);
    one.engine.configHashes = hashes;
    await one.adopt();
    expect(one.engine.containers.map(({ id }) => id)).toEqual(ids);
    expect(one.engine.performed).toEqual(performed);
  });

  test('is left alone when it leaves the configuration', async () => {
    const one = await started();
    await one.adopt();
    await forget(one);
    one.harbor.declare([]);
    expect(await one.harbor.pass()).toEqual([]);
    expect(acts(one.engine.performed)).toEqual([]);
  });

  test('must have been ours', async () => {
    const one = await started();
    await expect(forget(one)).rejects.toMatchObject({ message: expect.stringContaining('nothing to forget') });
    one.harbor.declare([testApp({ name: 'blog', project: 'blog' })]);
    await expect(forget(one)).rejects.toMatchObject({ message: 'there is no app shop' });
    expect(one.log.written).toEqual([]);
  });
});
