import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import type { App } from '../../src/model/app.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { Window } from '../../src/model/window.ts';
import { misfortunes } from '../support/misfortunes.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';
import { tries } from '../support/tries.ts';

const hour = 3_600_000;

/** Each depends on the one before it. */
const names = ['db', 'api', 'shop'] as const;
type Name = (typeof names)[number];
const before = { db: undefined, api: 'db', shop: 'api' } as const satisfies Record<Name, Name | undefined>;
type Condition = App['dependsOn'][number]['condition'];

/** What can happen, in any order. */
type Event =
  | { readonly kind: 'commit'; readonly version: number; readonly isGood: boolean; readonly apps: readonly Name[] }
  | { readonly kind: 'pass'; readonly apps: readonly Name[] }
  /** `app` undefined: the host. */
  | { readonly kind: 'suspend' | 'resume'; readonly app: Name | undefined }
  | { readonly kind: 'hold' | 'release' | 'retry' | 'rollback' | 'kill'; readonly app: Name }
  | { readonly kind: 'windows'; readonly closed: readonly Name[] }
  | { readonly kind: 'crash' | 'log-fails' | 'act-fails'; readonly at: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'restart' };

const some = fc.subarray([...names], { minLength: 1 });
const one = fc.constantFrom(...names);
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('commit'),
      version: fc.nat(3),
      isGood: fc.constantFrom(true, true, false),
      apps: some,
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass'), apps: some }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('suspend', 'resume'), app: fc.constantFrom(...names, undefined) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('hold', 'release', 'retry', 'rollback', 'kill'), app: one }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('windows'), closed: fc.subarray([...names]) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('crash', 'crash', 'log-fails', 'act-fails'),
      at: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.constantFrom(1, 60, 3600) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' }) },
) as fc.Arbitrary<Event>;

const modelOf = (image: string) => ({ services: { web: { image } } });
const ada: Trigger = { kind: 'request', by: 'ada' };
const quiet = () => undefined;

