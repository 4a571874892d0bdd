import { expect, test } from 'vitest';
import { advance, emptyHistory } from '../../src/core/history.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import { createLiftWatch } from '../../src/reconcile/lift-watch.ts';
import { stamped } from '../core/entries.ts';

const trigger = { kind: 'request' } as const;
const until = '2026-11-20T12:00:00.000Z';
const suspendedApp: EntryBody = { kind: 'suspended', of: 'app', app: 'shop', trigger, reason: 'r', until };
const suspendedHost: EntryBody = { kind: 'suspended', of: 'host', trigger, reason: 'r', until };

function watched() {
  let snapshot = emptyHistory;
  let now = new Date('2026-11-20T11:00:00Z');
  const lifted = createLiftWatch({ all: () => snapshot }, { now: () => now });
  return {
    lifted,
    say: (body: EntryBody) => {
      for (const entry of stamped(body)) snapshot = advance(snapshot, entry);
    },
    at: (time: string) => {
      now = new Date(time);
    },
  };
}

test('what a person resumed is told once', () => {
  const { lifted, say } = watched();
  say(suspendedApp);
  expect(lifted()).toEqual([]);
  say({ kind: 'resumed', of: 'app', app: 'shop', trigger, reason: undefined });
  expect(lifted()).toEqual(['shop']);
  expect(lifted()).toEqual([]);
});

test('what is over by itself is told once, and not again when that is written down', () => {
  const { lifted, say, at } = watched();
  say(suspendedApp);
  expect(lifted()).toEqual([]);
  at(until);
  expect(lifted()).toEqual(['shop']);
  expect(lifted()).toEqual([]);
  say({ kind: 'resumed', of: 'app', app: 'shop', trigger, reason: undefined });
  expect(lifted()).toEqual([]);
});

test('the end of the host is the end for all, and a longer end is none', () => {
  const { lifted, say, at } = watched();
  say(suspendedHost);
  lifted();
  say({ ...suspendedHost, until: '2026-11-20T13:00:00.000Z' });
  at(until);
  expect(lifted()).toEqual([]);
  at('2026-11-20T13:00:00.000Z');
  expect(lifted()).toBe('all');
});
