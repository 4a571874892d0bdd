import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { container } from '../support/builders.ts';
import { misfortunes } from '../support/misfortunes.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';
import { tries } from '../support/tries.ts';

/** What can happen to a host, in any order. */
type Event =
  | { readonly kind: 'push'; readonly version: number; readonly isGood: boolean }
  | { readonly kind: 'harm'; readonly how: keyof typeof harms; readonly service: 'web' | 'db' }
  | { readonly kind: 'git' | 'engine' | 'registry'; readonly isUp: boolean }
  | { readonly kind: 'restart' }
  /** Before the given act or append from now on Harbormaster dies, and is started again. */
  | { readonly kind: 'crash'; readonly at: number }
  | { readonly kind: 'log-fails' | 'act-fails'; readonly at: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'pass'; readonly trigger: Trigger['kind'] }
  | { readonly kind: 'hold' | 'release' | 'retry' }
  | { readonly kind: 'rollback'; readonly hold: boolean };

const harms = {
  kill: (one) => [{ ...one, state: 'exited', exitCode: 137 }],
  stop: (one) => [{ ...one, state: 'exited', exitCode: 0 }],
  pause: (one) => [{ ...one, state: 'paused' }],
  rename: (one) => [{ ...one, name: `renamed-${one.id}` }],
  remove: () => [],
} as const satisfies Record<string, (one: ObservedContainer) => readonly ObservedContainer[]>;

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('push'), version: fc.constantFrom(0, 0, 1, 2), isGood: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('harm'),
      how: fc.constantFrom('kill', 'stop', 'pause', 'rename', 'remove'),
      service: fc.constantFrom('web', 'db'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('git', 'engine', 'registry'), isUp: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash'), at: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('log-fails', 'act-fails'), at: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.constantFrom(1, 10, 60, 600, 3600) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      trigger: fc.constantFrom('interval', 'engine-event', 'request'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('hold', 'release', 'retry') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rollback'), hold: fc.boolean() }) },
) as fc.Arbitrary<Event>;

const modelOf = (image: string) => ({ services: { web: { image }, db: { image: 'db:1' } } });

const strangers = [
  container('web', { id: 'theirs', project: 'other', name: 'other-web-1', instance: undefined, app: undefined }),
  container('web', { id: 'another', project: 'twin', name: 'twin-web-1', instance: 'them', app: 'twin' }),
];

/** A host to which things happen. What must hold at every moment is checked at every act. */
async function worldOf(app: App) {
  const harbor = await testHarbor({ apps: [app], model: modelOf('good:0') });
  const { engine, log, source, registry, clock } = harbor;
  engine.containers = [...strangers];
  engine.byImage = (image) => (image.startsWith('bad:') ? { health: 'unhealthy' } : {});
  const state = { wanted: 'good:0' };
  const broken: string[] = [];
  const misfortune = misfortunes(harbor, {
    act(act) {
      if (historyOf(foldHistory(log.written), app.name)?.open === undefined) broken.push(`${act} without an intent`);
    },
  });
  const { attempt } = misfortune;
  const request: Trigger = { kind: 'request', by: 'ada' };
  const happen = async (event: Event): Promise<void> => {
    switch (event.kind) {
      case 'push':
        state.wanted = `${event.isGood ? 'good' : 'bad'}:${event.version}`;
        return harbor.push(modelOf(state.wanted));
      case 'harm':
        engine.containers = engine.containers.flatMap((one) =>
          one.project === app.project && one.service === event.service ? harms[event.how](one) : [one],
        );
        return;
      case 'git':
        source.error = event.isUp ? undefined : new HarborError('no route', { code: 'source-unreachable' });
        return;
      case 'engine':
        engine.down = !event.isUp;
        return;
      case 'registry':
        registry.down = !event.isUp;
        return;
      case 'crash':
      case 'log-fails':
      case 'act-fails':
        return misfortune.happen(event);
      case 'restart':
        return harbor.restart();
      case 'wait':
        return clock.advance(event.seconds * 1000);
      case 'pass':
        return attempt(() => harbor.pass(event.trigger));
      case 'hold':
        return attempt(() => harbor.harbor().hold(app.name, 'a freeze', request));
      case 'release':
        return attempt(() => harbor.harbor().release(app.name, undefined, request));
      case 'retry':
        return attempt(() => harbor.harbor().retry([], request, () => undefined));
      case 'rollback': {
        const back = { app: app.name, to: undefined, reason: 'it is slow', hold: event.hold };
        return attempt(() => harbor.harbor().rollback(back, request, () => undefined));
      }
    }
  };
  const calmDown = async (): Promise<void> => {
    misfortune.end();
    engine.down = registry.down = false;
    source.error = undefined;
    await harbor.pass();
    await harbor.harbor().release(app.name, undefined, request);
    clock.advance(3_600_000);
    await harbor.harbor().retry([app.name], request, () => undefined);
    for (let pass = 0; pass < 4; pass += 1) {
      clock.advance(3_600_000);
      await harbor.pass();
    }
  };
  const history = () => historyOf(foldHistory(log.written), app.name);
  return { ...harbor, state, broken, happen, calmDown, history };
}

