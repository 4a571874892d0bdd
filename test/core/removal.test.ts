import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldHistory } from '../../src/core/history.ts';
import { approvalLasts, dependentsFirst, dependentsOf, guard, usualRemoval } from '../../src/core/removal.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { RemovalApproval } from '../../src/model/removal.ts';
import { stamped } from './entries.ts';

const now = new Date('2026-11-20T12:00:00Z');
const approval = (...apps: readonly string[]): RemovalApproval => ({
  seq: 7,
  at: '2026-11-20T11:00:00.000Z',
  by: 'ada',
  apps,
  reason: 'moved',
});
const guarding = (names: readonly string[], more: Partial<Parameters<typeof guard>[0]> = {}) => [
  ...guard({ names, away: false, limit: 1, approval: undefined, waited: () => false, now, ...more }).keys(),
];

describe('the guard', () => {
  test('lets as many go as may go without a person', () => {
    expect(guarding(['a'])).toEqual([]);
    expect(guarding(['b', 'a'])).toEqual(['a', 'b']);
    expect(guarding(['a'], { limit: 0 })).toEqual(['a']);
  });

  test('says how many, which, and the very command', () => {
    expect(
      guard({ names: ['b', 'a', 'b'], away: false, limit: 1, approval: undefined, waited: () => false, now }).get('a'),
    ).toEqual({
      code: 'removal-guard',
      reason:
        '2 apps left the configuration at once (a, b), more than config.removal_guard (1) lets go without a person',
      lift: 'harbormaster approve-removal a b --reason "…"',
    });
  });

  test('an approval is for that set, also when some of it is gone, and not for one more', () => {
    expect(guarding(['a', 'b'], { approval: approval('a', 'b') })).toEqual([]);
    expect(guarding(['b', 'c'], { approval: approval('a', 'b', 'c') })).toEqual([]);
    expect(guarding(['a', 'b', 'c'], { approval: approval('a', 'b') })).toEqual(['a', 'b', 'c']);
  });

  test('an approval counts for a day', () => {
    const later = new Date(Date.parse(approval().at) + approvalLasts);
    expect(guarding(['a', 'b'], { approval: approval('a', 'b'), now: later })).toEqual(['a', 'b']);
  });

  test('who waited for a person waits on when the others are back', () => {
    expect(guarding(['a'], { waited: (name) => name === 'a' })).toEqual(['a']);
  });
});

describe('what the log remembers of an approval', () => {
  const trigger = { kind: 'request', by: 'ada' } as const;
  const approved: EntryBody = { kind: 'removal-approved', apps: ['a', 'b'], trigger, reason: 'moved' };
  const leftAfter = (...bodies: readonly EntryBody[]) => foldHistory(stamped(approved, ...bodies)).removals;
  const about = { app: 'a', trigger, revision: undefined, release: undefined } as const;
  const gone: readonly EntryBody[] = [
    { ...about, kind: 'started', project: 'a', steps: [], verdicts: [], purpose: 'remove' },
    {
      ...about,
      kind: 'finished',
      intent: 2,
      outcome: { kind: 'applied' },
      services: [],
      duration: 1,
      purpose: 'remove',
    },
  ];

  test('is who, when, why and which apps, and nobody’s word is none', () => {
    expect(leftAfter()).toMatchObject({ seq: 1, by: 'ada', apps: ['a', 'b'], reason: 'moved' });
    expect(foldHistory(stamped({ ...approved, trigger: { kind: 'request' } })).removals).toBeUndefined();
  });

  test('is used up name by name', () => {
    expect(leftAfter(...gone)?.apps).toEqual(['b']);
    expect(
      leftAfter(...gone, { kind: 'forgotten', app: 'b', trigger, reason: undefined, containers: [], networks: [] }),
    ).toBeUndefined();
  });

  test('is void as soon as one of them is back', () => {
    expect(leftAfter({ kind: 'returned', app: 'b', trigger })).toBeUndefined();
    expect(leftAfter({ kind: 'recovered', app: 'b', after: 1, of: 'release' })).toBeUndefined();
    expect(leftAfter({ kind: 'returned', app: 'c', trigger })).toBeDefined();
  });

  test('what is gone is remembered by project, until the app is deployed there again', () => {
    const snapshot = foldHistory(stamped(...gone));
    expect(snapshot.apps).toEqual({});
    expect(snapshot.gone).toMatchObject([{ app: 'a', project: 'a', how: 'removed' }]);
    const deployed: EntryBody = { ...about, kind: 'started', project: 'a', steps: [], verdicts: [], purpose: 'deploy' };
    expect(foldHistory(stamped(...gone, deployed)).gone).toEqual([]);
    expect(foldHistory(stamped(...gone, { ...deployed, project: 'elsewhere' })).gone).toHaveLength(1);
  });
});

describe('the order of removal', () => {
  const leaving = (edges: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(edges).map(([app, dependsOn]) => ({ app, policy: { ...usualRemoval, dependsOn } }));

  test('dependents go before what they depended on', () => {
    const ordered = dependentsFirst(leaving({ db: [], cache: ['db'], shop: ['cache', 'db'], other: [] }));
    expect(ordered.map(({ app }) => app)).toEqual(['shop', 'cache', 'db', 'other']);
  });

  test('everybody goes, once, and in a set without circles nobody before his dependents', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const graphs = fc.array(fc.array(fc.constantFrom(...names)), { minLength: names.length, maxLength: names.length });
    fc.assert(
      fc.property(graphs, fc.boolean(), (edges, acyclic) => {
        const all = leaving(
          Object.fromEntries(
            names.map((name, at) => [name, (edges[at] ?? []).filter((to) => !acyclic || names.indexOf(to) > at)]),
          ),
        );
        const ordered = dependentsFirst(all);
        expect(ordered.map(({ app }) => app).sort()).toEqual(names);
        if (!acyclic) return;
        for (const [at, one] of ordered.entries()) expect(dependentsOf(one, ordered.slice(at))).toEqual([]);
      }),
    );
  });
});
