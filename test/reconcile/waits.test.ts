import { expect, test } from 'vitest';
import { advance, emptyHistory, historyOf } from '../../src/core/history.ts';
import type { AppDependency } from '../../src/model/app.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { PassReport } from '../../src/model/report.ts';
import { createWaits } from '../../src/reconcile/waits.ts';
import { stamped } from '../core/entries.ts';
import { app } from '../support/builders.ts';

const interval = { kind: 'interval' } as const;
const dependency = { kind: 'dependency' } as const;
const declared = (name: string, condition: AppDependency['condition'], ...needs: readonly string[]) =>
  app({ name, dependsOn: needs.map((each) => ({ app: each, condition })) });

function watched() {
  let snapshot = emptyHistory;
  const apps = [
    declared('shop', 'healthy', 'db'),
    declared('front', 'same-revision', 'api'),
    declared('api', 'same-revision', 'base'),
    app({ name: 'base' }),
    app({ name: 'db' }),
  ];
  const waits = createWaits(() => apps, { of: (name) => historyOf(snapshot, name) });
  return {
    waits,
    say: (body: EntryBody) => {
      for (const entry of stamped(body)) snapshot = advance(snapshot, entry);
    },
  };
}

const through = (name: string): PassReport => ({
  app: name,
  outcome: { kind: 'unchanged' },
  entry: undefined,
  revision: undefined,
});
const waiting = (name: string, ...whom: readonly string[]): PassReport => ({
  ...through(name),
  outcome: {
    kind: 'blocked',
    reasons: whom.map((each) => ({ code: 'waiting-for', reason: '', lift: 'a line', app: each })),
  },
});

test('who waits is looked at after each pass over what he waits for, and no longer once he is through', () => {
  const { waits } = watched();
  expect(waits.ended(waiting('shop', 'db'), interval)).toEqual([]);
  expect(waits.ended(through('db'), interval)).toEqual(['shop']);
  expect(waits.ended(through('other'), interval)).toEqual([]);
  expect(waits.ended(through('shop'), dependency)).toEqual([]);
  expect(waits.ended(through('db'), interval)).toEqual([]);
});

test('what must come to a commit first is looked at too, all the way down; but nobody chases anybody', () => {
  const { waits } = watched();
  expect(waits.ended(waiting('front', 'api'), interval)).toEqual(['api', 'base']);
  expect(waits.ended(waiting('api', 'base'), dependency)).toEqual(['front']);
  expect(waits.ended(through('base'), dependency)).toEqual(['api']);
  expect(waits.ended(waiting('front', 'api'), dependency)).toEqual([]);
});

test('what the log says of it is heard, whoever did it, once, and not while it is being done', () => {
  const { waits, say } = watched();
  waits.ended(waiting('shop', 'db'), interval);
  expect(waits.moved()).toEqual([]);
  const about = { app: 'db', trigger: { kind: 'request' }, release: undefined } as const;
  say({ ...about, kind: 'started', project: 'db', revision: undefined, steps: [], verdicts: [], purpose: 'deploy' });
  expect(waits.moved()).toEqual([]);
  say({
    ...about,
    kind: 'finished',
    intent: 1,
    revision: undefined,
    outcome: { kind: 'applied' },
    services: [],
    duration: 1,
    purpose: 'deploy',
  });
  expect(waits.moved()).toEqual(['shop']);
  expect(waits.moved()).toEqual([]);
});

test('a heal ends no waiting: only what runs was looked at', () => {
  const { waits } = watched();
  waits.ended(waiting('shop', 'db'), interval);
  waits.ended(through('shop'), { kind: 'engine-event' });
  expect(waits.ended(through('db'), { kind: 'engine-event' })).toEqual(['shop']);
});
