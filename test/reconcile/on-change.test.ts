import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { OnChange, OnChangeRules } from '../../src/model/on-change.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const hup: OnChange = { kind: 'signal', signal: 'HUP' };

/** An app whose one service mounts one file, deployed once. */
async function deployed(rules: OnChangeRules, more: Parameters<typeof testApp>[0] = {}) {
  const declared = (environment: Record<string, string> = {}) => ({
    services: {
      web: {
        image: 'web:1',
        environment,
        volumes: [{ type: 'bind', source: '/scratch/app.conf', target: '/etc/app.conf' }],
      },
    },
  });
  const harbor = await testHarbor({ apps: [testApp({ onChange: rules, ...more })], model: declared() });
  harbor.source.files['app.conf'] = 'one';
  expect(await harbor.pass()).toEqual([{ kind: 'applied' }]);
  harbor.engine.performed.length = 0;
  const acts = () =>
    harbor.engine.performed
      .splice(0)
      .map((act) => act.replace(/ c(\d+)$/, ' c$1'))
      .filter((act) => !/^(?:sweep|pull)/.test(act));
  return {
    ...harbor,
    acts,
    change(content: string, environment?: Record<string, string>): void {
      harbor.push(declared(environment));
      harbor.source.files['app.conf'] = content;
    },
    id: () => harbor.engine.containers[0]?.id,
    status: async () => (await harbor.harbor().status(['shop'])).apps[0],
  };
}

describe('a file that changed, and nothing else', () => {
  test.each<[string, OnChange, readonly string[], readonly string[]]>([
    ['makes the service anew', { kind: 'recreate' }, ['replace web'], []],
    ['restarts it', { kind: 'restart' }, ['restart c1'], []],
    ['signals it, and is written into', hup, ['signal HUP c1'], ['app.conf']],
    ['is written into, and that is all', { kind: 'ignore' }, [], ['app.conf']],
  ])('%s', async (_, rule, acts, inPlace) => {
    const shop = await deployed({ web: { 'app.conf': rule } });
    shop.change('two');
    const [plan] = await shop.plan();
    expect(plan).toMatchObject({ plan: { steps: [{ kind: 'files' }, expect.anything(), { kind: 'await' }] } });
    expect(await shop.pass()).toEqual([{ kind: 'applied' }]);
    expect(shop.acts()).toEqual(acts);
    expect(shop.live.inPlace).toEqual(inPlace);

    // It counts as what was brought to it, whoever asks, and whenever.
    for (const trigger of ['interval', 'engine-event', 'request'] as const)
      expect(await shop.pass(trigger)).toEqual([{ kind: 'unchanged' }]);
    await shop.restart();
    expect(await shop.pass('start')).toEqual([{ kind: 'unchanged' }]);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
    expect(shop.acts()).toEqual([]);
  });

  test('together with something else makes it anew', async () => {
    const shop = await deployed({ web: { '*': hup } });
    shop.change('two', { COLOR: 'blue' });
    await shop.pass();
    expect(shop.acts()).toEqual(['replace web']);
  });

  test('makes it anew where its container has an earlier file', async () => {
    const shop = await deployed({ web: { '*': hup } });
    shop.live.placed = { 'app.conf': 1 };
    shop.change('two');
    const [plan] = await shop.plan();
    expect(plan).toMatchObject({
      changes: [{ kind: 'replace', cause: { whyNew: expect.stringContaining('earlier') } }],
    });
    await shop.pass();
    expect(shop.acts()).toEqual(['replace web']);
  });

  test('makes it anew where its container was stopped, paused, renamed or swapped', async () => {
    for (const harm of [
      { state: 'exited', exitCode: 0 },
      { state: 'paused' },
      { name: 'mine' },
      { imageId: 'sha256:other' },
    ] as const) {
      const shop = await deployed({ web: { '*': hup } });
      shop.engine.containers = shop.engine.containers.map((one) => ({ ...one, ...harm }));
      shop.change('two');
      await shop.pass();
      expect(shop.acts()).toEqual(['replace web']);
    }
  });
});

/** From now on the service is unhealthy once it has read this content. */
function spoil(shop: Awaited<ReturnType<typeof deployed>>, isBad: (release: string | undefined) => boolean): void {
  shop.engine.beforeAct = (act) => {
    if (!/^(?:signal|restart)/.test(act)) return;
    const health = isBad(shop.live.held) ? 'unhealthy' : 'none';
    shop.engine.containers = shop.engine.containers.map((one) => ({ ...one, health }));
  };
}

