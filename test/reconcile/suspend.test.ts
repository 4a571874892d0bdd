import { describe, expect, test } from 'vitest';
import type { App } from '../../src/model/app.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { SuspendRequest } from '../../src/reconcile/harbor.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number) => ({ services: { web: { image: `web:${version}` } } });
const ada: Trigger = { kind: 'request', by: 'ada' };
const quiet = () => undefined;
const hour = 3_600_000;
const blocked = {
  kind: 'blocked',
  reasons: [
    { code: 'suspended', reason: expect.stringContaining('the database moves'), lift: 'harbormaster resume shop' },
  ],
};

/** An app that was deployed once, and what a person says about it. */
async function deployed(more: Partial<App> = {}) {
  const harbor = await testHarbor({ apps: [testApp(more)] });
  expect(await harbor.pass('request')).toMatchObject([{ kind: 'applied' }]);
  return {
    ...harbor,
    suspend: (request: Partial<SuspendRequest> = {}) =>
      harbor
        .harbor()
        .suspend({ app: 'shop', reason: 'the database moves', until: '2h', forever: false, ...request }, ada),
    resume: (app: string | undefined) => harbor.harbor().resume(app, undefined, ada),
    die: () => {
      const [container] = harbor.engine.containers;
      harbor.engine.containers = harbor.engine.containers.map((one) =>
        one === container ? { ...one, state: 'exited', exitCode: 137 } : one,
      );
    },
    runs: () =>
      harbor.engine.containers.map(
        ({ imageId, state }) => `${imageId.replace(/^id-of-|@.*$/g, '').replace('id-of-', '')} ${state}`,
      ),
    app: async () => (await harbor.status()).apps[0],
  };
}

