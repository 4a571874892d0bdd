import { describe, expect, test } from 'vitest';
import { causesOf, outcomeSentence, sentenceOf } from '../../src/core/format-entry.ts';
import type { Entry, EntryBody, ServiceRecord } from '../../src/model/entry.ts';
import type { Outcome } from '../../src/model/outcome.ts';
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
} as const satisfies EntryBody;

describe('every entry is one sentence', () => {
  test.each<[EntryBody, string]>([
    [{ kind: 'opened', version: '0.1.0', snapshot: { apps: {} } }, 'the log was opened by Harbormaster 0.1.0'],
    [started, 'started: 4 steps'],
    [{ ...started, steps: started.steps.slice(0, 1), release: undefined }, 'started: 1 step to remove the app'],
    [
      {
        kind: 'finished',
        ...attempt,
        intent: 6,
        release: hex('a'),
        outcome: { kind: 'applied' },
        services: [record('web', 'replace'), record('db', 'none'), record('old', 'remove')],
        duration: 12_345,
      },
      'applied (replace web, remove old) in 12.3 s',
    ],
    [
      { kind: 'finished', ...attempt, intent: 6, release: hex('a'), outcome: failed, services: [], duration: 40 },
      'failed at "replace web": service web exited (after 0.0 s)',
    ],
    [
      { kind: 'refused', ...attempt, release: undefined, outcome: failed, verdicts: [] },
      'failed at "replace web": service web exited',
    ],
    [
      { kind: 'recovered', app: 'shop', after: 5 },
      'recovered: it is what Git declares again (the trouble was entry 5)',
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
          { reason: 'one', lift: undefined },
          { reason: 'two', lift: 'x' },
        ],
      },
      'blocked: one; two',
    ],
    [{ ...failed, step: undefined }, 'failed: service web exited'],
    [{ kind: 'interrupted', step: 'create web' }, 'interrupted before "create web"'],
    [{ kind: 'interrupted', step: undefined }, 'interrupted'],
  ])('%j', (outcome, expected) => {
    expect(outcomeSentence(outcome)).toBe(expected);
  });
});

test('the causes of an intent are one for each service that it touches', () => {
  const found = entry(started);
  expect(found.kind === 'started' && causesOf(found)).toEqual(['web: new', 'old: no longer declared']);
});

test('what keeps the deployed release says so, and not that the newer one was applied', () => {
  const of = { ...attempt, release: hex(1), restores: true } as const;
  expect(sentenceOf(entry({ kind: 'started', ...of, project: 'shop', steps: [], verdicts: [] }))).toBe(
    'started: 0 steps to keep the deployed release',
  );
  const done = { kind: 'finished', ...of, intent: 6, services: [record('web', 'replace')], duration: 1000 } as const;
  expect(sentenceOf(entry({ ...done, outcome: { kind: 'applied' } }))).toBe(
    'restored the deployed release (replace web) in 1.0 s',
  );
  expect(sentenceOf(entry({ ...done, outcome: failed }))).toContain('service web exited');
});
