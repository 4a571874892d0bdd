import { describe, expect, test } from 'vitest';
import { sentenceOf } from '../../src/core/format-entry.ts';
import { isEntry } from '../../src/edges/deployment-log/entry-schema.ts';
import type { App } from '../../src/model/app.ts';
import type { Window } from '../../src/model/window.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const hour = 3_600_000;
const web = (version: number | string, more: object = {}) => ({
  services: { web: { image: `web:${version}` }, ...more },
});

const window = (more: Partial<Window> = {}): Window => ({
  name: 'night',
  kind: 'allow',
  cron: '0 22 * * *',
  duration: 4 * hour,
  timeZone: 'UTC',
  apps: [],
  blocks: ['deploy', 'prune', 'image'],
  reason: undefined,
  ...more,
});
const always = { kind: 'deny', cron: '0 0 * * *', duration: 24 * hour } as const;

/** Deployed before there were windows; it is midnight, and the first of the year. */
async function deployed(windows: readonly Window[], more: Partial<App> = {}) {
  const app = testApp(more);
  const harbor = await testHarbor({ apps: [app] });
  await harbor.pass('request');
  harbor.declare([{ ...app, windows }], windows);
  const override = { kind: 'request', by: 'ada', override: 'checkout is broken' } as const;
  return {
    ...harbor,
    last: () => harbor.log.written.findLast(({ kind }) => kind === 'started'),
    blocks: async () => (await harbor.status()).apps[0]?.blockedBy ?? [],
    report: async () => (await harbor.harbor().pass(['shop'], { kind: 'interval' }, () => undefined))[0],
    past: (names = ['shop']) => harbor.harbor().apply(names, override, () => undefined),
  };
}

const blocked = (reason: string) => [{ kind: 'blocked', reasons: [{ code: 'window', reason }] }];
const outside = 'deploying is only allowed in the window "night"';

describe('a new release', () => {
  test('waits for its window, is written once, and tells when to look again', async () => {
    const shop = await deployed([window({ cron: '0 6 * * *' })]);
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject(blocked(outside));
    shop.clock.advance(hour);
    expect(await shop.report()).toMatchObject({ outcome: blocked(outside)[0], opens: 5 * hour });
    expect(shop.kinds()).toEqual(['started', 'finished', 'refused']);
    expect(await shop.blocks()).toMatchObject([
      {
        code: 'window',
        detail: outside,
        since: '2026-01-01T00:00:00.000Z',
        until: '2026-01-01T06:00:00.000Z',
        lift: 'harbormaster apply shop --override-window --reason "…"',
      },
    ]);
    shop.clock.advance(5 * hour);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(await shop.blocks()).toEqual([]);
  });

  test('does not begin where the window closed while it waited for its turn', async () => {
    const shop = await deployed([window({ cron: '0 0 * * *' })]);
    shop.push(web(2));
    const { releases } = shop;
    const save = releases.save.bind(releases);
    releases.save = async (release) => {
      shop.clock.advance(5 * hour);
      return save(release);
    };
    expect(await shop.pass()).toMatchObject(blocked(outside));
    releases.save = save;
    expect(shop.kinds()).toEqual(['started', 'finished']);
    expect(await shop.report()).toMatchObject({ outcome: blocked(outside)[0], opens: 19 * hour });
    expect(shop.kinds()).toEqual(['started', 'finished', 'refused']);
    shop.clock.advance(19 * hour);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });

  test('waits also where the rest of the window is too short, and that it closes then is no news', async () => {
    const shop = await deployed([window({ cron: '0 0 * * *', duration: hour })]);
    shop.clock.advance(hour - 39_000);
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject(blocked('window too short: "night" ends, and it may take 40s'));
    shop.clock.advance(60_000);
    expect(await shop.pass()).toMatchObject(blocked(outside));
    expect(shop.kinds()).toEqual(['started', 'finished', 'refused']);
    expect((await shop.blocks())[0]).toMatchObject({ detail: outside, until: '2026-01-02T00:00:00.000Z' });
  });

  test('is planned with the window that forbids it, and the time', async () => {
    const shop = await deployed([window({ ...always, name: 'sale', duration: 2 * hour, reason: 'the sale' })]);
    shop.push(web(2));
    expect(await shop.plan()).toMatchObject([
      {
        verdicts: [
          {
            gate: 'window',
            ruling: 'deny',
            reason: 'the window "sale" denies deploying now (the sale); it may begin at 2026-01-01 02:00 UTC',
          },
        ],
      },
    ]);
  });

  test('that does not remove anything waits for no window that blocks removals only', async () => {
    const shop = await deployed([window({ ...always, blocks: ['prune'] })]);
    shop.push(web(2, { side: { image: 'side:1' } }));
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    shop.push(web(2));
    expect(await shop.pass()).toMatchObject(blocked('the window "night" denies removing now'));
    expect(await shop.apply(['shop'])).toMatchObject([{ outcome: { kind: 'blocked' } }]);
  });

  test('that was begun goes on after a crash, in whatever window', async () => {
    const shop = await deployed([window(always)]);
    shop.push(web(2));
    await shop.past();
    const started = shop.last();
    shop.push(web(3));
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked' }]);
    const refused = shop.log.written.findLast(({ kind }) => kind === 'refused');
    const release = refused?.kind === 'refused' ? refused.release : undefined;
    if (started?.kind !== 'started') throw new Error('nothing was started');
    const { v: _v, seq: _seq, at: _at, host: _host, instance: _instance, prev: _prev, ...body } = started;
    await shop.log.append({ ...body, release });
    await shop.restart();
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.engine.containers[0]?.imageId).toContain('web:3');
  });
});