describe('a suspended app', () => {
  test('is not brought to what Git asks for, which is told once and not once a cycle', async () => {
    const shop = await deployed();
    await shop.suspend();
    shop.push(web(2));
    const before = shop.kinds().length;
    for (let cycle = 0; cycle < 3; cycle += 1) expect(await shop.pass()).toMatchObject([blocked]);
    expect(shop.runs()).toEqual(['web:1 running']);
    expect(shop.kinds().slice(before)).toEqual(['refused']);
    expect(shop.notifier.sent.map(({ event }) => event)).toEqual(['blocked']);
  });

  test('is not healed; the log is silent, and the status shows how it drifted', async () => {
    const shop = await deployed();
    await shop.suspend();
    shop.die();
    const before = shop.kinds().length;
    for (const trigger of ['interval', 'engine-event'] as const)
      expect(await shop.pass(trigger)).toMatchObject([{ kind: 'unchanged' }]);
    expect(shop.runs()).toEqual(['web:1 exited']);
    expect(shop.kinds().slice(before)).toEqual([]);
    expect(shop.notifier.sent).toEqual([]);
    expect(await shop.app()).toMatchObject({
      sync: { state: 'out-of-sync', causes: expect.arrayContaining([expect.stringContaining('web: ')]) },
      health: { state: 'degraded' },
      blockedBy: [{ code: 'suspended', until: expect.stringMatching(/Z$/), lift: 'harbormaster resume shop' }],
    });
  });

  test('is not brought back from a release that failed, until it is resumed', async () => {
    const shop = await deployed({ onFailure: 'leave' });
    shop.engine.byImage = (image) => (image === 'web:2' ? { health: 'unhealthy' } : {});
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject([{ kind: 'failed' }]);
    await shop.suspend();
    shop.declare([testApp({ onFailure: 'rollback' })]);
    expect(await shop.pass()).toMatchObject([
      { kind: 'blocked', reasons: [{ code: 'suspended' }, { code: 'quarantined' }] },
    ]);
    expect(shop.runs()).toEqual(['web:2 running']);
    await shop.resume('shop');
    await shop.pass();
    expect(shop.runs()).toEqual(['web:1 running']);
  });

  test('finishes what is being done, and nothing newer takes its place', async () => {
    const shop = await deployed();
    shop.push(web(2));
    shop.engine.beforeAct = (act) => {
      shop.engine.beforeAct = () => undefined;
      expect(act).toContain('web');
      during = shop
        .suspend()
        .then(() => shop.push(web(3)))
        .then(() => shop.harbor().glance(['shop']));
    };
    let during: Promise<unknown> = Promise.resolve();
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    await during;
    expect(shop.runs()).toEqual(['web:2 running']);
    expect(await shop.pass()).toMatchObject([blocked]);
    expect(shop.runs()).toEqual(['web:2 running']);
  });

  test('blocks what a person asks for by hand, writes nothing, and names what lifts it', async () => {
    const shop = await deployed();
    shop.push(web(2));
    await shop.pass();
    await shop.suspend();
    const before = shop.kinds().length;
    const back = { app: 'shop', to: undefined, reason: 'slow', hold: false };
    expect((await shop.harbor().rollback(back, ada, quiet)).outcome).toMatchObject(blocked);
    expect((await shop.harbor().retry(['shop'], ada, quiet)).map(({ outcome }) => outcome)).toMatchObject([blocked]);
    const taken = { app: 'shop', from: undefined, reason: undefined };
    expect((await shop.harbor().adopt(taken, ada, quiet)).outcome).toMatchObject(blocked);
    shop.die();
    expect((await shop.apply(['shop'])).map(({ outcome }) => outcome)).toMatchObject([blocked]);
    expect(shop.kinds().slice(before)).toEqual([]);
    expect(shop.runs()).toEqual(['web:2 exited']);
  });

  test('is told by the plan', async () => {
    const shop = await deployed();
    await shop.suspend();
    shop.push(web(2));
    expect(await shop.plan()).toMatchObject([
      { verdicts: [{ gate: 'suspended', ruling: 'deny', lift: 'harbormaster resume shop' }] },
    ]);
  });

  test('is deployed and healed in the next pass after it was resumed', async () => {
    const shop = await deployed();
    await shop.suspend();
    shop.push(web(2));
    await shop.pass();
    await shop.resume('shop');
    expect((await shop.app())?.blockedBy).toEqual([]);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.runs()).toEqual(['web:2 running']);
    await shop.suspend();
    shop.die();
    await shop.resume('shop');
    await shop.pass();
    expect(shop.runs()).toEqual(['web:2 running']);
  });

  test('is lifted by itself when its time is over, and people are told once', async () => {
    const shop = await deployed();
    await shop.suspend({ until: '1h' });
    shop.die();
    shop.clock.advance(hour - 1);
    await shop.pass();
    expect(shop.runs()).toEqual(['web:1 exited']);
    shop.clock.advance(1);
    await shop.pass();
    expect(shop.runs()).toEqual(['web:1 running']);
    await shop.pass();
    expect(shop.log.written.filter(({ kind }) => kind === 'resumed')).toMatchObject([
      { of: 'app', app: 'shop', trigger: { kind: 'interval' }, reason: 'its time was over' },
    ]);
    expect(shop.notifier.sent.map(({ event, summary }) => [event, summary])).toEqual([
      ['recovered', 'resumed, because "its time was over"'],
    ]);
  });

  test('that a person asked for the pass makes it no person who lifted it', async () => {
    const shop = await deployed();
    await shop.suspend({ until: '1h' });
    shop.clock.advance(hour);
    await shop.apply(['shop']);
    expect(shop.log.written.find(({ kind }) => kind === 'resumed')).toMatchObject({ trigger: { kind: 'interval' } });
  });

  test('stays suspended across a restart', async () => {
    const shop = await deployed();
    await shop.suspend();
    shop.push(web(2));
    await shop.restart();
    expect(await shop.pass()).toMatchObject([blocked]);
  });

  test('is held independently: each needs its own word', async () => {
    const shop = await deployed();
    await shop.harbor().hold('shop', 'the sale', ada);
    await shop.suspend();
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject([{ reasons: [{ code: 'suspended' }, { code: 'held' }] }]);
    await shop.harbor().release('shop', undefined, ada);
    expect(await shop.pass()).toMatchObject([{ reasons: [{ code: 'suspended' }] }]);
    await shop.harbor().hold('shop', 'the sale', ada);
    await shop.resume('shop');
    expect(await shop.pass()).toMatchObject([{ reasons: [{ code: 'held' }] }]);
  });
});

describe('what was cut short', () => {
  test.each(['deploy', 'rollback'] as const)(
    'by a crash gets its outcome, and goes on when resumed: %s',
    async (what) => {
      const shop = await deployed();
      shop.push(web(2));
      if (what === 'rollback') await shop.pass();
      const begun = shop.log.written.findLast(({ kind }) => kind === 'started');
      if (begun?.kind !== 'started') throw new Error('nothing was begun');
      const goal = shop.log.written.find(({ kind }) => kind === 'started');
      const release = what === 'rollback' && goal?.kind === 'started' ? goal.release : undefined;
      const target = release ?? (await newest(shop));
      const { kind, app, project, revision, steps, verdicts } = begun;
      const trigger = ada;
      await shop.log.append({ kind, app, project, trigger, revision, release: target, steps, verdicts, purpose: what });
      await shop.restart();
      await shop.suspend();
      const runs = shop.runs();
      await shop.pass();
      expect(shop.runs()).toEqual(runs);
      expect(shop.log.written.findLast(({ kind }) => kind === 'finished')).toMatchObject({
        purpose: what,
        outcome: { kind: 'interrupted' },
      });
      await shop.resume('shop');
      await shop.pass();
      expect(shop.runs()).toEqual([what === 'rollback' ? 'web:1 running' : 'web:2 running']);
    },
  );
});

