import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import type { OnChange } from '../../src/model/on-change.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';
import { tries } from '../support/tries.ts';

/** What can happen, in any order. */
type Event =
  | { readonly kind: 'push'; readonly content: number; readonly color: number; readonly isBad: boolean }
  /** Before the given append from now on Harbormaster dies, and is started again. */
  | { readonly kind: 'crash' | 'act-fails'; readonly at: number }
  /** Before the given append from now on the engine starts the container again, which reads what is there then. */
  | { readonly kind: 'restarted-within'; readonly at: number }
  /** The same between two passes; or somebody removes it. */
  | { readonly kind: 'restarted' | 'removed' | 'rollback' }
  | { readonly kind: 'pass'; readonly seconds: number };

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('push'),
      content: fc.nat(3),
      color: fc.constantFrom(0, 0, 0, 1),
      isBad: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('crash', 'act-fails', 'restarted-within'),
      at: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('restarted', 'restarted', 'removed', 'rollback') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass'), seconds: fc.constantFrom(1, 60, 3600) }) },
) as fc.Arbitrary<Event>;

const modelOf = (color: number) => ({
  services: {
    web: {
      image: 'web:1',
      environment: { COLOR: `${color}` },
      volumes: [{ type: 'bind', source: '/scratch/app.conf', target: '/etc/app.conf' }],
    },
  },
});

/** A host whose one container knows what it has read of its file. */
async function worldOf(rule: OnChange) {
  const harbor = await testHarbor({ apps: [testApp({ onChange: { web: { '*': rule } } })], model: modelOf(0) });
  const { clock, engine, log, live, releases, source } = harbor;
  const read = new Map<string, string | undefined>();
  const state = { isDead: false, untilCrash: 0, untilActFails: 0, untilRestarted: 0 };
  const onDisk = () => releases.kept.get(live.held ?? '')?.mounts[0]?.object.id;
  const reads = (ids: readonly string[]) => {
    for (const id of ids) read.set(id, onDisk());
    engine.containers = engine.containers.map((one) => ({
      ...one,
      health: read.get(one.id)?.includes('bad') ? ('unhealthy' as const) : ('none' as const),
    }));
  };
  const starts = (ids: readonly string[]) => {
    for (const id of ids) engine.started.set(id, clock.now().getTime());
    reads(ids);
  };
  const unread = () => engine.containers.map(({ id }) => id).filter((id) => !read.has(id));
  for (const act of ['create', 'replace'] as const) {
    const made = engine[act].bind(engine);
    engine[act] = async (...given) => {
      await made(...given);
      starts(unread());
    };
  }
  const { restart, start, signal } = engine;
  engine.restart = async (ids) => {
    await restart.call(engine, ids);
    starts(ids);
  };
  engine.start = async (ids) => {
    await start.call(engine, ids);
    starts(ids);
  };
  engine.signal = async (containers, signals) => {
    await signal.call(engine, containers, signals);
    reads(containers.map(({ id }) => id));
  };
  engine.beforeAct = () => {
    if (state.untilActFails > 0 && --state.untilActFails === 0)
      throw new HarborError('the act failed', { code: 'engine-refused' });
  };
  const append = log.append.bind(log);
  log.append = async (body) => {
    if (state.untilCrash > 0 && --state.untilCrash === 0) state.isDead = true;
    if (state.isDead) throw new HarborError('killed', { code: 'log-unwritable' });
    if (state.untilRestarted > 0 && --state.untilRestarted === 0) {
      clock.advance(10);
      starts(engine.containers.map(({ id }) => id));
      clock.advance(10);
    }
    return append(body);
  };
  source.files['app.conf'] = 'content 0';

  const pass = async (trigger: 'interval' | 'request' = 'interval') => {
    const outcomes = await harbor.pass(trigger).catch(() => undefined);
    if (state.isDead) {
      state.isDead = false;
      await harbor.restart();
    }
    return outcomes;
  };
  const happens = async (event: Event): Promise<void> => {
    switch (event.kind) {
      case 'push': {
        harbor.push(modelOf(event.color));
        source.files['app.conf'] = `content ${event.content}${event.isBad ? ' bad' : ''}`;
        return;
      }
      case 'crash':
        state.untilCrash = event.at;
        return;
      case 'act-fails':
        state.untilActFails = event.at;
        return;
      case 'restarted-within':
        state.untilRestarted = event.at;
        return;
      case 'restarted':
        return starts(engine.containers.map(({ id }) => id));
      case 'removed':
        engine.containers = [];
        return;
      case 'rollback': {
        const request = { app: 'shop', to: undefined, reason: 'slow', hold: false };
        await harbor
          .harbor()
          .rollback(request, { kind: 'request' }, () => undefined)
          .catch(() => undefined);
        await pass();
        return;
      }
      case 'pass':
        harbor.clock.advance(event.seconds * 1000);
        await pass();
        return;
    }
  };
  /** Nothing goes wrong any more, and Git asks for this, which it may have asked for before. */
  const settle = async (content: string): Promise<void> => {
    Object.assign(state, { untilCrash: 0, untilActFails: 0, untilRestarted: 0 });
    harbor.push(modelOf(0));
    source.files['app.conf'] = content;
    for (let turn = 0; turn < 3; turn += 1) {
      harbor.clock.advance(3_600_000);
      await harbor.harbor().retry(['shop'], { kind: 'request' }, () => undefined);
    }
  };
  return { ...harbor, read, onDisk, happens, settle, pass };
}

