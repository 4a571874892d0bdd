import { describe, expect, test } from 'vitest';
import { advance, emptyHistory, foldHistory, historyOf } from '../../src/core/history.ts';
import { eventOf } from '../../src/core/notable.ts';
import { hostSuspension, isOver, suspendedIn, suspensionReasons, suspensionsOf } from '../../src/core/suspension.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { finished, opened, stamped, started } from './entries.ts';

const ada: Trigger = { kind: 'request', by: 'ada' };
const byItself: Trigger = { kind: 'interval' };
/** The entries are of ten o'clock. */
const at = (time: string): Date => new Date(`2026-11-20T${time}:00.000Z`);
const end = (time: string): string => at(time).toISOString();

const app = (until: string | undefined, reason = 'the database moves'): EntryBody => ({
  kind: 'suspended',
  of: 'app',
  app: 'web',
  trigger: ada,
  reason,
  until,
});
const host = (until: string | undefined, reason = 'the host moves'): EntryBody => ({
  kind: 'suspended',
  of: 'host',
  trigger: ada,
  reason,
  until,
});
const resumedApp = (trigger: Trigger = ada): EntryBody => ({
  kind: 'resumed',
  of: 'app',
  app: 'web',
  trigger,
  reason: undefined,
});
const resumedHost = (trigger: Trigger = ada): EntryBody => ({
  kind: 'resumed',
  of: 'host',
  trigger,
  reason: undefined,
});

const folded = (...bodies: readonly EntryBody[]) => foldHistory(stamped(...bodies));
const inForce = (bodies: readonly EntryBody[], time: string, name = 'web') =>
  suspensionsOf(folded(...bodies), name, at(time)).map(({ of, until }) => [of, until]);

describe('what suspends an app', () => {
  test('is nothing before anybody said so, and after it was lifted', () => {
    expect(inForce([started()], '11:00')).toEqual([]);
    expect(inForce([app(undefined), resumedApp()], '11:00')).toEqual([]);
    expect(inForce([host(undefined), resumedHost()], '11:00')).toEqual([]);
  });

  test('is its own suspension, until its time is over to the second', () => {
    expect(inForce([app(end('12:00'))], '11:59')).toEqual([['app', end('12:00')]]);
    expect(inForce([app(end('12:00'))], '12:00')).toEqual([]);
    expect(inForce([app(end('12:00'))], '11:59', 'other')).toEqual([]);
  });

  test('is that of the host, also for an app of which the log knows nothing', () => {
    expect(inForce([host(end('12:00'))], '11:59', 'new')).toEqual([['host', end('12:00')]]);
    expect(inForce([host(end('12:00'))], '11:59', 'constructor')).toEqual([['host', end('12:00')]]);
    expect(inForce([host(end('12:00'))], '12:00', 'new')).toEqual([]);
  });

  test('is the one that ends last before the other, and what never ends ends last', () => {
    expect(inForce([app(end('12:00')), host(end('13:00'))], '11:00').map(([of]) => of)).toEqual(['host', 'app']);
    expect(inForce([app(end('14:00')), host(end('13:00'))], '11:00').map(([of]) => of)).toEqual(['app', 'host']);
    expect(inForce([app(undefined), host(end('13:00'))], '11:00').map(([of]) => of)).toEqual(['app', 'host']);
    expect(inForce([app(end('12:00')), host(end('13:00'))], '12:30')).toEqual([['host', end('13:00')]]);
  });

  test('is lifted by what made it: neither ends the other', () => {
    expect(inForce([app(undefined), host(undefined), resumedHost()], '11:00')).toEqual([['app', undefined]]);
    expect(inForce([app(undefined), host(undefined), resumedApp()], '11:00')).toEqual([['host', undefined]]);
  });
});

describe('the record of a suspension', () => {
  test('is replaced by a newer one, longer or shorter, and keeps since when nothing acts', () => {
    const history = historyOf(folded(app(end('14:00')), app(end('12:00'), 'sooner')), 'web');
    expect(history?.suspension).toEqual({
      seq: 2,
      since: '2026-11-20T10:00:00.000Z',
      until: end('12:00'),
      by: 'ada',
      reason: 'sooner',
    });
  });

  test('begins anew where the one before was over', () => {
    const { suspension } = folded(host('2026-11-20T10:00:00.500Z'), host(end('12:00')));
    expect(suspension?.since).toBe('2026-11-20T10:00:01.000Z');
  });

  test('outlives deployments, and a new segment of the log', () => {
    const before = folded(app(undefined), host(end('12:00')), started(), finished({ intent: 3 }));
    expect(historyOf(before, 'web')?.suspension?.seq).toBe(1);
    const after = folded(opened(before.apps, before.forgotten, before.suspension));
    expect([historyOf(after, 'web')?.suspension?.seq, after.suspension?.seq]).toEqual([1, 2]);
    expect(foldHistory(stamped(opened()), before).suspension).toBeUndefined();
  });

  test('is found whether or not its time is over, so that its end can be written down', () => {
    const snapshot = folded(app(end('11:00')), host(end('12:00')));
    expect(suspendedIn(snapshot).map(({ of, record }) => [of, isOver(record, at('11:30'))])).toEqual([
      ['host', false],
      ['app', true],
    ]);
    expect(hostSuspension(snapshot, at('11:59'))?.seq).toBe(2);
    expect(hostSuspension(snapshot, at('12:00'))).toBeUndefined();
  });
});

test('a reason says who, until when and why, and names what lifts it', () => {
  const reasons = suspensionReasons(
    'web',
    suspensionsOf(folded(app(end('12:00')), host(undefined)), 'web', at('11:00')),
  );
  expect(reasons).toEqual([
    {
      code: 'suspended',
      reason: 'the whole host is suspended by ada until somebody resumes it: the host moves',
      lift: 'harbormaster resume --all',
    },
    {
      code: 'suspended',
      reason: 'suspended by ada until 2026-11-20 12:00:00 UTC: the database moves',
      lift: 'harbormaster resume web',
    },
  ]);
});

test('people are told that a suspension ended by itself, once, and not what they did', () => {
  const told: unknown[] = [];
  const bodies = [
    app(end('12:00')),
    resumedApp(byItself),
    host(undefined),
    resumedHost(),
    host('x'),
    resumedHost(byItself),
  ];
  stamped(...bodies).reduce((history, entry) => {
    const next = advance(history, entry);
    told.push(eventOf(history, next, entry));
    return next;
  }, emptyHistory);
  expect(told).toEqual([undefined, 'recovered', undefined, undefined, undefined, 'recovered']);
});