/** The digest of what Git asks for. */
async function newest(shop: Awaited<ReturnType<typeof deployed>>): Promise<string | undefined> {
  const [plan] = await shop.plan();
  return plan?.kind === 'planned' ? plan.release : undefined;
}

describe('a suspended host', () => {
  const all = { app: undefined, reason: 'the host moves' } as const;

  test('does nothing to an app that comes later either', async () => {
    const shop = await deployed();
    await shop.suspend(all);
    shop.declare([testApp(), testApp({ name: 'late', project: 'late' })]);
    expect(await shop.pass()).toMatchObject([
      { kind: 'unchanged' },
      { kind: 'blocked', reasons: [{ code: 'suspended', lift: 'harbormaster resume --all' }] },
    ]);
    const status = await shop.status();
    expect(status.suspension).toMatchObject({ reason: 'the host moves', by: 'ada' });
    expect(status.apps.map(({ blockedBy }) => blockedBy.map(({ code }) => code))).toEqual([
      ['suspended'],
      ['suspended'],
    ]);
    await shop.resume(undefined);
    expect((await shop.status()).suspension).toBeUndefined();
    await shop.pass();
    expect(shop.runs()).toEqual(['web:1 running', 'web:1 running']);
  });

  test('removes nothing that left the configuration, until it is resumed', async () => {
    const shop = await deployed();
    await shop.suspend(all);
    shop.declare([]);
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'suspended' }] }]);
    expect(await shop.plan()).toMatchObject([{ kind: 'removal', verdicts: [{ gate: 'suspended', ruling: 'deny' }] }]);
    expect((await shop.apply(['shop'])).map(({ outcome }) => outcome.kind)).toEqual(['blocked']);
    expect(shop.runs()).toEqual(['web:1 running']);
    await shop.resume(undefined);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.runs()).toEqual([]);
  });

  test('is resumed as it was suspended: what one app is suspended by stays, and the answer says so', async () => {
    const shop = await deployed();
    await shop.suspend();
    await shop.suspend(all);
    expect((await shop.resume('shop')).summary).toMatch(
      /^shop is resumed, but the whole host is suspended until .* resume --all$/,
    );
    await shop.suspend();
    expect((await shop.resume(undefined)).summary).toBe(
      'the host is resumed; still suspended on their own: shop (harbormaster resume shop)',
    );
    expect((await shop.resume('shop')).summary).toBe('shop is resumed: a running daemon does at once what waits');
    expect(await shop.resume('shop')).toEqual({
      app: 'shop',
      entry: undefined,
      summary: 'shop has no suspension of its own',
    });
    expect(await shop.resume(undefined)).toMatchObject({ entry: undefined, summary: 'the host is not suspended' });
  });

  test('lets an app that left the configuration be resumed, because its lift says so', async () => {
    const shop = await deployed();
    await shop.suspend();
    shop.declare([]);
    await shop.pass();
    await shop.resume('shop');
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });
});

describe('how long', () => {
  test('is a day if nobody says otherwise, and the answer says until when', async () => {
    const shop = await deployed();
    const end = new Date(shop.clock.now().getTime() + 24 * hour).toISOString();
    const { summary, entry } = await shop.suspend({ until: undefined });
    expect(shop.log.written.at(-1)).toMatchObject({ seq: entry, kind: 'suspended', until: end, trigger: ada });
    expect(summary).toContain(`until ${end.slice(0, 19).replace('T', ' ')} UTC`);
  });

  test('is for ever only if somebody says so', async () => {
    const shop = await deployed();
    await shop.suspend({ until: undefined, forever: true });
    shop.clock.advance(10 * 366 * 24 * hour);
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject([blocked]);
  });

  test('can be changed while it lasts, to longer and to shorter', async () => {
    const shop = await deployed();
    await shop.suspend({ until: '1h' });
    await shop.suspend({ until: '3h' });
    shop.clock.advance(2 * hour);
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject([blocked]);
    await shop.suspend({ until: '1m' });
    shop.clock.advance(hour / 2);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });

  test.each([
    [{ until: 'tomorrow' }, /neither a duration nor a time/],
    [{ until: '2001-01-01' }, /not in the future/],
    [{ until: '0m' }, /not in the future/],
    [{ until: '367d' }, /more than a year/],
    [{ until: '999999w' }, /more than a year/],
    [{ until: '2h', forever: true }, /either until a time or for ever/],
    [{ app: 'nobody' }, /there is no app nobody/],
  ])('%j is refused, and nothing is written', async (request, message) => {
    const shop = await deployed();
    const before = shop.kinds().length;
    await expect(shop.suspend(request)).rejects.toThrow(message);
    expect(shop.kinds().length).toBe(before);
  });
});
