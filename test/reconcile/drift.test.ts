import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const minute = 60_000;

/** An app that was deployed; its one container can be harmed. */
async function deployed(more: Partial<App> = {}) {
  const harbor = await testHarbor({ apps: [testApp(more)] });
  await harbor.pass();
  return {
    ...harbor,
    harm(change: Partial<ObservedContainer>): void {
      harbor.engine.containers = harbor.engine.containers.map((one) => ({ ...one, ...change }));
    },
    alter(field: string, value: string): void {
      for (const { id } of harbor.engine.containers)
        harbor.engine.fields.set(id, { ...harbor.engine.fields.get(id), [field]: value });
    },
    acts: () =>
      harbor.engine.performed.slice(2).map((act) =>
        act
          .split(' ')
          .slice(0, 2)
          .join(' ')
          .replace(/ c\d+$/, ''),
      ),
    events: () => harbor.notifier.sent.map(({ event }) => event),
    status: async () => (await harbor.harbor().status(['shop'])).apps[0],
  };
}

const stopped = { state: 'exited', exitCode: 137 } as const;

describe('what left the deployed release', () => {
  test('is corrected in the smallest way that does', async () => {
    const shop = await deployed();
    shop.harm({ state: 'paused' });
    await shop.pass('engine-event');
    shop.harm({ name: 'mine' });
    await shop.pass('engine-event');
    shop.alter('restart', 'always');
    await shop.pass('engine-event');
    shop.alter('user', 'root');
    await shop.pass('engine-event');
    expect(shop.acts()).toEqual(['mend unpause', 'mend rename', 'mend update', 'replace web']);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
    expect(shop.engine.containers).toMatchObject([{ name: 'shop-web-1', state: 'running' }]);
  });

  test('is told as a mend in the log', async () => {
    const shop = await deployed();
    shop.harm({ state: 'paused' });
    await shop.pass();
    expect(shop.log.written.at(-1)).toMatchObject({ purpose: 'heal', services: [{ service: 'web', change: 'mend' }] });
  });

  test('is left alone under `ignore`, and the status says so', async () => {
    const shop = await deployed({ drift: 'ignore' });
    shop.harm(stopped);
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect(await shop.pass('engine-event')).toEqual([{ kind: 'unchanged' }]);
    expect(shop.acts()).toEqual([]);
    expect(shop.kinds()).toEqual(['started', 'finished']);
    expect(await shop.status()).toMatchObject({
      sync: { state: 'out-of-sync' },
      blockedBy: [{ code: 'drift-ignored', lift: 'harbormaster apply shop' }],
    });
  });

  test('is told once under `report`, and its end as well', async () => {
    const shop = await deployed({ drift: 'report' });
    shop.harm(stopped);
    for (let pass = 0; pass < 3; pass += 1) expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect(shop.acts()).toEqual([]);
    expect(shop.kinds()).toEqual(['started', 'finished', 'drifted']);
    expect(await shop.status()).toMatchObject({
      blockedBy: [{ code: 'drift-reported', lift: 'harbormaster apply shop' }],
    });
    shop.harm({ state: 'running', exitCode: undefined });
    await shop.pass();
    expect(shop.kinds().at(-1)).toBe('recovered');
    expect(shop.events()).toEqual(['drifted', 'recovered']);
  });

  test('is corrected under `report` and `ignore` when a person names the app', async () => {
    for (const drift of ['report', 'ignore'] as const) {
      const shop = await deployed({ drift });
      shop.harm(stopped);
      await shop.pass();
      expect(await shop.apply([])).toMatchObject([{ outcome: { kind: 'unchanged' } }]);
      expect(await shop.apply(['shop'])).toMatchObject([{ outcome: { kind: 'applied' } }]);
      expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
    }
  });

  test('is corrected without asking Git when the engine told of it', async () => {
    const shop = await deployed();
    shop.source.error = new HarborError('no route', { code: 'source-unreachable' });
    shop.source.look = () => Promise.reject(new Error('nobody may ask'));
    shop.harm(stopped);
    expect(await shop.pass('engine-event')).toMatchObject([{ kind: 'applied' }]);
    expect(shop.acts()).toEqual(['start']);
  });
});

