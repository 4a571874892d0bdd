import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { Gate } from '../../src/model/verdict.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const web = (version: number | string) => ({ services: { web: { image: `web:${version}` } } });

async function deployed(more: Partial<App> = {}, gates: readonly Gate[] = []) {
  const harbor = await testHarbor({ apps: [testApp(more)], gates });
  harbor.engine.byImage = (image) => (image === 'web:bad' ? { health: 'unhealthy' } : {});
  await harbor.pass('request');
  const history = () => historyOf(foldHistory(harbor.log.written), 'shop');
  return {
    ...harbor,
    history,
    first: history()?.deployed?.release,
    runs: () => harbor.engine.containers.map(({ imageId }) => imageId.replace('id-of-', '').replace(/@.*$/, '')),
    outcomes: () =>
      harbor.log.written.flatMap((entry) =>
        entry.kind === 'finished' ? [`${entry.purpose} ${entry.outcome.kind}`] : [],
      ),
    status: async () => (await harbor.status()).apps[0],
  };
}

describe('under `deploy: manual`', () => {
  test('a new release waits for a person who names the app', async () => {
    const shop = await deployed({ deploy: 'manual' });
    shop.push(web(2));
    const waits = [{ kind: 'blocked', reasons: [{ code: 'manual', lift: 'harbormaster apply shop' }] }];
    expect(await shop.pass()).toMatchObject(waits);
    expect(await shop.pass()).toMatchObject(waits);
    expect(await shop.apply([])).toMatchObject([{ outcome: { kind: 'blocked' } }]);
    expect(shop.runs()).toEqual(['web:1']);
    expect(shop.kinds()).toEqual(['started', 'finished', 'refused']);
    expect(await shop.status()).toMatchObject({ blockedBy: [{ code: 'manual' }] });
    expect(await shop.apply(['shop'])).toMatchObject([{ outcome: { kind: 'applied' } }]);
    expect(shop.runs()).toEqual(['web:2']);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
  });

  test('what runs is healed all the same', async () => {
    const shop = await deployed({ deploy: 'manual' });
    shop.push(web(2));
    shop.engine.containers = [];
    await shop.pass();
    expect(shop.runs()).toEqual(['web:1']);
  });
});

