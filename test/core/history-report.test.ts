import { expect, test } from 'vitest';
import { type Attempt, historyReport } from '../../src/core/history-report.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { AppHistory, GoodRelease } from '../../src/model/history.ts';
import { finished, revision, started } from '../cli/builders.ts';

const good = (release: string, seq: number): GoodRelease => ({ release, commit: 'c', at: 'then', seq });

const history = (overrides: Partial<AppHistory> = {}): AppHistory => ({
  project: 'shop',
  desired: undefined,
  attempted: undefined,
  applied: undefined,
  deployed: undefined,
  good: [],
  open: undefined,
  unfinished: undefined,
  trouble: undefined,
  drift: undefined,
  heals: [],
  hold: undefined,
  quarantined: [],
  completed: [],
  adopted: { containers: [], networks: [] },
  ...overrides,
});

const log = (...bodies: readonly EntryBody[]): readonly Entry[] =>
  bodies.map((body, index) => ({
    v: 1,
    seq: index + 1,
    at: `2026-01-31T14:00:${String(index + 1).padStart(2, '0')}.000Z`,
    host: 'prod-1',
    instance: 'i',
    prev: '',
    ...body,
  }));

const attempts = (entries: readonly Entry[], of?: AppHistory): readonly Attempt[] =>
  historyReport('shop', entries, of)?.attempts ?? [];

const ada = { kind: 'request', by: 'ada' } as const;
const failure = {
  kind: 'failed',
  step: 'wait for web',
  code: 'unhealthy',
  message: 'web exited (1)',
  hint: undefined,
} as const;

test('an intent and its outcome are one line, told by the outcome and timed from the intent; its steps are none', () => {
  const step = { kind: 'step', app: 'shop', intent: 1, act: 'replace', title: 'replace web' } as const;
  expect(attempts(log(started(), step, finished({ intent: 1 })))).toEqual([
    {
      seq: 3,
      at: '2026-01-31T14:00:01.000Z',
      what: 'deploy',
      release: 'r'.repeat(64),
      commit: revision().commit,
      outcome: 'applied',
      details: ['"Serve with nginx 1.28"'],
      trigger: { kind: 'interval' },
      duration: 12_345,
      runs: false,
    },
  ]);
});

test('an intent without an outcome is open', () => {
  expect(attempts(log(started({ purpose: 'rollback', reason: 'too slow' })))).toMatchObject([
    { seq: 1, what: 'rollback', outcome: 'open', details: ['too slow'], duration: undefined },
  ]);
});

test('an outcome whose intent the log no longer has is told all the same', () => {
  expect(attempts(log(finished({ intent: 99, outcome: failure })))).toMatchObject([
    { seq: 1, at: '2026-01-31T14:00:01.000Z', details: ['at "wait for web": web exited (1)'] },
  ]);
});

