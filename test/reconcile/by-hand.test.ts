import { describe, expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { Gate } from '../../src/model/verdict.ts';
import type { RollbackRequest } from '../../src/reconcile/harbor.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number) => ({ services: { web: { image: `web:${version}` } } });
const ada: Trigger = { kind: 'request', by: 'ada' };
const quiet = () => undefined;

/** An app that was deployed so many times, from `web:1` on. */
async function deployed(times: number, more: Partial<App> = {}, gates: readonly Gate[] = []) {
  const harbor = await testHarbor({ apps: [testApp(more)], gates });
  const commits: string[] = [];
  for (let version = 1; version <= times; version += 1) {
    if (version > 1) harbor.push(web(version));
    commits.push(harbor.source.commit);
    expect(await harbor.pass('request')).toMatchObject([{ kind: 'applied' }]);
  }
  const history = () => historyOf(foldHistory(harbor.log.written), 'shop');
  const good = history()?.good.map(({ release }) => release) ?? [];
  return {
    ...harbor,
    commits,
    history,
    good,
    runs: () =>
      harbor.engine.containers.map(({ imageId }) => imageId.replace(/^id-of-|@.*$/g, '').replace('id-of-', '')),
    back: (request: Partial<RollbackRequest> = {}) =>
      harbor
        .harbor()
        .rollback({ app: 'shop', to: undefined, reason: 'it is slow', hold: false, ...request }, ada, quiet),
    status: async () => (await harbor.status()).apps[0],
  };
}

describe('a rollback by hand', () => {
  test('goes to the last good release before what runs, and what it left is not deployed again by itself', async () => {
    const shop = await deployed(2);
    expect(await shop.back()).toMatchObject({ outcome: { kind: 'applied' } });
    expect(shop.runs()).toEqual(['web:1']);
    expect(shop.history()).toMatchObject({
      applied: shop.good[0],
      deployed: { release: shop.good[0] },
      desired: { release: shop.good[1] },
      quarantined: [{ release: shop.good[1], reason: 'rolled back by ada: it is slow' }],
      hold: undefined,
    });
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
    expect(shop.runs()).toEqual(['web:1']);
  });

  test('is explained by the status at once', async () => {
    const shop = await deployed(2, { drift: 'report' });
    await shop.back();
    expect(await shop.status()).toMatchObject({
      sync: { state: 'out-of-sync' },
      blockedBy: [{ code: 'quarantined', lift: 'harbormaster retry shop' }],
    });
  });

  test('lets the next release that differs be deployed by itself', async () => {
    const shop = await deployed(2);
    await shop.back();
    shop.push(web(3));
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.runs()).toEqual(['web:3']);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
  });

  test('that two people ask for at once goes back once', async () => {
    const shop = await deployed(3);
    const asked = await Promise.allSettled([shop.back(), shop.back()]);
    expect(asked).toMatchObject([
      { status: 'fulfilled', value: { outcome: { kind: 'applied' } } },
      { status: 'rejected', reason: { code: 'usage', message: expect.stringContaining('already') } },
    ]);
    expect(shop.runs()).toEqual(['web:2']);
  });

  test('with --hold keeps it there until a person releases it', async () => {
    const shop = await deployed(2);
    await shop.back({ hold: true });
    shop.push(web(3));
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'held' }] }]);
    expect(await shop.status()).toMatchObject({ blockedBy: [{ code: 'held', lift: 'harbormaster release shop' }] });
    await shop.harbor().release('shop', 'it is fixed', ada);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.runs()).toEqual(['web:3']);
  });

  test('goes further back each time, never to what was left before', async () => {
    const shop = await deployed(3);
    await shop.back();
    expect(shop.runs()).toEqual(['web:2']);
    await shop.back();
    expect(shop.runs()).toEqual(['web:1']);
    await expect(shop.back()).rejects.toThrow('there is no earlier release of shop');
  });

  test('goes to a release by its digest or by its commit', async () => {
    const shop = await deployed(3);
    await shop.back({ to: shop.good[0]?.slice(0, 8) });
    expect(shop.runs()).toEqual(['web:1']);
    await shop.back({ to: shop.commits[1]?.slice(0, 12).toUpperCase() });
    expect(shop.runs()).toEqual(['web:2']);
  });

  test('says what it does not know, and what fits several', async () => {
    const shop = await deployed(2);
    await expect(shop.back({ to: 'nowhere' })).rejects.toMatchObject({
      code: 'usage',
      message: 'no release of shop that was healthy here starts with nowhere, nor does its commit',
      hint: expect.stringContaining(String(shop.good[0]?.slice(0, 12))),
    });
    await expect(shop.back({ to: 'c0ffee' })).rejects.toMatchObject({
      message: 'c0ffee fits several releases of shop',
    });
    await expect(shop.back({ to: shop.good[1] })).rejects.toThrow('already');
    shop.releases.kept.delete(String(shop.good[0]));
    await expect(shop.back()).rejects.toThrow('is not on disk any more');
    const written = shop.kinds().length;
    expect(written).toBe(4);
  });

  test('has nowhere to go from the only release, nor before the first', async () => {
    await expect((await deployed(1)).back()).rejects.toThrow('there is no earlier release of shop');
    await expect((await deployed(0)).back()).rejects.toThrow('there is no earlier release of shop');
  });

  test('needs neither Git nor a registry nor a pull', async () => {
    const shop = await deployed(2);
    shop.source.error = new HarborError('no route', { code: 'source-unreachable' });
    shop.registry.down = true;
    const before = shop.engine.performed.length;
    expect(await shop.back()).toMatchObject({ outcome: { kind: 'applied' } });
    expect(shop.engine.performed.slice(before)).toEqual(['replace web']);
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'source-unreachable' }]);
    expect(shop.runs()).toEqual(['web:1']);
  });

  test('leaves a failed release for good, also one that failed by the world’s fault', async () => {
    const shop = await deployed(1, { onFailure: 'leave' });
    shop.push(web(2));
    let waits = 0;
    shop.engine.beforeAct = (act) => {
      if (act.startsWith('replace') && waits++ === 0) throw new HarborError('no memory', { code: 'engine-refused' });
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'engine-refused' }]);
    expect(await shop.back()).toMatchObject({ outcome: { kind: 'applied' } });
    shop.clock.advance(3_600_000);
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
    expect(shop.runs()).toEqual(['web:1']);
  });

  test('that a gate denies touches nothing, and changes nothing of what Git asks for', async () => {
    const rulings = { isDenied: false };
    const gate: Gate = {
      name: 'no',
      judge: () =>
        rulings.isDenied
          ? [{ gate: 'no', ruling: 'deny', service: 'web', reason: 'is not wanted', lift: 'want it' }]
          : [],
    };
    const shop = await deployed(2, {}, [gate]);
    rulings.isDenied = true;
    expect(await shop.back()).toMatchObject({ outcome: { kind: 'blocked' } });
    expect(shop.runs()).toEqual(['web:2']);
    await shop.pass();
    const [app] = [await shop.status()].flat();
    expect(app).toMatchObject({ sync: { state: 'in-sync' } });
    expect(app?.blockedBy.map(({ code }) => code)).toEqual(['policy']);
  });

  test('begins only when the operation that a crash cut short has its outcome', async () => {
    const shop = await deployed(2);
    shop.push(web(3));
    const append = shop.log.append.bind(shop.log);
    shop.log.append = async (body) => {
      if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
      return append(body);
    };
    await expect(shop.pass()).rejects.toThrow('killed');
    shop.log.append = append;
    await shop.restart();
    await shop.back();
    expect(shop.kinds().slice(-4)).toEqual(['started', 'finished', 'started', 'finished']);
  });

  test('ends the health wait of what it goes back from', async () => {
    const shop = await deployed(1);
    shop.push(web(2));
    shop.engine.byImage = (image) => (image === 'web:2' ? { health: 'starting' } : {});
    const inspect = shop.engine.inspect.bind(shop.engine);
    let going: Promise<unknown> | undefined;
    shop.engine.inspect = async (ids) => {
      if (shop.runs().includes('web:2')) going ??= shop.back();
      return inspect(ids);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'superseded' }]);
    expect(await going).toMatchObject({ outcome: { kind: 'applied' } });
    expect(shop.runs()).toEqual(['web:1']);
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
  });

  test.each([true, false])(
    'that a crash cut short goes on, with its reason and hold (%s), also while Git is away',
    async (hold) => {
      const shop = await deployed(2);
      const append = shop.log.append.bind(shop.log);
      shop.log.append = async (body) => {
        if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
        return append(body);
      };
      await expect(shop.back({ hold })).rejects.toThrow('killed');
      shop.log.append = append;
      shop.engine.containers = [];
      await shop.restart();
      if (!hold) shop.source.error = new HarborError('no route', { code: 'source-unreachable' });
      expect(await shop.pass('start')).toMatchObject([{ kind: 'applied' }]);
      expect(shop.runs()).toEqual(['web:1']);
      expect(shop.history()).toMatchObject({
        deployed: { release: shop.good[0] },
        quarantined: [{ release: shop.good[1], reason: expect.stringContaining('it is slow') }],
        unfinished: undefined,
        ...(hold && { hold: { reason: 'it is slow' } }),
      });
    },
  );
});

