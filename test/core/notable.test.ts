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
