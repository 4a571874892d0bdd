import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldHistory } from '../../src/core/history.ts';
import type { App } from '../../src/model/app.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { misfortunes } from '../support/misfortunes.ts';
import { tries } from '../support/tries.ts';
import { harborWith, migrate, shop, tell, warmUp } from './hooks-rig.ts';

/** What can happen, in any order. */
type Event =
  | { readonly kind: 'push'; readonly version: number; readonly isBad: boolean }
  /** How the hooks end from now on; undefined: not by themselves. */
  | { readonly kind: 'hooks'; readonly exitCode: number | undefined }
  | { readonly kind: 'crash' | 'log-fails' | 'act-fails'; readonly at: number }
  | { readonly kind: 'pass' | 'retry' | 'rollback' | 'restart' | 'kill' }
  | { readonly kind: 'wait'; readonly seconds: number };

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('push'),
      version: fc.integer({ min: 1, max: 4 }),
      isBad: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hooks'), exitCode: fc.constantFrom(0, 0, 3, undefined) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('crash', 'crash', 'log-fails', 'act-fails'),
      at: fc.integer({ min: 1, max: 16 }),
    }),
  },
  { weight: 8, arbitrary: fc.constant({ kind: 'pass' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('retry', 'rollback', 'restart', 'kill') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.constantFrom(1, 60, 3600) }) },
) as fc.Arbitrary<Event>;

const ada: Trigger = { kind: 'request', by: 'ada' };
const quiet = () => undefined;

async function worldOf(onFailure: App['onFailure']) {
  const harbor = await harborWith([migrate, warmUp, tell], { onFailure });
  const { engine, clock } = harbor;
  const broken: string[] = [];
  const runsNow = () => {
    const history = harbor.history();
    return history?.hooks?.release === history?.open?.release ? (history?.hooks?.runs ?? []) : [];
  };
  /** A hook that passed is not run again by the operation that goes on. */
  const watch = (body: EntryBody): void => {
    if (body.kind !== 'hook-begun') return;
    const again = runsNow().some(({ service, end }) => service === body.service && end?.result === 'passed');
    if (again) broken.push(`${body.service} runs again, though it passed`);
  };
  const misfortune = misfortunes(harbor, {
    entry: watch,
    act(act) {
      const history = harbor.history();
      const isNew = history?.open?.purpose === 'deploy' && history.deployed?.release !== history.open.release;
      const migrated = runsNow().some(({ service, end }) => service === 'migrate' && end?.result === 'passed');
      if (isNew && !migrated && /^(create|replace) web/.test(act)) broken.push(`${act} before its migration`);
      const running = engine.containers.filter((one) => one.job !== undefined && one.state === 'running');
      if (running.length > 1) broken.push(`${running.length} hooks at once`);
    },
  });
  const { attempt } = misfortune;
  const hooksEnd = (exitCode: number | undefined): void => {
    engine.jobs = Object.fromEntries(['migrate', 'warm-up', 'tell'].map((service) => [service, { exitCode }]));
    if (exitCode === undefined) return;
    engine.containers = engine.containers.map((one) =>
      one.job !== undefined && one.state === 'running' ? { ...one, state: 'exited', exitCode } : one,
    );
  };
  const happen = async (event: Event): Promise<void> => {
    switch (event.kind) {
      case 'push':
        return harbor.push(shop(event.isBad ? 'bad' : event.version));
      case 'hooks':
        return hooksEnd(event.exitCode);
      case 'crash':
      case 'log-fails':
      case 'act-fails':
        return misfortune.happen(event);
      case 'pass':
        return attempt(() => harbor.pass());
      case 'retry':
        return attempt(() => harbor.harbor().retry(['shop'], ada, quiet));
      case 'rollback':
        return attempt(() =>
          harbor.harbor().rollback({ app: 'shop', to: undefined, reason: 'it is slow', hold: false }, ada, quiet),
        );
      case 'restart':
        return harbor.restart();
      case 'kill':
        engine.containers = engine.containers.map((one) =>
          one.service === 'web' ? { ...one, state: 'exited', exitCode: 137 } : one,
        );
        return;
      case 'wait':
        return clock.advance(event.seconds * 1000);
    }
  };
  const calmDown = async (): Promise<void> => {
    misfortune.end();
    hooksEnd(0);
    await harbor.pass();
    await harbor.harbor().release('shop', undefined, ada);
    harbor.push(shop(9));
    for (let round = 0; round < 3; round += 1) {
      clock.advance(3_600_000);
      await harbor.pass();
    }
  };
  return { ...harbor, broken, happen, calmDown };
}

test('whatever fails around hooks, none that passed is run again, nothing is replaced before its migration, and all ends well', {
  timeout: 120_000,
}, async () => {
  const policies = fc.constantFrom<App['onFailure']>('rollback', 'rollback', 'leave', 'hold');
  await fc.assert(
    fc.asyncProperty(policies, fc.array(events, { minLength: 1, maxLength: 25 }), async (onFailure, story) => {
      const world = await worldOf(onFailure);
      for (const event of story) await world.happen(event);
      await world.calmDown();
      expect(world.broken).toEqual([]);
      expect(world.web()).toEqual(['web:9']);
      expect(world.engine.containers.map(({ service, state }) => `${service} ${state}`)).toEqual(['web running']);
      const [status] = (await world.status()).apps;
      expect(status).toMatchObject({ sync: { state: 'in-sync' }, blockedBy: [] });
      const entries = world.log.written;
      const intents = entries.flatMap((entry) => (entry.kind === 'started' ? [entry.seq] : []));
      const outcomes = entries.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : []));
      expect(outcomes.toSorted((left, right) => left - right)).toEqual(intents);
      const begun = entries.flatMap((entry) => (entry.kind === 'hook-begun' ? [entry.container.id] : []));
      const over = entries.flatMap((entry) => (entry.kind === 'hook-ended' ? [entry.container] : []));
      expect(over.toSorted()).toEqual(begun.toSorted());
      expect(foldHistory(entries).apps['shop']?.open).toBeUndefined();
    }),
    { numRuns: tries(100) },
  );
});