async function worldOf(condition: Condition) {
  const appOf = (name: Name): App => {
    const needed = before[name];
    return testApp({
      name,
      project: name,
      path: name,
      dependsOn: needed === undefined ? [] : [{ app: needed, condition }],
    });
  };
  const shut = (closed: readonly Name[]): readonly Window[] =>
    closed.length === 0
      ? []
      : [
          {
            name: 'freeze',
            kind: 'deny',
            cron: '0 0 * * *',
            duration: 24 * hour,
            timeZone: 'UTC',
            apps: closed,
            blocks: ['deploy'],
            reason: undefined,
          },
        ];
  const harbor = await testHarbor({ apps: names.map(appOf), model: modelOf('good:0') });
  const { engine, log, source, clock } = harbor;
  source.files = Object.fromEntries(names.map((name) => [`${name}/compose.yaml`, '0']));
  engine.byImage = (image) => (image.startsWith('bad:') ? { health: 'unhealthy' } : {});
  const state = {
    closed: [] as readonly Name[],
    commits: 0,
  };
  const broken: string[] = [];
  /** What must hold whenever something begins. */
  const watch = (body: EntryBody): void => {
    if (body.kind !== 'started') return;
    const snapshot = foldHistory(log.written);
    const history = historyOf(snapshot, body.app);
    const isOver = (until: string | undefined) => until !== undefined && Date.parse(until) <= clock.now().getTime();
    for (const suspension of [snapshot.suspension, history?.suspension])
      if (suspension && !isOver(suspension.until)) broken.push(`${body.app}: ${body.purpose} while suspended`);
    if (body.purpose !== 'deploy' || history?.unfinished !== undefined) return;
    if (history?.hold) broken.push(`${body.app}: deployed while held`);
    if (state.closed.includes(body.app as Name)) broken.push(`${body.app}: deployed in a closed window`);
    const needed = before[body.app as Name];
    const other = needed && historyOf(snapshot, needed);
    if (needed && other?.deployed === undefined) broken.push(`${body.app}: deployed before ${needed}`);
  };
  const misfortune = misfortunes(harbor, { entry: watch });
  const { attempt } = misfortune;
  const commit = (image: string, apps: readonly Name[]): void => {
    const { files } = source;
    harbor.push(modelOf(image));
    state.commits += 1;
    const changed = apps.map((name) => [`${name}/compose.yaml`, `${state.commits}`]);
    source.files = { ...files, ...Object.fromEntries(changed) };
  };
  const close = (closed: readonly Name[]): void => {
    state.closed = closed;
    const windows = shut(closed);
    harbor.declare(
      names.map((name) => ({ ...appOf(name), windows: closed.includes(name) ? windows : [] })),
      windows,
    );
  };
  const pass = (apps: readonly Name[]) => attempt(() => harbor.harbor().pass(apps, { kind: 'interval' }, quiet));
  const happen = async (event: Event): Promise<void> => {
    const live = harbor.harbor();
    switch (event.kind) {
      case 'commit':
        return commit(`${event.isGood ? 'good' : 'bad'}:${event.version}`, event.apps);
      case 'pass':
        return pass(event.apps);
      case 'suspend': {
        const request = { app: event.app, reason: 'a freeze', until: '1h', forever: false };
        return attempt(() => live.suspend(request, ada));
      }
      case 'resume':
        return attempt(() => live.resume(event.app, undefined, ada));
      case 'hold':
        return attempt(() => live.hold(event.app, 'a freeze', ada));
      case 'release':
        return attempt(() => live.release(event.app, undefined, ada));
      case 'retry':
        return attempt(() => live.retry([event.app], ada, quiet));
      case 'rollback':
        return attempt(() =>
          live.rollback({ app: event.app, to: undefined, reason: 'it is slow', hold: false }, ada, quiet),
        );
      case 'kill':
        engine.containers = engine.containers.map((each) =>
          each.project === event.app ? { ...each, state: 'exited', exitCode: 137 } : each,
        );
        return;
      case 'windows':
        return close(event.closed);
      case 'crash':
      case 'log-fails':
      case 'act-fails':
        return misfortune.happen(event);
      case 'wait':
        return clock.advance(event.seconds * 1000);
      case 'restart':
        return harbor.restart();
    }
  };
  const calmDown = async (): Promise<void> => {
    misfortune.end();
    close([]);
    clock.advance(2 * hour);
    for (const name of names) await harbor.harbor().release(name, undefined, ada);
    commit('good:9', names);
    for (let round = 0; round < 4; round += 1) {
      await pass(names);
      clock.advance(2 * hour);
    }
  };
  const runs = () =>
    engine.containers.map(({ project, state: now, imageId }) => `${project} ${now} ${/good:\d|bad:\d/.exec(imageId)}`);
  return { ...harbor, broken, happen, calmDown, pass, runs };
}

test('apps that depend on each other, are held, suspended and kept back by windows, end well whatever fails, and none begins before it may', {
  timeout: 120_000,
}, async () => {
  const conditions = fc.constantFrom<Condition>('healthy', 'healthy', 'same-revision');
  await fc.assert(
    fc.asyncProperty(conditions, fc.array(events, { minLength: 1, maxLength: 30 }), async (condition, story) => {
      const world = await worldOf(condition);
      for (const event of story) await world.happen(event);
      expect(world.broken).toEqual([]);
      await world.calmDown();
      expect(world.broken).toEqual([]);
      expect(world.runs().toSorted()).toEqual(names.map((name) => `${name} running good:9`).toSorted());
      const { apps } = await world.status();
      for (const status of apps) expect(status).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
      const entries = world.log.written;
      const intents = entries.flatMap((entry) => (entry.kind === 'started' ? [entry.seq] : []));
      const outcomes = entries.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : []));
      expect(outcomes.toSorted((left, right) => left - right)).toEqual(intents);
      const written = entries.length;
      await world.restart();
      await world.pass(names);
      expect(entries.slice(written)).toEqual([]);
    }),
    { numRuns: tries(50) },
  );
});
