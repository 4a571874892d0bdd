import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { isEntry } from '../../src/edges/deployment-log/entry-schema.ts';
import type { App } from '../../src/model/app.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { OnRemove } from '../../src/model/removal.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { container } from '../support/builders.ts';
import { misfortunes } from '../support/misfortunes.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';
import { tries } from '../support/tries.ts';

const hour = 3_600_000;

/** What becomes of an app once nobody declares it. `always` is declared all the time, and nothing happens to it. */
const ways = {
  always: { onRemove: 'down', grace: 0 },
  down: { onRemove: 'down', grace: 0 },
  grace: { onRemove: 'down', grace: hour },
  moving: { onRemove: 'down', grace: 0 },
  stop: { onRemove: 'stop', grace: 0 },
  orphan: { onRemove: 'orphan', grace: 0 },
} as const satisfies Record<string, { readonly onRemove: OnRemove; readonly grace: number }>;
type Name = keyof typeof ways;
const names = Object.keys(ways) as Name[];
const coming = names.filter((name) => name !== 'always');

/** What can happen, in any order. */
type Event =
  | { readonly kind: 'declare'; readonly apps: readonly Name[] }
  /** `moving` lives in another project from then on, or in its own again; `down` has another name. */
  | { readonly kind: 'move' | 'rename' | 'restart' | 'approve' }
  | { readonly kind: 'engine'; readonly isUp: boolean }
  | { readonly kind: 'harm'; readonly app: Name; readonly how: 'kill' | 'remove' }
  | { readonly kind: 'crash' | 'log-fails' | 'act-fails'; readonly at: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'apply' | 'adopt' | 'forget'; readonly app: Name }
  | { readonly kind: 'pass' };

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('declare'), apps: fc.subarray(coming) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('move', 'rename') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('restart', 'approve') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('engine'), isUp: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('harm'),
      app: fc.constantFrom(...coming),
      how: fc.constantFrom('kill', 'remove'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('crash', 'crash', 'log-fails', 'act-fails'),
      at: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.constantFrom(1, 60, 3600) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('apply', 'apply', 'adopt', 'forget'),
      app: fc.constantFrom(...coming),
    }),
  },
  { weight: 8, arbitrary: fc.constant({ kind: 'pass' }) },
) as fc.Arbitrary<Event>;

const model = { services: { web: { image: 'web:1' }, db: { image: 'db:1' } } };
const ada: Trigger = { kind: 'request', by: 'ada' };
const quiet = () => undefined;

const strangers = [
  container('web', { id: 'theirs', project: 'other', name: 'other-web-1', instance: undefined, app: undefined }),
  container('web', { id: 'another', project: 'twin', name: 'twin-web-1', instance: 'them', app: 'twin' }),
];

