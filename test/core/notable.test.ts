import { expect, test } from 'vitest';
import { advance, emptyHistory } from '../../src/core/history.ts';
import { eventOf } from '../../src/core/notable.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import { blocked, failed, finished, refused, stamped, started } from './entries.ts';

test('people are told of trouble once, and of its end', () => {
  const bodies = [
    started(),
    finished(),
    refused(failed()),
    refused(failed()),
    refused(blocked('privileged')),
    started(),
    finished({ outcome: { kind: 'interrupted', step: undefined } }),
    finished(),
    refused(failed()),
    { kind: 'recovered', app: 'web', after: 9, of: 'release' },
  ] satisfies EntryBody[];
  const told: unknown[] = [];
  stamped(...bodies).reduce((history, entry) => {
    const next = advance(history, entry);
    told.push(eventOf(history, next, entry));
    return next;
  }, emptyHistory);
  expect(told).toEqual([
    undefined,
    undefined,
    'failed',
    undefined,
    'blocked',
    undefined,
    undefined,
    'recovered',
    'failed',
    'recovered',
  ]);
});

test('that the policy denies what runs is told once for each set of denials, and its end', () => {
  const verdict = { gate: 'ports', ruling: 'warn', service: 'web', reason: 'publishes 80', lift: undefined } as const;
  const objected = (fingerprint: string) =>
    ({ kind: 'objected', app: 'web', release: 'r1', verdicts: [verdict], fingerprint }) as const;
  const over = { kind: 'recovered', app: 'web', after: 3, of: 'policy' } as const;
  const events = (...bodies: EntryBody[]) => {
    const told: unknown[] = [];
    stamped(...bodies).reduce((history, entry) => {
      const next = advance(history, entry);
      told.push(eventOf(history, next, entry));
      return next;
    }, emptyHistory);
    return told;
  };
  const deployed = [started(), finished()];
  const quiet = [undefined, undefined];
  expect(events(...deployed, objected('a'), objected('a'), objected('b'), over)).toEqual([
    ...quiet,
    'blocked',
    undefined,
    'blocked',
    'recovered',
  ]);
  // The release that takes its place was let through.
  expect(events(...deployed, objected('a'), started({ release: 'r2' }), finished({ release: 'r2' }))).toEqual([
    ...quiet,
    'blocked',
    undefined,
    'recovered',
  ]);
  // It is not over while something else is amiss; that it goes on keeps no other end from being told.
  expect(events(...deployed, refused(failed()), objected('a'), over).at(-1)).toBeUndefined();
  const mended = { kind: 'recovered', app: 'web', after: 3, of: 'release' } as const;
  expect(events(...deployed, refused(failed()), objected('a'), mended).at(-1)).toBe('recovered');
});
