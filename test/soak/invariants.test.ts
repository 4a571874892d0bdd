import { expect, test } from 'vitest';
import type { Entry } from '../../src/model/entry.ts';
import { crashLabel } from './apps.ts';
import { type Record, violations } from './invariants.ts';
import type { Happening } from './witness.ts';

const second = 1000;
const begin = Date.parse('2026-01-01T00:00:00Z');
const entry = (seq: number, after: number, body: object) =>
  ({ v: 1, seq, at: new Date(begin + after).toISOString(), app: 'p-web', ...body }) as unknown as Entry;
const intent = (seq: number, after: number, body: object = {}) =>
  entry(seq, after, {
    kind: 'started',
    project: 'p-web',
    purpose: 'deploy',
    trigger: { kind: 'interval' },
    steps: [],
    ...body,
  });
const outcome = (seq: number, after: number, of: number, body: object = {}) =>
  entry(seq, after, {
    kind: 'finished',
    intent: of,
    purpose: 'deploy',
    trigger: { kind: 'interval' },
    outcome: { kind: 'applied' },
    services: [],
    ...body,
  });
const happening = (after: number, action: string, more: Partial<Happening> = {}): Happening => ({
  at: begin + after,
  type: 'container',
  action,
  id: 'ours',
  project: 'p-web',
  name: 'p-web-web-1',
  labels: {},
  ...more,
});
const record = (more: Partial<Record>): Record => ({
  entries: [intent(1, 0), outcome(2, second, 1)],
  happenings: [],
  own: [],
  foreign: new Set(['theirs']),
  apps: ['p-web'],
  ...more,
});

test('what is changed between an intent and its outcome is explained', () => {
  expect(violations(record({ happenings: [happening(500, 'create'), happening(900, 'start')] }))).toEqual([]);
});

test('what is changed outside of one is told, unless the soak did it, or the engine by itself', () => {
  const late = happening(5 * second, 'stop');
  expect(violations(record({ happenings: [late] }))).toEqual([expect.stringContaining('stop of p-web-web-1')]);
  const own = [{ id: 'ours', from: late.at - 10, to: late.at, actions: ['kill', 'stop'] }];
  expect(violations(record({ happenings: [late], own }))).toEqual([]);
  expect(violations(record({ happenings: [happening(5 * second, 'start')], own }))).toHaveLength(1);
  const crashing = { labels: { [crashLabel]: 'yes' } };
  expect(violations(record({ happenings: [happening(5 * second, 'start', crashing)] }))).toEqual([]);
});

test('a network that goes without an intent is told; a container that ends leaves its networks by itself', () => {
  const gone = happening(5 * second, 'destroy', {
    type: 'network',
    id: 'n',
    project: undefined,
    name: 'p-web_default',
  });
  expect(violations(record({ happenings: [gone] }))).toHaveLength(1);
  const left = happening(5 * second, 'disconnect', { type: 'network', name: 'p-web_default' });
  expect(violations(record({ happenings: [left] }))).toHaveLength(1);
  expect(violations(record({ happenings: [happening(5 * second, 'die'), left] }))).toEqual([]);
});

test('whatever happens to a foreign container is told', () => {
  const theirs = happening(500, 'stop', { id: 'theirs', project: 'p-web-neighbour' });
  expect(violations(record({ happenings: [theirs] }))).toEqual([expect.stringContaining('foreign')]);
});

test('an intent has one outcome, no fewer and no more', () => {
  expect(violations(record({ entries: [intent(1, 0)] }))).toEqual([expect.stringContaining('has 0 outcomes')]);
  const twice = [intent(1, 0), outcome(2, second, 1), outcome(3, second, 1)];
  expect(violations(record({ entries: twice }))).toEqual([expect.stringContaining('has 2 outcomes')]);
});

test('a release that failed is deployed again only where a person asked', () => {
  const bad = { release: 'bad', outcome: { kind: 'failed', code: 'unhealthy', message: 'no', step: 'await' } };
  const failed = [intent(1, 0, bad), outcome(2, second, 1, bad)];
  const again = (trigger: string) => [
    ...failed,
    intent(3, 2 * second, { ...bad, trigger: { kind: trigger } }),
    outcome(4, 3 * second, 3, bad),
  ];
  expect(violations(record({ entries: again('interval') }))).toEqual([expect.stringContaining('quarantined')]);
  expect(violations(record({ entries: again('request') }))).toEqual([]);
});