async function endsWell(rule: OnChange, story: readonly Event[], last: number): Promise<void> {
  const world = await worldOf(rule);
  await world.pass();
  for (const event of story) await world.happens(event);
  await world.settle(`content ${last}`);
  expect(world.onDisk()).toBe(`id-content ${last}`);
  expect(world.engine.containers.map(({ id }) => world.read.get(id))).toEqual([`id-content ${last}`]);
  world.engine.performed.length = 0;
  await world.restart();
  expect(await world.pass()).toEqual([{ kind: 'unchanged' }]);
  expect(world.engine.performed).toEqual([]);
}

describe.each<[string, OnChange]>([
  ['signalled', { kind: 'signal', signal: 'HUP' }],
  ['restarted', { kind: 'restart' }],
  ['made anew', { kind: 'recreate' }],
])('a container that is %s', (_, rule) => {
  test('in the end has read what Git says, whatever happens, and is left alone then', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { maxLength: 14 }), fc.nat(3), (story, last) => endsWell(rule, story, last)),
      { numRuns: tries(100) },
    );
  });

  const neverCame: readonly Event[] = [
    { kind: 'crash', at: 3 },
    { kind: 'push', content: 1, color: 1, isBad: false },
    { kind: 'pass', seconds: 1 },
  ];

  test('has read what Git says also if it was started over the files of a release that never came', async () => {
    await endsWell(rule, [...neverCame, { kind: 'restarted' }], 0);
  });

  test.each([1, 2, 3, 4])('and if it is started just when they are taken back, before entry %i of that', async (at) => {
    const back: Event = { kind: 'push', content: 0, color: 0, isBad: false };
    await endsWell(rule, [...neverCame, back, { kind: 'restarted-within', at }, { kind: 'pass', seconds: 1 }], 0);
  });
});

test.each([
  ['does not tell when such a container was started', 'applied'],
  ['is gone when it is asked that', 'failed'],
] as const)('where the engine %s, only what is safe follows', async (_, kind) => {
  const world = await worldOf({ kind: 'recreate' });
  await world.pass();
  const before = world.engine.containers.map(({ id }) => id);
  await world.happens({ kind: 'crash', at: 3 });
  await world.happens({ kind: 'push', content: 1, color: 1, isBad: false });
  await world.pass();
  await world.happens({ kind: 'push', content: 0, color: 0, isBad: false });
  world.engine.lastStarts = async (ids) => {
    if (kind === 'failed') throw new HarborError('no answer', { code: 'engine-unreachable' });
    return ids.map((id) => ({ id, startedAt: undefined }));
  };
  expect(await world.pass()).toMatchObject([{ kind }]);
  expect(world.engine.containers).toHaveLength(1);
  // Made anew only where nobody could tell that it needs not.
  expect(world.engine.containers.some(({ id }) => before.includes(id))).toBe(kind === 'failed');
});
