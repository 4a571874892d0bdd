import { describe, expect, test } from 'vitest';
import { causesOf, outcomeSentence, sentenceOf } from '../../src/core/format-entry.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { ServiceRecord } from '../../src/model/service-record.ts';
import { hex } from '../support/builders.ts';

const stamp = {
  v: 1,
  seq: 7,
  at: '2026-11-20T10:00:00.000Z',
  host: 'host',
  instance: 'us',
  prev: hex(0),
} as const;
const entry = (body: EntryBody): Entry => ({ ...stamp, ...body });

const attempt = { app: 'shop', trigger: { kind: 'interval' }, revision: undefined } as const;
const failed: Outcome = {
  kind: 'failed',
  code: 'unhealthy',
  message: 'service web exited',
  hint: undefined,
  step: 'replace web',
};

const record = (service: string, change: ServiceRecord['change']): ServiceRecord => ({
  service,
  change,
  because: undefined,
  image: { from: undefined, to: undefined },
  digest: { from: undefined, to: undefined },
  imageId: undefined,
  containers: { before: [], after: [] },
  completed: false,
});

const started = {
  kind: 'started',
  ...attempt,
  project: 'shop',
  release: hex('a'),
  steps: [
    { kind: 'pull', services: ['web'], image: 'web:1' },
    { kind: 'create', services: [{ service: 'web', cause: { kind: 'new' } }] },
    { kind: 'await', services: ['web'], condition: 'healthy' },
    { kind: 'remove', services: [{ service: 'old', cause: { kind: 'not-declared' } }], containers: [] },
  ],
  verdicts: [],
  purpose: 'deploy',
} as const satisfies EntryBody;

const release = `a1b2c3d4e5f6${hex(0).slice(12)}`;
const ada = { kind: 'request', by: 'ada' } as const;
const claim = (name: string) => ({ id: name, name, key: name, digest: 'd' });
const claims = { containers: [claim('a'), claim('b')], networks: [claim('n')] };
const done = {
  kind: 'finished',
  ...attempt,
  intent: 6,
  release,
  outcome: { kind: 'applied' },
  services: [],
  duration: 1000,
} as const;