describe('a window that closes during an operation', () => {
  /** It closes, and Git moves on, while the release waits for its health. */
  async function closing(version: string, windows: readonly Window[]) {
    const shop = await deployed([]);
    shop.engine.byImage = (image) => (image === 'web:slow' ? { health: 'starting' } : {});
    shop.push(web(version));
    const inspect = shop.engine.inspect.bind(shop.engine);
    let isClosed = false;
    shop.engine.inspect = async (ids) => {
      if (!isClosed && shop.engine.containers.some(({ imageId }) => imageId.includes(`web:${version}`))) {
        isClosed = true;
        shop.declare([testApp({ windows })], windows);
        shop.push(web(3));
        await shop.harbor().glance(['shop']);
      }
      return inspect(ids);
    };
    return { ...shop, outcomes: await shop.pass() };
  }

  test('does not freeze it, nor let a newer release end it', async () => {
    const shop = await closing('2', [window(always)]);
    expect(shop.outcomes).toMatchObject([{ kind: 'applied' }]);
    expect(await shop.pass()).toMatchObject(blocked('the window "night" denies deploying now'));
  });

  test('lets a newer release that it does not keep waiting end it', async () => {
    expect((await closing('slow', [])).outcomes).toMatchObject([{ kind: 'superseded' }]);
  });

  test('does not keep what failed in place: it is gone back from', async () => {
    const shop = await closing('slow', [window(always)]);
    expect(shop.outcomes).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    expect(shop.last()).toMatchObject({ purpose: 'restore' });
    expect(shop.engine.containers[0]?.imageId).toContain('web:1');
  });
});

describe('a person', () => {
  test('goes past it with a reason, and the intent says past what, who and why', async () => {
    const shop = await deployed([window({ ...always, name: 'sale' })]);
    shop.push(web(2));
    await shop.pass();
    expect(await shop.past()).toMatchObject([{ outcome: { kind: 'applied' } }]);
    const intent = shop.last();
    expect(intent).toMatchObject({
      purpose: 'deploy',
      overridden: ['sale'],
      reason: 'checkout is broken',
      trigger: { kind: 'request', by: 'ada', override: 'checkout is broken' },
    });
    expect(intent && sentenceOf(intent)).toContain(
      'past the window "sale", which was overridden by ada, because "checkout is broken"',
    );
    expect(shop.log.written.filter((entry) => !isEntry({ ...entry, prev: '0'.repeat(64) }))).toEqual([]);
  });

  test('who overrides what is open is not said to have overridden anything', async () => {
    const shop = await deployed([]);
    shop.push(web(2));
    await shop.past();
    expect(shop.last()).not.toHaveProperty('overridden');
  });

  test('overrides for apps that are named, never for all', async () => {
    const shop = await deployed([]);
    await expect(shop.past([])).rejects.toMatchObject({ code: 'usage' });
  });

  test('goes back past it with a word more, and not without', async () => {
    const shop = await deployed([window({ ...always, name: 'sale' })]);
    shop.push(web(2));
    await shop.past();
    const back = { app: 'shop', to: undefined, reason: 'slow', hold: false };
    const asked = { kind: 'request', by: 'ada' } as const;
    expect(await shop.harbor().rollback(back, asked, () => undefined)).toMatchObject({
      outcome: { reasons: [{ code: 'window', lift: 'harbormaster rollback shop --override-window --reason "…"' }] },
    });
    const past = await shop.harbor().rollback(back, { ...asked, override: 'slow' }, () => undefined);
    expect(past).toMatchObject({ outcome: { kind: 'applied' } });
    expect(shop.last()).toMatchObject({ purpose: 'rollback', overridden: ['sale'], reason: 'slow' });
  });
});

describe('what crashed', () => {
  test('is healed while deployments wait', async () => {
    const shop = await deployed([window(always)]);
    shop.engine.containers = [];
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });

  test('waits where a window blocks heals: written once, told with the time, healed when it opens', async () => {
    const shop = await deployed([window({ ...always, duration: hour, blocks: ['heal'] })]);
    shop.engine.containers = [];
    expect(await shop.report()).toMatchObject({ outcome: { kind: 'blocked' }, again: hour });
    await shop.pass();
    expect(shop.kinds()).toEqual(['started', 'finished', 'drifted']);
    expect(shop.log.written.filter((entry) => !isEntry({ ...entry, prev: '0'.repeat(64) }))).toEqual([]);
    expect(await shop.blocks()).toMatchObject([
      { code: 'window', detail: expect.stringContaining('denies healing now'), until: '2026-01-01T01:00:00.000Z' },
    ]);
    shop.clock.advance(hour);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(await shop.blocks()).toEqual([]);
  });
});

test('an app that left the configuration is removed when its window opens', async () => {
  const shop = await deployed([]);
  const night = [window({ cron: '0 1 * * *', blocks: ['prune'] })];
  shop.declare([], night);
  const reports = await shop.harbor().pass([], { kind: 'interval' }, () => undefined);
  expect(reports).toMatchObject([{ app: 'shop', outcome: { kind: 'blocked' }, opens: hour }]);
  await shop.pass();
  expect(shop.kinds()).toEqual(['started', 'finished', 'refused']);
  expect(await shop.plan()).toMatchObject([{ kind: 'removal', verdicts: [{ gate: 'window' }] }]);
  shop.clock.advance(hour);
  await shop.pass();
  expect(shop.engine.containers).toEqual([]);
});
