import { describe, expect, test } from 'vitest';
import { type Agreement, approvalBlock, isAuthor, isSamePerson, planDigest, ruling } from '../../src/core/approval.ts';
import type { Decision } from '../../src/model/approval.ts';
import type { Step } from '../../src/model/plan.ts';
import { app, hex, revision } from '../support/builders.ts';

const replace: Step = {
  kind: 'replace',
  services: [{ service: 'web', cause: { kind: 'image', from: 'web:1', to: 'web:2' } }],
  containers: [{ id: 'c1', name: 'shop-web-1' }],
};
const plan = (steps: readonly Step[] = [replace]) => ({ app: 'shop', project: 'shop', release: hex('b'), steps });
const agreement = (more: Partial<Agreement> = {}): Agreement => ({
  app: app(),
  from: hex('a'),
  revision: revision(),
  plan: plan(),
  verdicts: [],
  ...more,
});

describe('the digest of a plan', () => {
  const digest = planDigest(agreement());

  test.each<[string, Partial<Agreement>]>([
    ['another commit', { revision: revision({ commit: '2'.repeat(40) }) }],
    ['another repository', { revision: revision({ repository: 'https://elsewhere.example/shop.git' }) }],
    ['another release', { plan: { ...plan(), release: hex('c') } }],
    ['another deployed release', { from: hex('c') }],
    ['a first deployment', { from: undefined }],
    ['another policy', { app: app({ approval: { ...app().approval, approvals: 2 } }) }],
    ['another app', { app: app({ name: 'blog' }) }],
    ['one more step', { plan: plan([replace, { kind: 'await', services: ['web'], condition: 'healthy' }]) }],
    ['another order', { plan: plan([{ kind: 'files', paths: ['a'] }, replace].toReversed() as Step[]) }],
    [
      'another cause',
      {
        plan: plan([{ ...replace, services: [{ service: 'web', cause: { kind: 'stopped', found: 'exited (137)' } }] }]),
      },
    ],
    ['another container', { plan: plan([{ ...replace, containers: [{ id: 'c1', name: 'shop-web-2' }] }]) }],
    [
      'an objection',
      { verdicts: [{ gate: 'mutable-tags', ruling: 'warn', service: 'web', reason: 'it moves', lift: undefined }] },
    ],
  ])('is another one for %s', (_, more) => {
    expect(planDigest(agreement(more))).not.toBe(digest);
  });

  test.each<[string, Partial<Agreement>]>([
    [
      'a container that was healed under its own name',
      { plan: plan([{ ...replace, containers: [{ id: 'c9', name: 'shop-web-1' }] }]) },
    ],
    ['an image that has to be pulled', { plan: plan([{ kind: 'pull', services: ['web'], image: 'web:2' }, replace]) }],
    [
      'a gate that says nothing against it',
      { verdicts: [{ gate: 'x', ruling: 'allow', service: 'web', reason: 'fine', lift: undefined }] },
    ],
  ])('is the same for %s', (_, more) => {
    expect(planDigest(agreement(more))).toBe(digest);
  });
});

const minute = 60_000;
const start = Date.parse('2026-11-20T10:00:00.000Z');
/** `approved('bob', 3)`: after three minutes, in that order. */
const decision =
  (kind: Decision['kind']) =>
  (by: string, minutes: number, of = 'p1'): Decision => ({
    kind,
    seq: minutes,
    at: new Date(start + minutes * minute).toISOString(),
    by,
    plan: of,
    release: hex('b'),
    reason: kind === 'rejected' ? 'not now' : undefined,
  });
const approved = decision('approved');
const rejected = decision('rejected');
const ada = { name: 'Ada Lovelace', email: 'ada@example.org', at: '' };

const heard = (
  decisions: readonly Decision[],
  more: { approvals?: number; notByAuthor?: boolean; after?: number } = {},
) =>
  ruling({
    decisions,
    plan: 'p1',
    policy: { approvals: more.approvals ?? 1, notByAuthor: more.notByAuthor ?? true, expiresAfter: 60 * minute },
    authors: [ada],
    now: start + (more.after ?? 10) * minute,
  });
const by = (...names: string[]) => names.map((name) => expect.objectContaining({ by: name }) as unknown);