async function worldOf() {
  const state = {
    declared: [] as readonly Name[],
    isMoved: false,
    isRenamed: false,
  };
  /** Its name now: `down` may have got another one. */
  const nameOf = (name: Name): string => (name === 'down' && state.isRenamed ? 'renamed' : name);
  const projectOf = (name: Name): string => (name === 'moving' && state.isMoved ? 'elsewhere' : name);
  const appOf = (name: Name): App =>
    testApp({
      name: nameOf(name),
      project: projectOf(name),
      removal: ways[name],
      ...(name === 'down' && state.isRenamed && { formerly: ['down'] }),
    });
  const apps = () => names.filter((name) => name === 'always' || state.declared.includes(name)).map(appOf);
  const harbor = await testHarbor({ apps: apps(), model });
  const { engine, log, clock } = harbor;
  engine.containers = [...strangers];
  const broken: string[] = [];
  const misfortune = misfortunes(harbor, {
    act(act) {
      const history = foldHistory(log.written);
      if (Object.keys(history.apps).every((name) => historyOf(history, name)?.open === undefined))
        broken.push(`${act} without an intent`);
    },
    expected: ['app-unknown', 'project-foreign'],
  });
  const { attempt } = misfortune;
  const declare = () => {
    harbor.declare(apps());
    harbor.configure({ formerly: state.isRenamed && state.declared.includes('down') ? { renamed: ['down'] } : {} });
  };
  const pass = () =>
    attempt(() =>
      harbor.harbor().pass(
        harbor.declared().map(({ name }) => name),
        { kind: 'interval' },
        quiet,
      ),
    );
  const waiting = async () => {
    const { leaving = [] } = await harbor.status();
    return leaving
      .filter(({ blockedBy }) => blockedBy.some(({ code }) => code === 'removal-guard'))
      .map(({ app }) => app);
  };
  const approve = async () => {
    const all = await waiting();
    if (all.length > 0) await harbor.harbor().approveRemoval(all, 'in a test', ada, quiet);
  };
  const harmed = (one: ObservedContainer, how: 'kill' | 'remove'): readonly ObservedContainer[] =>
    how === 'remove' ? [] : [{ ...one, state: 'exited', exitCode: 137 }];
  const happen = async (event: Event): Promise<void> => {
    switch (event.kind) {
      case 'declare':
        state.declared = event.apps;
        return declare();
      case 'move':
        state.isMoved = !state.isMoved;
        return declare();
      case 'rename':
        state.isRenamed = true;
        return declare();
      case 'harm':
        engine.containers = engine.containers.flatMap((one) =>
          one.project === projectOf(event.app) && one.service === 'web' ? harmed(one, event.how) : [one],
        );
        return;
      case 'engine':
        engine.down = !event.isUp;
        return;
      case 'crash':
      case 'log-fails':
      case 'act-fails':
        return misfortune.happen(event);
      case 'restart':
        return harbor.restart();
      case 'wait':
        return clock.advance(event.seconds * 1000);
      case 'apply':
        return attempt(() => harbor.harbor().apply([nameOf(event.app)], ada, quiet));
      case 'adopt':
        return attempt(() =>
          harbor.harbor().adopt({ app: nameOf(event.app), from: undefined, reason: undefined }, ada, quiet),
        );
      case 'forget':
        return attempt(() => harbor.harbor().forget(nameOf(event.app), undefined, ada));
      case 'approve':
        return attempt(approve);
      case 'pass':
        return pass();
    }
  };
  const calmDown = async (): Promise<void> => {
    misfortune.end();
    engine.down = false;
    for (let round = 0; round < 4; round += 1) {
      await pass();
      await approve();
      // What was let go, and is declared again, is taken over only by a person's word.
      for (const { app, blockedBy } of (await harbor.status()).apps)
        if (blockedBy.some(({ code }) => code === 'project-foreign'))
          await harbor.harbor().adopt({ app, from: undefined, reason: undefined }, ada, quiet);
      clock.advance(2 * hour);
    }
  };
  const found = (project: string) =>
    engine.containers
      .filter((one) => one.project === project)
      .map(({ service, state: now }) => `${service} ${now}`)
      .toSorted();
  const ids = (project: string) => engine.containers.flatMap((one) => (one.project === project ? [one.id] : []));
  const isDeployed = (app: string) => historyOf(foldHistory(log.written), app)?.deployed !== undefined;
  return { ...harbor, state, broken, happen, calmDown, pass, found, ids, isDeployed, projectOf, nameOf };
}

test('whatever comes, leaves, moves and is renamed while things fail: in the end there is what is declared, and of the rest what was asked for', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 25 }), async (story) => {
      const world = await worldOf();
      let steady: readonly string[] | undefined;
      for (const event of story) {
        await world.happen(event);
        steady ??= world.isDeployed('always') ? world.ids('always') : undefined;
      }
      await world.calmDown();
      expect(world.ids('always')).toEqual(steady ?? world.ids('always'));
      expect(world.broken).toEqual([]);
      expect(world.engine.containers.filter(({ project }) => ['other', 'twin'].includes(project ?? ''))).toEqual(
        strangers,
      );
      const isForgotten = story.some(({ kind }) => kind === 'forget');
      if (!isForgotten) expect(world.found(world.state.isMoved ? 'moving' : 'elsewhere')).toEqual([]);
      const runs = ['db running', 'web running'];
      const status = await world.status();
      expect(status.leaving ?? []).toEqual([]);
      for (const name of names) {
        const there = world.found(world.projectOf(name));
        if (name === 'always' || world.state.declared.includes(name)) {
          expect({ name, there }).toEqual({ name, there: runs });
          expect(status.apps.find(({ app }) => app === world.nameOf(name))).toMatchObject({
            sync: { state: 'in-sync' },
            blockedBy: [],
          });
        } else if (ways[name].onRemove === 'stop' && !isForgotten) {
          expect(there.filter((one) => one.endsWith('running'))).toEqual([]);
        } else if (ways[name].onRemove === 'down' && !isForgotten) {
          expect({ name, there }).toEqual({ name, there: [] });
        }
      }
      const entries = world.log.written;
      expect(entries.every((entry) => isEntry({ ...entry, prev: '0'.repeat(64) }))).toBe(true);
      const intents = entries.flatMap((entry) => (entry.kind === 'started' ? [entry.seq] : []));
      const outcomes = entries.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : []));
      expect(outcomes.toSorted((left, right) => left - right)).toEqual(intents);
      const [acts, written] = [world.engine.performed.length, entries.length];
      await world.restart();
      await world.pass();
      expect(world.engine.performed.slice(acts)).toEqual([]);
      expect(entries.slice(written)).toEqual([]);
    }),
    { numRuns: tries(100) },
  );
});