describe('what is undone again and again', () => {
  test('is corrected slower and slower, and the report says when', async () => {
    const shop = await deployed();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      shop.harm(stopped);
      await shop.harbor().pass(['shop'], { kind: 'engine-event' }, () => undefined);
      shop.harm(stopped);
      const [report] = await shop.harbor().pass(['shop'], { kind: 'engine-event' }, () => undefined);
      waits.push(Math.round((report?.again ?? 0) / 1000));
      shop.clock.advance(report?.again ?? 0);
    }
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits).toEqual(waits.toSorted((left, right) => left - right));
    expect(shop.acts().slice(0, 3)).toEqual(['start', 'start', 'replace web']);
  });

  /** Stops the container as soon as it runs, so long. */
  async function fight(shop: Awaited<ReturnType<typeof deployed>>, minutes: number): Promise<void> {
    for (let second = 0; second < minutes * 60; second += 5) {
      shop.harm(stopped);
      await shop.pass('engine-event');
      shop.clock.advance(5000);
    }
  }

  test('is a fight: written once, told once, tried every half an hour, and over when it is calm', async () => {
    const shop = await deployed();
    await fight(shop, 120);
    expect(shop.kinds().filter((kind) => kind === 'drifted')).toHaveLength(1);
    expect(shop.events()).toEqual(['drifted']);
    const tries = shop.acts().filter((act) => /^(?:start|replace)/.test(act)).length;
    expect(tries).toBeGreaterThanOrEqual(7);
    expect(tries).toBeLessThanOrEqual(9);
    expect(await shop.status()).toMatchObject({
      blockedBy: [{ code: 'drift-fought', lift: 'harbormaster retry shop', until: expect.any(String) }],
    });
    shop.clock.advance(40 * minute);
    await shop.pass();
    shop.clock.advance(11 * minute);
    await shop.pass();
    expect(shop.events()).toEqual(['drifted', 'recovered']);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
  });

  test('is remembered over a restart', async () => {
    const shop = await deployed();
    await fight(shop, 20);
    const tries = shop.acts().length;
    await shop.restart();
    shop.harm(stopped);
    await shop.pass('start');
    expect(shop.acts().length).toBe(tries);
  });

  test('is tried at once when a person says so, and nobody is told of a recovery that is none', async () => {
    const shop = await deployed();
    await fight(shop, 20);
    expect(await shop.pass('engine-event')).toEqual([{ kind: 'unchanged' }]);
    const again = await shop.harbor().retry(['shop'], { kind: 'request' }, () => undefined);
    expect(again).toMatchObject([{ outcome: { kind: 'applied' } }]);
    expect(shop.events()).toEqual(['drifted']);
    await fight(shop, 20);
    expect(shop.events()).toEqual(['drifted']);
  });
});

describe('a correction that fails', () => {
  test('is followed by a new container where the engine refuses the small repair', async () => {
    const shop = await deployed();
    shop.engine.failOn = 'mend';
    shop.harm({ state: 'paused' });
    expect(await shop.pass('engine-event')).toMatchObject([{ kind: 'failed', code: 'engine-refused' }]);
    shop.clock.advance(minute);
    expect(await shop.pass('engine-event')).toMatchObject([{ kind: 'applied' }]);
    expect(shop.acts()).toEqual(['mend unpause', 'replace web']);
    expect(shop.engine.containers).toMatchObject([{ state: 'running' }]);
    expect(shop.events()).toEqual(['failed', 'recovered']);
  });

  test('is told once however often it fails, and never called a fight', async () => {
    const shop = await deployed();
    shop.harm(stopped);
    shop.engine.failOn = '';
    for (let second = 0; second < 3 * 3600; second += 60) {
      await shop.pass();
      shop.clock.advance(minute);
    }
    expect(shop.events()).toEqual(['failed']);
    expect(await shop.status()).toMatchObject({ blockedBy: [{ code: 'drift-failed' }] });
    shop.engine.failOn = undefined;
    shop.clock.advance(31 * minute);
    await shop.pass();
    expect(shop.events()).toEqual(['failed', 'recovered']);
  });
});

test('a correction that cannot be done is tried again by itself, and then with a new container', async () => {
  const shop = await testHarbor();
  await shop.pass();
  shop.engine.containers = shop.engine.containers.map((container) => ({ ...container, state: 'paused' }));
  shop.engine.failOn = 'mend unpause';
  const [report] = await shop.harbor().pass(['shop'], { kind: 'engine-event' }, () => undefined);
  expect(report).toMatchObject({ outcome: { kind: 'failed' }, again: expect.any(Number) });
  shop.clock.advance(report?.again ?? 0);
  expect(await shop.harbor().pass(['shop'], { kind: 'engine-event' }, () => undefined)).toMatchObject([
    { outcome: { kind: 'applied' } },
  ]);
  expect(shop.engine.performed.at(-1)).toBe('replace web');
});