describe('every entry is one sentence', () => {
  test.each<[EntryBody, string]>([
    [
      { kind: 'opened', version: '0.1.0', snapshot: { apps: {}, forgotten: [] } },
      'the log was opened by Harbormaster 0.1.0',
    ],
    [started, 'started: 4 steps'],
    [
      { ...started, steps: started.steps.slice(0, 1), release: undefined, purpose: 'remove' },
      'started: 1 step to remove the app',
    ],
    [{ ...started, purpose: 'heal' }, 'started: 4 steps to heal what runs'],
    [{ ...started, purpose: 'restore', release }, 'started: 4 steps to restore release a1b2c3d4e5f6'],
    [{ ...started, purpose: 'adopt', reason: 'moved in' }, 'started: 4 steps to adopt what runs, because "moved in"'],
    [
      { ...started, purpose: 'rollback', release, reason: 'checkout is slow' },
      'started: 4 steps to roll back to a1b2c3d4e5f6, because "checkout is slow"',
    ],
    [
      { ...started, purpose: 'rollback', release, reason: 'checkout is slow', hold: true },
      'started: 4 steps to roll back to a1b2c3d4e5f6 and hold it there, because "checkout is slow"',
    ],
    [{ kind: 'step', app: 'shop', intent: 6, act: 'replace', title: 'replace web' }, 'step: replace web'],
    [
      {
        kind: 'finished',
        ...attempt,
        intent: 6,
        release: hex('a'),
        outcome: { kind: 'applied' },
        services: [record('web', 'replace'), record('db', 'none'), record('old', 'remove')],
        duration: 12_345,
        purpose: 'deploy',
      },
      'applied (replace web, remove old) in 12.3 s',
    ],
    [
      { ...done, outcome: failed, duration: 40, purpose: 'deploy' },
      'failed at "replace web": service web exited (after 0.0 s)',
    ],
    [{ ...done, purpose: 'heal', services: [record('web', 'mend')] }, 'healed (mend web) in 1.0 s'],
    [{ ...done, purpose: 'heal', outcome: failed }, 'heal failed at "replace web": service web exited (after 1.0 s)'],
    [{ ...done, purpose: 'restore' }, 'restored release a1b2c3d4e5f6 in 1.0 s'],
    [
      { ...done, purpose: 'restore', outcome: { kind: 'interrupted', step: undefined } },
      'restoring release a1b2c3d4e5f6 interrupted (after 1.0 s)',
    ],
    [{ ...done, purpose: 'rollback' }, 'rolled back to a1b2c3d4e5f6 in 1.0 s'],
    [
      { ...done, purpose: 'rollback', outcome: failed },
      'rollback to a1b2c3d4e5f6 failed at "replace web": service web exited (after 1.0 s)',
    ],
    [{ ...done, purpose: 'adopt' }, 'adopted in 1.0 s'],
    [{ ...done, purpose: 'remove', release: undefined }, 'removed in 1.0 s'],
    [
      { kind: 'refused', ...attempt, release: undefined, outcome: failed, verdicts: [] },
      'failed at "replace web": service web exited',
    ],
    [
      { kind: 'recovered', app: 'shop', after: 5, of: 'release' },
      'recovered: it is what Git declares again (the trouble was entry 5)',
    ],
    [
      { kind: 'recovered', app: 'shop', after: 5, of: 'drift' },
      'recovered: what was deployed runs again (the drift was entry 5)',
    ],
    [
      { kind: 'recovered', app: 'shop', after: 5, of: 'policy' },
      'recovered: the policy of this host has nothing against what runs any more (it had in entry 5)',
    ],
    [
      { kind: 'recovered', app: 'shop', after: 5, of: 'comparison' },
      'recovered: it is compared with Git again (it was not in entry 5)',
    ],
    [
      { kind: 'stale', app: 'shop', compared: '2026-01-31T14:03:00.000Z', limit: 3_600_000 },
      'not compared with Git since 2026-01-31 14:03 UTC, for more than 60 min',
    ],
    [{ kind: 'stale', app: 'shop', compared: undefined, limit: 90_000 }, 'never compared with Git, for more than 90 s'],
    [
      {
        kind: 'objected',
        app: 'shop',
        release: hex(1),
        verdicts: [
          { gate: 'ports', ruling: 'warn', service: 'web', reason: 'publishes 80', lift: 'policy.ports: [80]' },
          { gate: 'volumes', ruling: 'warn', service: undefined, reason: 'the volume x', lift: undefined },
        ],
        more: 3,
        fingerprint: 'f',
      },
      'what runs is against the policy of this host, and goes on: service web publishes 80 (to allow it: policy.ports: [80]); the volume x, and 3 more',
    ],
    [
      {
        kind: 'drifted',
        app: 'shop',
        release,
        state: 'reported',
        causes: ['web: found paused', 'db: x'],
        fingerprint: 'f',
      },
      'drifted, and left so: web: found paused; db: x',
    ],
    [
      { kind: 'drifted', app: 'shop', release, state: 'fought', causes: ['web: found paused'], fingerprint: 'f' },
      'drifted each time that it was corrected, and now left so: web: found paused',
    ],
    [
      { kind: 'held', app: 'shop', release, trigger: ada, reason: 'no changes before the sale' },
      'held at a1b2c3d4e5f6 by ada: no changes before the sale',
    ],
    [
      { kind: 'held', app: 'shop', release: undefined, trigger: { kind: 'interval' }, reason: 'it failed' },
      'held at nothing deployed: it failed',
    ],
    [{ kind: 'released', app: 'shop', trigger: ada, reason: undefined }, 'released from its hold by ada'],
    [
      { kind: 'released', app: 'shop', trigger: ada, reason: 'the sale is over' },
      'released from its hold by ada, because "the sale is over"',
    ],
    [
      { kind: 'suspended', of: 'app', app: 'shop', trigger: ada, reason: 'a look', until: '2026-11-21T18:00:00.000Z' },
      'suspended by ada until 2026-11-21 18:00:00 UTC: a look',
    ],
    [
      { kind: 'suspended', of: 'host', trigger: ada, reason: 'a move', until: undefined },
      'the whole host suspended by ada until somebody resumes it: a move',
    ],
    [
      { kind: 'resumed', of: 'host', trigger: { kind: 'interval' }, reason: 'its time was over' },
      'the whole host resumed, because "its time was over"',
    ],
    [{ kind: 'retried', app: 'shop', release, trigger: ada }, 'retry of release a1b2c3d4e5f6 asked for by ada'],
    [
      { kind: 'approved', app: 'shop', plan: '0123456789abcdef', release, trigger: ada, reason: 'tested' },
      'approved by ada: plan 0123456789ab to release a1b2c3d4e5f6, because "tested"',
    ],
    [
      { kind: 'rejected', app: 'shop', plan: '0123456789abcdef', release, trigger: ada, reason: undefined },
      'rejected by ada: plan 0123456789ab to release a1b2c3d4e5f6',
    ],
    [{ kind: 'retried', app: 'shop', release: undefined, trigger: ada }, 'retry asked for by ada'],
    [
      { kind: 'history-accepted', app: 'shop', trigger: ada, reason: 'a secret', from: 'c2', to: 'c1' },
      'another history accepted by ada: from commit c2 to c1, because "a secret"',
    ],
    [
      { kind: 'adopted', app: 'shop', project: 'old-shop', trigger: ada, reason: undefined, ...claims },
      'taken over by ada: 2 containers and 1 network of the project old-shop',
    ],
    [
      { kind: 'forgotten', app: 'shop', trigger: ada, reason: 'moves out', ...claims, networks: [] },
      'forgotten by ada: 2 containers stay, and are no longer ours, because "moves out"',
    ],
    [{ kind: 'repaired', offset: 1, length: 12, sha256: hex(1) }, 'repaired: 12 bytes of a torn write are covered'],
  ])('%j', (body, expected) => {
    expect(sentenceOf(entry(body))).toBe(expected);
  });
});

describe('every outcome is a sentence', () => {
  test.each<[Outcome, string]>([
    [{ kind: 'unchanged' }, 'unchanged'],
    [{ kind: 'applied' }, 'applied'],
    [
      {
        kind: 'blocked',
        reasons: [
          { code: 'denied', reason: 'one', lift: 'a line' },
          { code: 'held', reason: 'two', lift: 'x' },
        ],
      },
      'blocked: one; two',
    ],
    [{ ...failed, step: undefined }, 'failed: service web exited'],
    [{ kind: 'interrupted', step: 'create web' }, 'interrupted before "create web"'],
    [{ kind: 'interrupted', step: undefined }, 'interrupted'],
    [
      { kind: 'superseded', step: 'wait for web until healthy', by: release },
      'superseded by release a1b2c3d4e5f6 before "wait for web until healthy"',
    ],
    [{ kind: 'superseded', step: undefined, by: release }, 'superseded by release a1b2c3d4e5f6'],
  ])('%j', (outcome, expected) => {
    expect(outcomeSentence(outcome)).toBe(expected);
  });
});

test('the causes of an intent are one for each service that it touches', () => {
  const found = entry(started);
  expect(found.kind === 'started' && causesOf(found)).toEqual(['web: new', 'old: no longer declared']);
});