test('going back by a commit is in sync again', async () => {
  const shop = await deployed(1);
  shop.engine.byImage = (image) => (image === 'web:2' ? { health: 'unhealthy' } : {});
  shop.push(web(2));
  expect(await shop.pass()).toMatchObject([{ kind: 'failed' }]);
  shop.push(web(1));
  expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
});

describe('a hold', () => {
  test('that is said when all is decided, just before a deployment begins, keeps it from beginning', async () => {
    const shop = await deployed(1);
    shop.push(web(2));
    const { releases } = shop;
    const save = releases.save.bind(releases);
    releases.save = async (release) => {
      await shop.harbor().hold('shop', 'a freeze', ada);
      return save(release);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'held' }] }]);
    expect(shop.kinds().slice(-2)).toEqual(['finished', 'held']);
    releases.save = save;
    await shop.pass();
    expect(shop.kinds().slice(-2)).toEqual(['held', 'refused']);
    expect(shop.runs()).toEqual(['web:1']);
  });

  test('that is said while a deployment is under way says that this one comes to its end first', async () => {
    const shop = await deployed(1);
    shop.push(web(2));
    const said: string[] = [];
    shop.engine.beforeAct = (act) => {
      if (act.startsWith('replace'))
        void shop
          .harbor()
          .hold('shop', 'a freeze', ada)
          .then(({ summary }) => said.push(summary));
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    const begun = shop.log.written.findLast(({ kind }) => kind === 'started');
    expect(said).toEqual([expect.stringContaining(`shop is held, once entry ${begun?.seq} has come to its end`)]);
    expect(shop.runs()).toEqual(['web:2']);
    shop.push(web(3));
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'held' }] }]);
  });

  test('keeps what runs running and lets nothing newer in, until it is released', async () => {
    const shop = await deployed(1);
    expect(await shop.harbor().hold('shop', 'a freeze', ada)).toMatchObject({ entry: expect.any(Number) });
    expect(await shop.harbor().hold('shop', 'again', ada)).toMatchObject({ entry: undefined });
    shop.push(web(2));
    shop.engine.containers = [];
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ reason: 'held by ada: a freeze' }] }]);
    expect(shop.runs()).toEqual(['web:1']);
    expect(await shop.apply(['shop'])).toMatchObject([{ outcome: { kind: 'blocked' } }]);
    expect(await shop.harbor().release('shop', undefined, ada)).toMatchObject({ entry: expect.any(Number) });
    expect(await shop.harbor().release('shop', undefined, ada)).toMatchObject({ entry: undefined });
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });
});

