import { describe, expect, test } from 'vitest';
import { foldHistory, historyOf } from '../../src/core/history.ts';
import { needsEntry, signatureOf } from '../../src/core/signature.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { blocked, failed, refused, stamped } from './entries.ts';

const web = (...bodies: readonly EntryBody[]) => historyOf(foldHistory(stamped(...bodies)), 'web');

describe('a signature', () => {
  const of = (outcome: Outcome, release: string | undefined = 'r1', commit: string | undefined = 'c1') =>
    signatureOf(outcome, release, commit);

  test('stays the same over times, ids, order, and output after the first line', () => {
    const one = failed({ message: 'web and db: container 1f3a5b7c9d1e failed after 12.5 s\nlog: a' });
    const two = failed({ message: 'db and web: container 99aa88bb77cc failed after 3 s\nlog: b' });
    expect(of(one)).toBe(of(two));
  });

  test('tells failures, steps, releases and blocks apart', () => {
    const all = [
      of(failed()),
      of(failed({ message: 'services.db must be a mapping' })),
      of(failed({ step: 'build web' })),
      of(failed(), 'r2'),
      of(blocked('privileged')),
      of(blocked('privileged', 'host bind')),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('counts all that the world does under one code as one', () => {
    const reset = failed({ code: 'image-unavailable', message: 'connection reset', step: 'pull web' });
    expect(of(reset)).toBe(of(failed({ code: 'image-unavailable', message: 'i/o timeout' })));
    expect(of(reset)).not.toBe(of(failed({ code: 'engine-unreachable' })));
  });

  test('names the commit only while there is no release', () => {
    expect(of(failed(), 'r1', 'c2')).toBe(of(failed(), 'r1', 'c1'));
    expect(signatureOf(failed(), undefined, 'c2')).not.toBe(signatureOf(failed(), undefined, 'c1'));
  });
});

test('a refusal is written when it is new, and not again', () => {
  const outcome = failed();
  const signature = signatureOf(outcome, 'r1', 'c1');
  expect(needsEntry(undefined, outcome, signature)).toBe(true);
  expect(needsEntry(web(refused(outcome)), outcome, signature)).toBe(false);
  expect(needsEntry(web(refused(outcome)), blocked('x'), signatureOf(blocked('x'), 'r1', 'c1'))).toBe(true);
  expect(needsEntry(undefined, { kind: 'unchanged' }, 'unchanged')).toBe(false);
});