test.each<[EntryBody, Partial<Attempt>]>([
  [
    {
      kind: 'refused',
      app: 'shop',
      trigger: { kind: 'interval' },
      revision: revision(),
      release: 'r',
      outcome: { kind: 'blocked', reasons: [{ code: 'denied', reason: 'web runs privileged', lift: 'a line' }] },
      verdicts: [],
    },
    { what: 'refused', outcome: 'blocked', release: 'r', details: ['web runs privileged'] },
  ],
  [
    finished({ intent: 9, outcome: { kind: 'superseded', step: 'wait for web', by: 'a1b2c3d4e5f6789' } }),
    { what: 'deploy', outcome: 'superseded', details: ['by release a1b2c3d4e5f6'] },
  ],
  [
    finished({ intent: 9, outcome: { kind: 'interrupted', step: 'replace web' } }),
    { outcome: 'interrupted', details: ['before "replace web"'] },
  ],
  [
    started({
      purpose: 'heal',
      steps: [{ kind: 'replace', services: [{ service: 'web', cause: { kind: 'missing' } }], containers: [] }],
    }),
    { what: 'heal', details: ['web: its container is gone'] },
  ],
  [
    { kind: 'drifted', app: 'shop', release: 'r', state: 'reported', causes: ['web: found paused'], fingerprint: 'f' },
    { what: 'drift', outcome: 'reported', release: 'r', details: ['web: found paused'] },
  ],
  [
    { kind: 'held', app: 'shop', release: 'r', trigger: ada, reason: 'the sale' },
    { what: 'hold', outcome: undefined, release: 'r', trigger: ada, details: ['the sale'] },
  ],
  [
    { kind: 'released', app: 'shop', trigger: ada, reason: undefined },
    { what: 'release', details: [] },
  ],
  [
    { kind: 'suspended', of: 'app', app: 'shop', trigger: ada, reason: 'a look', until: undefined },
    { what: 'suspend', trigger: ada, details: ['until somebody resumes it: a look'] },
  ],
  [
    { kind: 'resumed', of: 'app', app: 'shop', trigger: ada, reason: 'seen' },
    { what: 'resume', details: ['seen'] },
  ],
  [
    { kind: 'retried', app: 'shop', release: 'r', trigger: ada },
    { what: 'retry', release: 'r' },
  ],
  [
    { kind: 'history-accepted', app: 'shop', trigger: ada, reason: 'a secret', from: 'c2', to: 'c1' },
    { what: 'accept-history', commit: 'c1', details: ['a secret', 'from commit c2'] },
  ],
  [
    started({
      revision: {
        ...revision(),
        signer: { principal: 'ada@example.org', keyType: 'ED25519', fingerprint: 'SHA256:ada' },
      },
    }),
    { details: [expect.any(String), 'signed by ada@example.org with the ED25519 key SHA256:ada'] },
  ],
  [
    { kind: 'adopted', app: 'shop', project: 'shop', trigger: ada, reason: 'moves in', containers: [], networks: [] },
    { what: 'adopt', details: ['moves in', '0 containers'] },
  ],
  [
    { kind: 'forgotten', app: 'shop', trigger: ada, reason: undefined, containers: [], networks: [] },
    { what: 'forget', details: ['0 containers'] },
  ],
  [
    { kind: 'recovered', app: 'shop', after: 3, of: 'drift' },
    { what: 'recovered', details: ['from entry 3'] },
  ],
])('every attempt and every word of a person is a line: %j', (body, expected) => {
  expect(attempts(log(body))).toMatchObject([expected]);
});

test('the newest comes first, and other apps do not come at all', () => {
  const entries = log(started(), finished({ intent: 1 }), started({ app: 'blog' }), {
    kind: 'recovered',
    app: 'shop',
    after: 1,
    of: 'release',
  });
  expect(attempts(entries).map(({ seq }) => seq)).toEqual([4, 2]);
});

test('the newest success that brought what runs is marked, and nothing else', () => {
  const entries = log(
    finished({ release: 'old' }),
    finished({ release: 'new' }),
    finished({ release: 'old', purpose: 'rollback' }),
    finished({ release: 'old', purpose: 'heal', outcome: failure }),
    { kind: 'held', app: 'shop', release: 'old', trigger: ada, reason: 'x' },
  );
  const deployed = { ...good('old', 3), imageIds: {}, configured: {} };
  const runs = (of?: AppHistory) => attempts(entries, of).flatMap(({ seq, runs }) => (runs ? [seq] : []));
  expect(runs(history({ deployed, applied: 'old' }))).toEqual([3]);
  expect(runs(history({ deployed }))).toEqual([3]);
  expect(runs(history({ deployed, applied: 'new' }))).toEqual([2]);
  expect(runs()).toEqual([]);
});

test('one can go back to what was good and does not run, the newest first', () => {
  const of = history({
    applied: 'c',
    deployed: { ...good('c', 3), imageIds: {}, configured: {} },
    good: [good('a', 1), good('b', 2), good('c', 3)],
  });
  const report = historyReport('shop', log(finished()), of);
  expect(report?.good.map(({ release }) => release)).toEqual(['b', 'a']);
  expect(report?.running).toBe('c');
});

test('an app that no entry and no snapshot names is unknown', () => {
  expect(historyReport('shpo', log(finished()), undefined)).toBeUndefined();
  expect(historyReport('shop', [], history())).toMatchObject({ attempts: [] });
});

test('an approval and a rejection name the plan, and a deployment those who approved it', () => {
  const of = { app: 'shop', plan: '0123456789abcdef', release: 'r', trigger: ada } as const;
  const consent = { plan: of.plan, approvals: [{ by: 'bob', at: '', seq: 1 }] };
  const told = attempts(
    log(
      { kind: 'approved', ...of, reason: 'tested' },
      { kind: 'rejected', ...of, reason: undefined },
      started({ consent }),
      finished({ intent: 3 }),
    ),
  );
  expect(told.map(({ what, details }) => [what, ...details])).toEqual([
    ['deploy', 'approved by bob', '"Serve with nginx 1.28"'],
    ['rejection', 'plan 0123456789ab'],
    ['approval', 'plan 0123456789ab', 'tested'],
  ]);
});