test('to try again lifts the quarantine and the pause, and tries at once; where nothing is wrong it does nothing', async () => {
  const shop = await deployed(1);
  expect(await shop.harbor().retry([], ada, quiet)).toEqual([]);
  shop.engine.byImage = () => ({ health: 'unhealthy' });
  shop.push(web(2));
  await shop.pass();
  shop.engine.byImage = () => ({});
  expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'quarantined' }] }]);
  expect(await shop.harbor().retry([], ada, quiet)).toMatchObject([{ outcome: { kind: 'applied' } }]);
  expect(shop.runs()).toEqual(['web:2']);
  expect(shop.kinds().filter((kind) => kind === 'retried')).toHaveLength(1);
});

test('to try again tries what Git asks for now, also if it asked meanwhile for something that was cut short', async () => {
  const shop = await deployed(2);
  await shop.back();
  expect(await shop.pass()).toMatchObject([{ kind: 'blocked' }]);
  shop.push(web(3));
  const append = shop.log.append.bind(shop.log);
  shop.log.append = async (body) => {
    if (body.kind === 'step') throw new HarborError('killed', { code: 'log-unwritable' });
    return append(body);
  };
  await shop.pass().catch(quiet);
  shop.log.append = append;
  await shop.restart();
  shop.push(web(2));
  expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ lift: 'harbormaster retry shop' }] }]);
  expect(await shop.pass()).toMatchObject([{ kind: 'blocked' }]);
  expect(shop.kinds().slice(-3)).toEqual(['started', 'finished', 'refused']);
  expect(await shop.harbor().retry(['shop'], ada, quiet)).toMatchObject([{ outcome: { kind: 'applied' } }]);
  expect(shop.runs()).toEqual(['web:2']);
});