describe('a release that fails on the host', () => {
  const fail = async (onFailure: App['onFailure']) => {
    const shop = await deployed({ onFailure });
    shop.push(web('bad'));
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    return shop;
  };

  test('with `rollback` makes room for the one before', async () => {
    const shop = await fail('rollback');
    expect(shop.runs()).toEqual(['web:1']);
    expect(shop.history()).toMatchObject({ applied: shop.first, deployed: { release: shop.first } });
    expect(shop.outcomes()).toEqual(['deploy applied', 'deploy failed', 'restore applied']);
  });

  for (const onFailure of ['leave', 'hold'] as const) {
    test(`with \`${onFailure}\` stays, is not healed, and is not taken for deployed, nor after a restart`, async () => {
      const shop = await fail(onFailure);
      for (let pass = 0; pass < 3; pass += 1) {
        await shop.restart();
        shop.clock.advance(3_600_000);
        expect(await shop.pass()).toMatchObject([{ kind: 'blocked' }]);
        await shop.pass('engine-event');
      }
      expect(shop.runs()).toEqual(['web:bad']);
      expect(shop.history()).toMatchObject({ deployed: { release: shop.first }, good: [{ release: shop.first }] });
      expect(shop.history()?.applied).toBe(shop.history()?.attempted?.release);
      expect(shop.outcomes()).toEqual(['deploy applied', 'deploy failed']);
      const codes = (await shop.status())?.blockedBy.map(({ code }) => code);
      expect(codes).toEqual(onFailure === 'hold' ? ['held', 'unhealthy', 'left'] : ['unhealthy', 'left']);
    });
  }

  test('with `leave` lets a newer one in by itself, with `hold` only when a person says so', async () => {
    const left = await fail('leave');
    left.push(web(3));
    expect(await left.pass()).toMatchObject([{ kind: 'applied' }]);
    const held = await fail('hold');
    held.push(web(3));
    expect(await held.pass()).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'held' }] }]);
    expect(held.runs()).toEqual(['web:bad']);
    await held.harbor().release('shop', undefined, { kind: 'request' });
    expect(await held.pass()).toMatchObject([{ kind: 'applied' }]);
  });

  test('is not made the deployed one by a small change that goes well', async () => {
    const shop = await testHarbor({
      model: { services: { web: { image: 'web:bad' }, db: { image: 'db:1' } } },
    });
    shop.engine.byImage = (image) => (image === 'web:bad' ? { health: 'unhealthy' } : {});
    expect(await shop.pass()).toMatchObject([{ kind: 'failed' }]);
    shop.engine.containers = shop.engine.containers.filter(({ service }) => service !== 'db');
    const again = await shop.harbor().retry(['shop'], { kind: 'request' }, () => undefined);
    expect(again).toMatchObject([{ outcome: { kind: 'failed', code: 'unhealthy' } }]);
    expect(historyOf(foldHistory(shop.log.written), 'shop')?.deployed).toBeUndefined();
  });

  test('is undone in the same pass also where only the last look finds it wanting', async () => {
    const shop = await deployed();
    shop.push(web(2));
    const replace = shop.engine.replace.bind(shop.engine);
    shop.engine.replace = async (stored, services) => {
      await replace(stored, services);
      shop.engine.replace = replace;
      shop.engine.containers = [...shop.engine.containers, { ...shop.engine.containers[0]!, id: 'x', name: 'extra' }];
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'engine-refused' }]);
    expect(shop.outcomes().at(-1)).toBe('restore applied');
    expect(shop.runs()).toEqual(['web:1']);
  });
});

describe('a deployment that was cut short', () => {
  async function cutShort() {
    const shop = await deployed();
    shop.push(web(2));
    const append = shop.log.append.bind(shop.log);
    shop.log.append = async (body) => {
      if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
      return append(body);
    };
    await expect(shop.pass()).rejects.toThrow('killed');
    shop.log.append = append;
    shop.engine.containers = [];
    await shop.restart();
    return shop;
  }

  test('is brought to its end with the same release while Git is out of reach', async () => {
    const shop = await cutShort();
    shop.source.error = new HarborError('no route', { code: 'source-unreachable' });
    await shop.pass('start');
    expect(shop.runs()).toEqual(['web:2']);
    expect(shop.history()?.deployed?.release).toBe(shop.history()?.desired?.release);
    expect(shop.outcomes()).toEqual(['deploy applied', 'deploy interrupted', 'deploy applied']);
  });

  test('that a person let through under `deploy: manual` needs no second word', async () => {
    const shop = await deployed({ deploy: 'manual' });
    shop.push(web(2));
    const append = shop.log.append.bind(shop.log);
    shop.log.append = async (body) => {
      if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
      return append(body);
    };
    await expect(shop.apply(['shop'])).rejects.toThrow('killed');
    shop.log.append = append;
    await shop.restart();
    expect(await shop.pass('start')).toMatchObject([{ kind: 'applied' }]);
    expect(shop.runs()).toEqual(['web:2']);
  });

  test('is not taken up again once Git has asked for what is deployed', async () => {
    const shop = await deployed();
    shop.push(web(2));
    const append = shop.log.append.bind(shop.log);
    shop.log.append = async (body) => {
      if (body.kind === 'finished') throw new HarborError('killed', { code: 'log-unwritable' });
      return append(body);
    };
    shop.engine.failOn = 'pull';
    await expect(shop.pass()).rejects.toThrow('killed');
    shop.engine.failOn = undefined;
    shop.log.append = append;
    await shop.restart();
    shop.push(web(1));
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    shop.source.error = new HarborError('no route', { code: 'source-unreachable' });
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'source-unreachable' }]);
    expect(shop.runs()).toEqual(['web:1']);
  });

  test('is closed in the same process where only its outcome could not be written', async () => {
    const shop = await deployed();
    shop.push(web(2));
    const append = shop.log.append.bind(shop.log);
    shop.log.append = async (body) => {
      if (body.kind === 'finished') throw new HarborError('no space', { code: 'log-unwritable' });
      return append(body);
    };
    await expect(shop.pass()).rejects.toThrow('no space');
    shop.log.append = append;
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.outcomes()).toEqual(['deploy applied', 'deploy interrupted', 'deploy applied']);
  });

  test('whose host cannot be swept stops its own app and no other', async () => {
    const apps = ['one', 'two'].map((name) => testApp({ name, project: name }));
    const harbor = await testHarbor({ apps });
    const append = harbor.log.append.bind(harbor.log);
    harbor.log.append = async (body) => {
      if (body.kind === 'finished' && body.app === 'one') throw new HarborError('killed', { code: 'log-unwritable' });
      return append(body);
    };
    await expect(harbor.pass()).rejects.toThrow('killed');
    harbor.log.append = append;
    await harbor.restart();
    harbor.engine.containers = [];
    harbor.engine.failOn = 'sweep one';
    expect(await harbor.pass()).toMatchObject([{ kind: 'failed', code: 'engine-refused' }, { kind: 'applied' }]);
    harbor.engine.failOn = undefined;
    expect(await harbor.pass()).toMatchObject([{ kind: 'applied' }, { kind: 'unchanged' }]);
    const intents = harbor.kinds().filter((kind) => kind === 'started').length;
    expect(harbor.kinds().filter((kind) => kind === 'finished')).toHaveLength(intents);
  });
});

