import { describe, expect, test } from 'vitest';
import { isEntry } from '../../src/edges/deployment-log/entry-schema.ts';
import type { App } from '../../src/model/app.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const hour = 3_600_000;
const named = (name: string, more: Partial<App> = {}) => testApp({ name, project: name, ...more });
const quiet = () => undefined;
const ada = { kind: 'request', by: 'ada' } as const;

/** Everything is deployed, and the loop passes over what is declared. */
async function running(...apps: readonly App[]) {
  const harbor = await testHarbor({ apps });
  const names = () => harbor.declared().map(({ name }) => name);
  const pass = async () => {
    const reports = await harbor.harbor().pass(names(), { kind: 'interval' }, quiet);
    return Object.fromEntries(reports.map((report) => [report.app, report]));
  };
  await pass();
  return {
    ...harbor,
    pass,
    here: () => [...new Set(harbor.engine.containers.map(({ project, state }) => `${project} ${state}`))],
    told: () => harbor.notifier.sent.map(({ event, app }) => `${event} ${app}`),
    leaving: async () => (await harbor.status()).leaving ?? [],
  };
}

const leave = (onRemove: App['removal']['onRemove'], grace = 0) => ({ removal: { onRemove, grace } });
const all = (log: { readonly written: readonly object[] }) =>
  log.written.every((entry) => isEntry({ ...entry, prev: '0'.repeat(64) }));

describe('on_remove', () => {
  test('down: containers go, and so does the history', async () => {
    const host = await running(named('shop'));
    host.declare([]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'applied' } } });
    expect(host.here()).toEqual([]);
    expect(await host.pass()).toEqual({});
  });

  test('stop: containers stay stopped for good: neither healed, nor removed, nor taken for something left over', async () => {
    const host = await running(named('shop', leave('stop')), named('blog'));
    for (const { id, service } of host.engine.containers)
      if (service === 'web') host.engine.fields.set(id, { restart: 'always' });
    host.declare([named('blog')]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'applied' } } });
    expect(host.here()).toEqual(['shop exited', 'blog running']);
    // An engine that is restarted would start it again.
    expect(host.engine.performed.slice(-2)).toEqual([
      expect.stringMatching(/^mend update/),
      expect.stringMatching(/^stop/),
    ]);
    await host.restart();
    expect(await host.pass()).toEqual({ blog: expect.anything() });
    expect(await host.leaving()).toEqual([]);
    expect(all(host.log)).toBe(true);
  });

  test('stop, and back again: it is started, not made anew', async () => {
    const shop = named('shop', leave('stop'));
    const host = await running(shop);
    const before = host.engine.containers.map(({ id }) => id);
    host.declare([]);
    await host.pass();
    host.declare([shop]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'applied' } } });
    expect(host.here()).toEqual(['shop running']);
    expect(host.engine.containers.map(({ id }) => id)).toEqual(before);
    expect(host.kinds()).toContain('returned');
    host.declare([]);
    await host.pass();
    expect(host.here()).toEqual(['shop exited']);
  });

  test('orphan: it keeps running and is nobody’s; coming back needs adopting', async () => {
    const shop = named('shop', leave('orphan'));
    const host = await running(shop);
    const acts = host.engine.performed.length;
    host.declare([]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'applied' } } });
    expect(host.engine.performed).toHaveLength(acts);
    expect(await host.pass()).toEqual({});
    host.declare([shop]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'failed', code: 'project-foreign' } } });
    expect(host.here()).toEqual(['shop running']);
  });

  test('the policy of the last configuration counts, also when it changed without a deployment', async () => {
    const host = await running(named('shop'));
    host.declare([named('shop', leave('orphan'))]);
    await host.pass();
    await host.pass();
    expect(host.kinds()).toEqual(['started', 'finished', 'removal-set']);
    host.declare([]);
    await host.pass();
    expect(host.here()).toEqual(['shop running']);
  });

  test('an app that moves to another project is not an app that leaves: what it has there goes, and its history stays', async () => {
    const host = await running(named('shop', leave('orphan', hour)));
    host.declare([named('shop', { project: 'elsewhere', ...leave('orphan', hour) })]);
    await host.pass();
    await host.pass();
    expect(host.here()).toEqual(['elsewhere running']);
    const { deployed } = (await host.status()).apps[0] ?? {};
    expect(deployed).toBeDefined();
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'unchanged' } } });
  });
});

