import { describe, expect, test } from 'vitest';
import { parseMoment, selectEntries } from '../../src/core/log-query.ts';
import { failed, finished, opened, refused, stamped, started } from './entries.ts';

describe('a query', () => {
  const entries = stamped(opened(), started(), finished(), refused(failed(), { app: 'db' }), finished({ app: 'db' }));
  const seqs = (query: Parameters<typeof selectEntries>[1]) => selectEntries(entries, query).map(({ seq }) => seq);

  test('that asks for nothing gets all', () => {
    expect(seqs({})).toEqual([1, 2, 3, 4, 5]);
    expect(seqs({ apps: [] })).toEqual([1, 2, 3, 4, 5]);
  });

  test('selects by app, outcome, time and sequence number', () => {
    expect(seqs({ apps: ['db'] })).toEqual([4, 5]);
    expect(seqs({ outcomes: ['applied'] })).toEqual([3, 5]);
    expect(seqs({ outcomes: ['failed', 'blocked'], apps: ['db', 'web'] })).toEqual([4]);
    expect(seqs({ since: new Date('2026-11-20T10:00:01.000Z'), until: new Date('2026-11-20T10:00:02.000Z') })).toEqual([
      2, 3,
    ]);
    expect(seqs({ after: 3 })).toEqual([4, 5]);
    expect(seqs({ kinds: ['refused', 'opened'] })).toEqual([1, 4]);
  });

  test('leaves out the single steps only where it says so, and never those that it asks for', () => {
    const step = { kind: 'step', app: 'web', intent: 1, act: 'replace', title: 'replace web' } as const;
    const withStep = stamped(started(), step, finished());
    const found = (query: Parameters<typeof selectEntries>[1]) => selectEntries(withStep, query).map(({ seq }) => seq);
    expect(found({})).toEqual([1, 2, 3]);
    expect(found({ steps: false })).toEqual([1, 3]);
    expect(found({ steps: false, kinds: ['step'] })).toEqual([2]);
  });
});

test('a moment is given as an age or as a date', () => {
  const now = new Date('2026-11-20T10:00:00.000Z');
  expect(parseMoment('2h', now)?.toISOString()).toBe('2026-11-20T08:00:00.000Z');
  expect(parseMoment('7d', now)?.toISOString()).toBe('2026-11-13T10:00:00.000Z');
  expect(parseMoment('2026-11-01', now)?.toISOString()).toBe('2026-11-01T00:00:00.000Z');
  expect(parseMoment('2026-11-01T12:00:00+02:00', now)?.toISOString()).toBe('2026-11-01T10:00:00.000Z');
  for (const wrong of ['', 'yesterday', '5', '2 h', '-1h', '2026-13-01', '2026'])
    expect(parseMoment(wrong, now)).toBeUndefined();
});