describe('what people say of a plan', () => {
  test('is awaited until so many have approved it', () => {
    expect(heard([])).toEqual({ kind: 'waits', have: [], need: 1 });
    expect(heard([approved('bob', 1)])).toMatchObject({ kind: 'approved', approvals: by('bob') });
    expect(heard([approved('bob', 1)], { approvals: 2 })).toMatchObject({ kind: 'waits', have: by('bob'), need: 2 });
    expect(heard([approved('bob', 1), approved('eve', 2)], { approvals: 2 })).toMatchObject({ kind: 'approved' });
  });

  test('counts once for each person, whatever case and behind sudo', () => {
    expect(heard([approved('bob', 1), approved('Bob', 2), approved('bob (sudo)', 3)], { approvals: 2 })).toMatchObject({
      kind: 'waits',
      have: by('bob (sudo)'),
    });
  });

  test('says nothing of another plan', () => {
    expect(heard([approved('bob', 1, 'p2'), rejected('bob', 2, 'p2')])).toMatchObject({ kind: 'waits', have: [] });
  });

  test('does not count from who made the commit, unless that is allowed', () => {
    expect(heard([approved('ada', 1)])).toMatchObject({ kind: 'waits', have: [] });
    expect(heard([approved('ada', 1)], { notByAuthor: false })).toMatchObject({ kind: 'approved' });
  });

  test('expires', () => {
    expect(heard([approved('bob', 1)], { after: 60.9 })).toMatchObject({ kind: 'approved' });
    expect(heard([approved('bob', 1)], { after: 61 })).toEqual({ kind: 'expired', have: [], need: 1 });
    expect(heard([approved('bob', 1), approved('bob', 30)], { after: 61 })).toMatchObject({ kind: 'approved' });
    expect(heard([approved('bob', 1), approved('eve', 30)], { approvals: 2, after: 61 })).toMatchObject({
      kind: 'expired',
      have: by('eve'),
    });
  });

  test('is a rejection until somebody else approves it afterwards, as often as is needed', () => {
    expect(heard([approved('eve', 1), rejected('bob', 2)])).toEqual({ kind: 'rejected', by: 'bob', reason: 'not now' });
    expect(heard([rejected('bob', 2), approved('bob', 3)])).toMatchObject({ kind: 'rejected' });
    expect(heard([rejected('bob', 2), approved('eve', 3)])).toMatchObject({ kind: 'approved' });
    expect(heard([approved('tim', 1), rejected('bob', 2), approved('eve', 3)], { approvals: 2 })).toMatchObject({
      kind: 'waits',
      have: by('eve'),
    });
  });
});

test.each([
  ['ada', true],
  ['ADA', true],
  ['ada (sudo)', true],
  ['ada lovelace', true],
  ['ada@example.org', true],
  ['adam', false],
  ['', false],
])('the commit is by %j: %s', (user, expected) => {
  expect(isAuthor(user, [ada])).toBe(expected);
});

test('addresses that forges and people extend are seen through', () => {
  expect(isAuthor('bob', [{ name: 'B', email: '12345+bob@users.noreply.example.com', at: '' }])).toBe(true);
  expect(isAuthor('bob', [{ name: 'B', email: 'bob+work@example.com', at: '' }])).toBe(true);
  expect(isAuthor('', [{ name: '', email: '@', at: '' }])).toBe(false);
});

test.each([
  [{ kind: 'waits', have: [], need: 1 }, 'approval', 'release bbbb waits for approval of plan 0123'],
  [
    { kind: 'waits', have: [{ by: 'bob', at: '', seq: 1 }], need: 2 },
    'approval',
    'release bbbb waits for 1 of 2 approvals of plan 0123 (so far by bob)',
  ],
  [
    { kind: 'expired', have: [], need: 1 },
    'approval',
    'release bbbb waits for approval of plan 0123: it was approved, but that has expired',
  ],
  [
    { kind: 'rejected', by: 'bob', reason: 'not now' },
    'rejected',
    'plan 0123 of release bbbb was rejected by bob: not now',
  ],
] as const)('%j is told', (ruled, code, reason) => {
  expect(approvalBlock({ app: 'shop', release: 'bbbb', plan: '0123' }, ruled)).toEqual({
    code,
    reason,
    lift: 'harbormaster approve shop --plan 0123',
    plan: '0123',
  });
});

test('who approves by a token is the person whose name the token has', () => {
  expect(isSamePerson('token ada', 'ada (as root)')).toBe(true);
  expect(isSamePerson('token ada', 'token bob')).toBe(false);
  expect(isAuthor('token ada@example.org', [{ name: 'Ada', email: 'ada@example.org', at: '' }])).toBe(true);
});