describe('grace', () => {
  test('it is told as leaving with its time, once, and removed when that is over, however long Harbormaster was away', async () => {
    const host = await running(named('shop', leave('down', hour)));
    host.declare([]);
    const until = '2026-01-01 01:00:0';
    const { shop } = await host.pass();
    expect(shop).toMatchObject({
      outcome: { kind: 'blocked', reasons: [{ code: 'removal-pending', reason: expect.stringContaining(until) }] },
      opens: hour,
    });
    await host.pass();
    expect(host.told()).toEqual(['blocked shop']);
    expect(host.kinds().filter((kind) => kind === 'left')).toHaveLength(1);
    expect(await host.leaving()).toMatchObject([
      {
        app: 'shop',
        onRemove: 'down',
        blockedBy: [{ code: 'removal-pending', until: expect.stringContaining('T01:00:0') }],
      },
    ]);
    await host.restart();
    host.clock.advance(hour - 1);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'blocked' } } });
    host.clock.advance(1);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'applied' } } });
    expect(host.here()).toEqual([]);
    expect(all(host.log)).toBe(true);
  });

  test('coming back undoes it, and leaving again begins anew', async () => {
    const shop = named('shop', leave('down', hour));
    const host = await running(shop);
    host.declare([]);
    await host.pass();
    host.clock.advance(hour / 2);
    host.declare([shop]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'unchanged' } } });
    host.clock.advance(hour);
    host.declare([]);
    expect(await host.pass()).toMatchObject({ shop: { outcome: { kind: 'blocked' }, opens: hour } });
    expect(host.told()).toEqual(['blocked shop', 'recovered shop', 'blocked shop']);
  });

  test('a person who names it does not wait', async () => {
    const host = await running(named('shop', leave('down', hour)));
    host.declare([]);
    await host.pass();
    expect(await host.apply(['shop'])).toMatchObject([{ outcome: { kind: 'applied' } }]);
    expect(host.here()).toEqual([]);
  });
});

describe('many at once', () => {
  test('wait for an approval of exactly them, which says who and why, and whoever names many is told the same', async () => {
    const host = await running(named('a'), named('b'), named('c'));
    host.declare([]);
    const guarded = {
      kind: 'blocked',
      reasons: [{ code: 'removal-guard', lift: expect.stringContaining('approve-removal a b c') }],
    };
    expect(await host.pass()).toMatchObject({
      a: { outcome: guarded },
      b: { outcome: guarded },
      c: { outcome: guarded },
    });
    expect(await host.apply(['a', 'b'])).toMatchObject([
      { outcome: { kind: 'blocked' } },
      { outcome: { kind: 'blocked' } },
    ]);
    const approve = (...apps: readonly string[]) => host.harbor().approveRemoval(apps, 'moved', ada, quiet);
    await expect(approve('a', 'b')).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('approve-removal a b c'),
    });
    await expect(
      host.harbor().approveRemoval(['a', 'b', 'c'], 'moved', { kind: 'request' }, quiet),
    ).rejects.toMatchObject({ code: 'usage' });
    expect(host.here()).toHaveLength(3);
    expect((await approve('c', 'a', 'b')).map(({ outcome }) => outcome.kind)).toEqual([
      'applied',
      'applied',
      'applied',
    ]);
    expect(host.here()).toEqual([]);
    expect(host.log.written.findLast(({ kind }) => kind === 'started')).toMatchObject({
      purpose: 'remove',
      reason: 'moved',
      consent: { approvals: [{ by: 'ada' }] },
    });
    await expect(approve('a')).rejects.toMatchObject({ message: 'no removal waits for approval' });
    expect(all(host.log)).toBe(true);
  });

  test('one of them may be named; the last one that is left does not slip out', async () => {
    const host = await running(named('a'), named('b'));
    host.declare([]);
    await host.pass();
    expect(await host.apply(['a'])).toMatchObject([{ outcome: { kind: 'applied' } }]);
    expect(await host.pass()).toMatchObject({
      b: { outcome: { kind: 'blocked', reasons: [{ code: 'removal-guard' }] } },
    });
    expect(await host.harbor().approveRemoval(['b'], 'too', ada, quiet)).toMatchObject([
      { outcome: { kind: 'applied' } },
    ]);
  });

  test('one more that leaves makes it another matter', async () => {
    const host = await running(named('a', leave('down', hour)), named('b', leave('down', hour)), named('c'));
    host.declare([named('c')]);
    await host.pass();
    await host.harbor().approveRemoval(['a', 'b'], 'moved', ada, quiet);
    expect(await host.pass()).toMatchObject({ a: { outcome: { reasons: [{ code: 'removal-pending' }] } } });
    host.declare([]);
    expect(await host.pass()).toMatchObject({
      a: { outcome: { reasons: [{ code: 'removal-guard' }, { code: 'removal-pending' }] } },
    });
  });
});

describe('order', () => {
  const chain = () => {
    const db = named('db');
    const api = named('api', { dependsOn: [{ app: 'db', condition: 'healthy' }] });
    const shop = named('shop', { dependsOn: [{ app: 'api', condition: 'healthy' }], ...leave('down', hour) });
    return [db, api, shop];
  };

  test('who depended on others goes first, and they wait until it is gone', async () => {
    const host = await running(...chain());
    await host.pass();
    await host.pass();
    host.declare([]);
    const reports = await host.pass();
    expect(reports).toMatchObject({ shop: { outcome: { kind: 'blocked' } }, api: { outcome: { kind: 'blocked' } } });
    await host.harbor().approveRemoval(['api', 'db', 'shop'], 'gone', ada, quiet);
    expect(host.here()).toEqual(['db running', 'api running', 'shop running']);
    expect(await host.pass()).toMatchObject({
      api: { outcome: { reasons: [{ code: 'waiting-for', app: 'shop' }] } },
      db: { outcome: { reasons: [{ code: 'waiting-for', app: 'api' }] } },
    });
    host.clock.advance(hour);
    await host.pass();
    const removed = host.log.written.flatMap((entry) =>
      entry.kind === 'finished' && entry.purpose === 'remove' ? [entry.app] : [],
    );
    expect(removed).toEqual(['shop', 'api', 'db']);
  });
});
