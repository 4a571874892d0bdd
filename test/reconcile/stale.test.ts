import { expect, test } from 'vitest';
import { advance, emptyHistory, historyOf } from '../../src/core/history.ts';
import { eventOf } from '../../src/core/notable.ts';
import { HarborError } from '../../src/errors.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import { createFreshness } from '../../src/reconcile/freshness.ts';
import { isCompared, noteCompared } from '../../src/reconcile/note-compared.ts';
import type { Context } from '../../src/reconcile/pass.ts';
import { createStaleWatch } from '../../src/reconcile/stale-watch.ts';
import { revision, stamped } from '../core/entries.ts';
import { app } from '../support/builders.ts';

const hour = 3600_000;
const noon = Date.parse('2026-01-31T12:00:00.000Z');

/** A daemon of an hour's patience over one app, whose log outlives it. */
function rig() {
  const state = { elapsed: 0, away: 0, history: emptyHistory, isFull: false };
  const bodies: EntryBody[] = [];
  const told: unknown[] = [];
  const clock = {
    elapsed: () => state.elapsed,
    now: () => new Date(noon + state.away + state.elapsed),
  };
  const journal = {
    of: (name: string) => historyOf(state.history, name),
    async record(body: EntryBody) {
      if (state.isFull) throw new HarborError('the disk is full', { code: 'log-unwritable' });
      bodies.push(body);
      const entry = stamped(...bodies).at(-1) as Entry;
      const after = advance(state.history, entry);
      told.push(eventOf(state.history, after, entry));
      state.history = after;
      return entry;
    },
  };
  const warned: string[] = [];
  const start = (kept: Readonly<Record<string, string>> = {}) => {
    const freshness = createFreshness(clock, kept);
    const logger = { warn: (_: object, message: string) => void warned.push(message) };
    const apps = [app({ name: 'web', staleAfter: hour })];
    const look = createStaleWatch({ config: () => ({ apps }), journal, freshness, clock, logger });
    return {
      known: () => freshness.known(['web']),
      compare: () => noteCompared('web', { freshness, journal } as unknown as Context),
      async after(milliseconds: number) {
        state.elapsed += milliseconds;
        await look();
        await look();
      },
    };
  };
  return { state, bodies, told, warned, start };
}

test('an app that is not compared for too long is told once, and that it is again; and then anew', async () => {
  const host = rig();
  const daemon = host.start();
  await daemon.after(0);
  await daemon.compare();
  await daemon.after(hour);
  expect(host.bodies).toEqual([]);
  for (let times = 0; times < 5; times += 1) await daemon.after(hour);
  expect(host.bodies).toEqual([{ kind: 'stale', app: 'web', compared: '2026-01-31T12:00:00.000Z', limit: hour }]);
  await daemon.compare();
  await daemon.compare();
  await daemon.after(hour + 1);
  expect(host.told).toEqual(['stale', 'recovered', 'stale']);
  expect(host.bodies[1]).toEqual({ kind: 'recovered', app: 'web', after: 1, of: 'comparison' });
});

test('one that never was compared is told, too', async () => {
  const host = rig();
  const daemon = host.start();
  await daemon.after(0);
  await daemon.after(hour + 1);
  expect(host.bodies).toEqual([{ kind: 'stale', app: 'web', compared: undefined, limit: hour }]);
});

test('it goes on over a restart: the time before counts, what was told is not told again, and its end is', async () => {
  const host = rig();
  const first = host.start();
  await first.compare();
  await first.after(hour / 2);
  const second = host.start(first.known());
  await second.after(hour / 2);
  expect(host.told).toEqual([]);
  await second.after(1);
  expect(host.told).toEqual(['stale']);
  const third = host.start(second.known());
  await third.after(2 * hour);
  expect(host.told).toEqual(['stale']);
  await third.compare();
  expect(host.told).toEqual(['stale', 'recovered']);
});

test('a host that was off for days looks first, and tells nobody; one whose passes hang then tells it after a minute', async () => {
  const host = rig();
  const kept = { web: '2026-01-28T12:00:00.000Z' };
  const fine = host.start(kept);
  await fine.after(59_000);
  await fine.compare();
  await fine.after(2_000);
  expect(host.told).toEqual([]);
  const hangs = host.start(kept);
  await hangs.after(61_000);
  expect(host.told).toEqual(['stale']);
});

test('a wall clock that jumps makes nobody stale', async () => {
  const host = rig();
  const daemon = host.start();
  await daemon.compare();
  host.state.away = 30 * hour;
  await daemon.after(hour / 2);
  expect(host.told).toEqual([]);
});

test('what cannot be written is tried again, and complained of once', async () => {
  const host = rig();
  const daemon = host.start();
  await daemon.after(0);
  host.state.isFull = true;
  await daemon.after(2 * hour);
  await daemon.after(1);
  expect(host.warned).toHaveLength(1);
  host.state.isFull = false;
  await daemon.after(1);
  expect(host.told).toEqual(['stale']);
});

test('a release that was found, and a commit that is no good, are compared; what Git did not tell is not', () => {
  const error = new HarborError('x', { code: 'source-unreachable' });
  expect(isCompared({ kind: 'unknown', revision: revision(), error })).toBe(true);
  expect(isCompared({ kind: 'unknown', revision: undefined, error })).toBe(false);
  expect(isCompared(undefined)).toBe(false);
});