describe('a project that somebody else started', () => {
  async function foreign() {
    const shop = await deployed(1);
    const theirs = shop.engine.containers.map((one) => ({
      ...one,
      id: `theirs-${one.id}`,
      instance: undefined,
      app: undefined,
      digest: undefined,
      configHash: 'h',
    }));
    const fresh = await deployed(0);
    fresh.engine.containers = theirs;
    fresh.engine.configHashes = { web: 'h' };
    for (const [name, image] of shop.engine.images)
      fresh.engine.images.set(name, { ...image, id: theirs[0]?.imageId ?? '' });
    return fresh;
  }
  const adopt = (shop: Awaited<ReturnType<typeof deployed>>, from?: string) =>
    shop.harbor().adopt({ app: 'shop', from, reason: undefined }, ada, quiet);

  test('is taken over, and nothing of it is replaced where its definition is the same', async () => {
    const shop = await foreign();
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'project-foreign' }]);
    const ids = shop.engine.containers.map(({ id }) => id);
    expect(await adopt(shop)).toMatchObject({ outcome: { kind: 'applied' } });
    expect(shop.engine.containers.map(({ id }) => id)).toEqual(ids);
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, health: { state: 'healthy' } });
  });

  test('is replaced where its definition differs', async () => {
    const shop = await foreign();
    shop.engine.configHashes = { web: 'other' };
    expect((await adopt(shop)).outcome).toEqual({ kind: 'applied' });
    expect(shop.engine.performed.filter((act) => act.startsWith('replace'))).toEqual(['replace web']);
  });

  test('of another Harbormaster is taken over only from the one that is named', async () => {
    const shop = await foreign();
    shop.engine.containers = shop.engine.containers.map((one) => ({ ...one, instance: 'old', app: 'shop' }));
    await expect(adopt(shop)).rejects.toMatchObject({ hint: expect.stringContaining('--from old') });
    expect(await adopt(shop, 'old')).toMatchObject({ outcome: { kind: 'applied' } });
  });

  test('with a service that Git does not declare is not taken over, because it would be lost', async () => {
    const shop = await foreign();
    const [one] = shop.engine.containers;
    shop.engine.containers = [...shop.engine.containers, { ...one!, id: 'x', name: 'shop-old-1', service: 'old' }];
    await expect(adopt(shop)).rejects.toThrow('shop-old-1');
    expect(shop.history()?.adopted.containers ?? []).toEqual([]);
  });

  test('that is ours already, or that is not there, is not adopted', async () => {
    await expect(adopt(await deployed(1))).rejects.toThrow('is ours already');
    await expect(adopt(await deployed(0))).rejects.toThrow('nothing of a Compose project shop');
  });

  test('is nobody’s once it is forgotten, and can be taken over again', async () => {
    const shop = await deployed(1);
    expect(await shop.harbor().forget('shop', undefined, ada)).toMatchObject({
      summary: expect.stringContaining('harbormaster adopt shop'),
    });
    const acts = shop.engine.performed.length;
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'project-foreign' }]);
    shop.declare([]);
    expect(await shop.pass()).toEqual([]);
    expect(shop.engine.performed.length).toBe(acts);
    expect(shop.runs()).toEqual(['web:1']);
    shop.declare([testApp()]);
    expect(await adopt(shop)).toMatchObject({ outcome: { kind: 'applied' } });
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
  });
});

describe('`retry` without a name', () => {
  test('leaves alone what a person went back from; with the name it does not', async () => {
    const shop = await deployed(2);
    await shop.back();
    expect(await shop.harbor().retry([], ada, quiet)).toEqual([]);
    await shop.pass();
    expect(await shop.harbor().retry([], ada, quiet)).toEqual([]);
    expect(shop.runs()).toEqual(['web:1']);
    expect(await shop.harbor().retry(['shop'], ada, quiet)).toMatchObject([{ outcome: { kind: 'applied' } }]);
    expect(shop.runs()).toEqual(['web:2']);
  });
});