describe('a release that fails after the files have changed', () => {
  test.each<[string, OnChange, string]>([
    ['a signal', hup, 'signal HUP c1'],
    ['a restart', { kind: 'restart' }, 'restart c1'],
  ])('is gone back from with the files, and with %s once more', async (_, rule, act) => {
    const shop = await deployed({ web: { '*': rule } });
    const good = shop.live.held;
    spoil(shop, (held) => held !== good);
    shop.change('bad');
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'unhealthy' }]);
    await shop.pass();
    expect(shop.acts()).toEqual([act, act]);
    expect(shop.live.held).toBe(good);
    expect(await shop.status()).toMatchObject({ sync: { state: 'out-of-sync' }, applied: good });
    shop.change('better');
    spoil(shop, () => false);
    expect(await shop.pass()).toEqual([{ kind: 'applied' }]);
    expect(shop.acts()).toEqual([act]);
  });

  test('is gone back from without a word to a container that needs none', async () => {
    const shop = await deployed({ web: { '*': { kind: 'ignore' } } });
    const good = shop.live.held;
    shop.change('bad');
    shop.engine.containers = shop.engine.containers.map((one) => ({ ...one, health: 'unhealthy' }));
    expect(await shop.pass()).toMatchObject([{ kind: 'failed' }]);
    expect(shop.live.held).toBe(good);
    expect(shop.acts()).toEqual([]);
  });

  test('and was left there is signalled anew when it is tried again', async () => {
    const shop = await deployed({ web: { '*': hup } }, { onFailure: 'leave' });
    shop.change('two');
    shop.engine.failOn = 'signal';
    expect(await shop.pass()).toMatchObject([{ kind: 'failed', code: 'engine-refused' }]);
    shop.engine.failOn = undefined;
    expect(await shop.apply(['shop'])).toMatchObject([{ outcome: { kind: 'applied' } }]);
    expect(shop.acts()).toEqual(['signal HUP c1', 'signal HUP c1']);
  });

  test('is rolled back by a person with the same signal', async () => {
    const shop = await deployed({ web: { '*': hup } });
    const good = shop.live.held;
    shop.change('two');
    await shop.pass();
    const request = { app: 'shop', to: undefined, reason: 'slow', hold: false };
    const report = await shop.harbor().rollback(request, { kind: 'request' }, () => undefined);
    expect(report.outcome).toEqual({ kind: 'applied' });
    expect(shop.acts()).toEqual(['signal HUP c1', 'signal HUP c1']);
    expect(shop.live.held).toBe(good);
    expect(await shop.pass()).toMatchObject([{ kind: 'blocked' }]);
  });
});

describe('whose container it is', () => {
  test('one that somebody made anew from the release before gets a new container', async () => {
    const shop = await deployed({ web: { '*': hup } });
    const [made] = shop.engine.containers;
    shop.change('two');
    await shop.pass();
    shop.acts();
    shop.engine.containers = [{ ...made, id: 'by-hand' } as ObservedContainer];
    expect(await shop.pass()).toEqual([{ kind: 'applied' }]);
    expect(shop.acts()).toEqual(['replace web']);
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
  });

  test('one that was altered is still measured by what it was made with', async () => {
    const shop = await deployed({ web: { '*': hup } });
    shop.change('two');
    // Before anybody looks at it again: what was done by hand must not become the measure.
    shop.engine.fields.set('c1', { ...shop.engine.fields.get('c1'), restart: 'always' });
    expect(await shop.pass()).toEqual([{ kind: 'applied' }]);
    expect(await shop.pass('engine-event')).toEqual([{ kind: 'applied' }]);
    expect(shop.acts()).toEqual(['signal HUP c1', 'mend update c1']);
  });
});

/** Before a step of this kind; and is started again. */
async function dies(shop: Awaited<ReturnType<typeof deployed>>, before: string): Promise<void> {
  const append = shop.log.append.bind(shop.log);
  let isDead = false;
  shop.log.append = async (body) => {
    isDead ||= body.kind === 'step' && body.act === before;
    if (isDead) throw new HarborError('killed', { code: 'log-unwritable' });
    return append(body);
  };
  await shop.pass().catch(() => undefined);
  shop.log.append = append;
  await shop.restart();
}

describe('Harbormaster dies', () => {
  test.each([
    ['before the files changed', 'files', ['signal HUP c1']],
    ['between files and signal', 'refresh', ['signal HUP c1']],
    ['after the signal', 'await', ['signal HUP c1', 'signal HUP c1']],
  ])('%s: the next start sends it, once more if need be', async (_, before, acts) => {
    const shop = await deployed({ web: { '*': hup } });
    shop.change('two');
    await dies(shop, before);
    await shop.pass('start');
    expect(await shop.pass()).toEqual([{ kind: 'unchanged' }]);
    expect(shop.acts()).toEqual(acts);
    expect(await shop.status()).toMatchObject({ sync: { state: 'in-sync' } });
  });

  test('between files and signal, and Git goes back meanwhile: who was started then has read what is no more', async () => {
    const shop = await deployed({ web: { '*': hup } });
    shop.change('two');
    await dies(shop, 'refresh');
    shop.change('one');
    await shop.pass('start');
    expect(shop.acts()).toEqual(['signal HUP c1']);
  });
});