describe('a newer release', () => {
  /** Pushes during the first act of this kind, or during the wait, and looks at Git as the loop does. */
  async function during(moment: 'pull' | 'replace' | 'wait', next: string, gates: readonly Gate[] = []) {
    const shop = await deployed({}, gates);
    shop.engine.byImage = (image) =>
      image === 'web:slow' ? { health: 'starting' } : image === 'web:bad' ? { health: 'unhealthy' } : {};
    shop.push(web('slow'));
    const state = { glanced: 0 };
    const glance = async () => {
      if (state.glanced++ > 0) return;
      shop.push(web(next));
      await shop.harbor().glance(['shop']);
    };
    const pull = shop.engine.pull.bind(shop.engine);
    shop.engine.pull = async (pin, keepAs, signal) => {
      if (moment === 'pull') await glance();
      return pull(pin, keepAs, signal);
    };
    const replace = shop.engine.replace.bind(shop.engine);
    shop.engine.replace = async (stored, services) => {
      if (moment === 'replace') await glance();
      return replace(stored, services);
    };
    const inspect = shop.engine.inspect.bind(shop.engine);
    shop.engine.inspect = async (ids) => {
      const isSlow = shop.runs().includes('web:slow');
      if (moment === 'wait' && isSlow) await glance();
      return inspect(ids);
    };
    const reports = await shop.pass();
    return { ...shop, reports };
  }

  for (const moment of ['pull', 'wait'] as const) {
    test(`ends the ${moment} of the older one, and is deployed next`, async () => {
      const shop = await during(moment, '3');
      expect(shop.reports).toMatchObject([{ kind: 'superseded', by: expect.any(String) }]);
      expect(shop.runs()).toEqual([moment === 'pull' ? 'web:1' : 'web:slow']);
      expect(shop.history()).toMatchObject({ deployed: { release: shop.first }, trouble: undefined, quarantined: [] });
      expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
      expect(shop.runs()).toEqual(['web:3']);
      expect(shop.notifier.sent).toEqual([]);
    });
  }

  test('lets a step that changes something come to its end', async () => {
    const shop = await during('replace', '3');
    expect(shop.reports).toMatchObject([{ kind: 'superseded', step: expect.stringContaining('wait') }]);
    expect(shop.engine.performed.filter((act) => act === 'replace web')).toHaveLength(1);
    expect(shop.runs()).toEqual(['web:slow']);
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
  });

  test('that is the deployed one ends the wait, too, and is in sync afterwards', async () => {
    const shop = await during('pull', '1');
    expect(shop.reports).toMatchObject([{ kind: 'superseded' }]);
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect(shop.kinds().filter((kind) => kind === 'recovered')).toHaveLength(1);
    expect(shop.notifier.sent).toEqual([]);
  });

  test('that a gate denies ends nothing', async () => {
    const gate: Gate = {
      name: 'no-three',
      judge: ({ release }) =>
        release.services.some(({ image }) => image.requested === 'web:3')
          ? [{ gate: 'no-three', ruling: 'deny', service: 'web', reason: 'is not wanted', lift: 'want it' }]
          : [],
    };
    expect((await during('wait', '3', [gate])).reports).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
  });

  test('that Git no longer asks for once all is known of it ends nothing: what is deployed by then may be newer', async () => {
    const shop = await deployed();
    shop.engine.byImage = (image) => (image === 'web:slow' ? { health: 'starting' } : {});
    shop.push(web('slow'));
    const fetch = shop.source.fetch.bind(shop.source);
    shop.engine.beforeAct = (act) => {
      if (!act.startsWith('replace')) return;
      shop.push(web(3));
      shop.source.fetch = async (app, commit) => {
        shop.push(web(4));
        return fetch(app, commit);
      };
      void shop.harbor().glance(['shop']);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
  });

  test('is not ended by the look that found it, where it is deployed before that look comes to its end', async () => {
    const shop = await deployed();
    shop.engine.byImage = (image) => (image === 'web:slow' ? { health: 'starting' } : {});
    shop.push(web('slow'));
    const door = new EventEmitter();
    const [reached, opened] = [once(door, 'reached'), once(door, 'opened')];
    const look = shop.source.look.bind(shop.source);
    const replace = shop.engine.replace.bind(shop.engine);
    let glanced = Promise.resolve();
    shop.engine.replace = async (...of) => {
      shop.push(web(3));
      shop.source.look = async (apps) => {
        // The first is the look itself; with the second one it makes sure.
        shop.source.look = async (again) => {
          shop.source.look = look;
          door.emit('reached');
          await opened;
          return look(again);
        };
        return look(apps);
      };
      glanced = shop.harbor().glance(['shop']);
      await reached;
      return replace(...of);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    shop.engine.replace = async (...of) => {
      door.emit('opened');
      await glanced;
      return replace(...of);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'applied' }]);
    expect(shop.runs()).toEqual(['web:3']);
  });

  test('that is broken ends nothing', async () => {
    const shop = await deployed();
    shop.engine.byImage = (image) => (image === 'web:slow' ? { health: 'starting' } : {});
    shop.push(web('slow'));
    shop.engine.beforeAct = (act) => {
      if (!act.startsWith('replace')) return;
      shop.push({ services: { web: { image: 'Not An Image' } } });
      void shop.harbor().glance(['shop']);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
  });

  test('that is quarantined ends nothing', async () => {
    const shop = await deployed();
    shop.engine.byImage = (image) =>
      image === 'web:slow' ? { health: 'starting' } : image === 'web:bad' ? { health: 'unhealthy' } : {};
    shop.push(web('bad'));
    await shop.pass();
    shop.push(web('slow'));
    const inspect = shop.engine.inspect.bind(shop.engine);
    shop.engine.inspect = async (ids) => {
      if (shop.runs().includes('web:slow')) {
        shop.push(web('bad'));
        await shop.harbor().glance(['shop']);
      }
      return inspect(ids);
    };
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
  });
});