type World = Awaited<ReturnType<typeof worldOf>>;

function expectOneOutcomeEach({ log }: World): void {
  const intents = log.written.flatMap((entry) => (entry.kind === 'started' ? [entry.seq] : []));
  const outcomes = log.written.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : []));
  expect(outcomes.toSorted((left, right) => left - right)).toEqual(intents);
}

const runningOf = ({ engine }: World) =>
  engine.containers
    .filter(({ project }) => project === 'shop')
    .map(({ name, state, imageId }) => `${name} ${state} ${imageId.replace(/^id-of-|@.*$/g, '').replace('id-of-', '')}`)
    .toSorted();

const runs = (image: string) => ['shop-db-1 running db:1', `shop-web-1 running ${image}`];

async function expectAllWell(world: World, onFailure: App['onFailure']): Promise<void> {
  expect(world.broken).toEqual([]);
  expectOneOutcomeEach(world);
  expect(world.engine.containers.filter(({ project }) => project !== 'shop')).toEqual(strangers);
  const [status] = (await world.status()).apps;
  const history = world.history();
  if (world.state.wanted.startsWith('good:')) {
    expect(runningOf(world)).toEqual(runs(world.state.wanted));
    expect(status).toMatchObject({ sync: { state: 'in-sync' }, health: { state: 'healthy' }, blockedBy: [] });
    expect(history?.deployed?.release).toBe(history?.desired?.release);
    return;
  }
  expect(status?.sync.state).toBe('out-of-sync');
  expect(status?.blockedBy).not.toEqual([]);
  if (history?.deployed === undefined) return;
  if (onFailure !== 'rollback' && history.applied !== history.deployed.release) {
    expect(status?.blockedBy.map(({ code }) => code)).toContain('left');
    return;
  }
  const [web] = world.engine.containers.filter(({ service, project }) => service === 'web' && project === 'shop');
  expect(web?.health).toBe('none');
  expect(status?.health.state).toBe('healthy');
  expect(history.applied).toBe(history.deployed.release);
}

const policies = fc.record({
  deploy: fc.constantFrom<App['deploy'][]>('auto', 'auto', 'manual'),
  drift: fc.constantFrom<App['drift'][]>('correct', 'correct', 'report', 'ignore'),
  onFailure: fc.constantFrom<App['onFailure'][]>('rollback', 'rollback', 'leave', 'hold'),
});

test.each(['hold', 'leave', 'rollback'] as const)(
  'a deployment that was killed before its first act left nothing in place, once Git asks for what runs (on_failure: %s)',
  async (onFailure) => {
    const world = await worldOf(testApp({ onFailure }));
    await world.happen({ kind: 'pass', trigger: 'interval' });
    await world.happen({ kind: 'push', version: 0, isGood: false });
    await world.happen({ kind: 'crash', at: 5 });
    await world.happen({ kind: 'pass', trigger: 'interval' });
    expect(runningOf(world)).toEqual(runs('good:0'));
    expect(world.history()?.open).toMatchObject({ step: 'replace web' });
    await world.happen({ kind: 'push', version: 0, isGood: true });
    await world.happen({ kind: 'pass', trigger: 'interval' });
    await expectAllWell(world, onFailure);
    expect(world.log.written.at(-1)).toMatchObject({ kind: 'recovered', of: 'release' });
  },
);

test('whatever happens to a host, it ends well', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(policies, fc.array(events, { minLength: 1, maxLength: 25 }), async (declared, story) => {
      const world = await worldOf(testApp(declared));
      for (const event of story) await world.happen(event);
      expect(world.broken).toEqual([]);
      await world.calmDown();
      await expectAllWell(world, declared.onFailure);
    }),
    { numRuns: tries(300) },
  );
});
