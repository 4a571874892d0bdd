import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calm, fingerprintOf, healRuling } from '../../src/core/heals.ts';
import type { HealRecord } from '../../src/model/history.ts';
import { container, service } from '../support/builders.ts';

const start = Date.parse('2026-11-20T10:00:00Z');
const second = 1000;
const minute = 60 * second;
const half = 30 * minute;

const heals = (...seconds: readonly number[]): HealRecord[] =>
  seconds.map((at) => ({ fingerprint: 'f', at: new Date(start + at * second).toISOString(), failed: false }));
const at = (seconds: number) => start + seconds * second;
const ruling = (story: readonly HealRecord[], seconds: number) => healRuling(story, 'f', at(seconds));

/** Corrected as soon as it may be: the moments of so many corrections, in seconds. */
function asSoonAsAllowed(corrections: number): readonly number[] {
  const moments: number[] = [0];
  while (moments.length < corrections) {
    const now = healRuling(heals(...moments), 'f', at(moments.at(-1) ?? 0));
    if (now.kind === 'now') throw new Error('nothing makes it wait');
    moments.push((now.until - start) / second);
  }
  return moments;
}

test('what was never corrected is corrected at once', () => {
  expect(ruling([], 0)).toEqual({ kind: 'now', thorough: false });
  expect(healRuling(heals(0), 'another', at(0))).toEqual({ kind: 'now', thorough: false });
});

test('the same again waits 5, 15, 45 and 135 seconds, and then half an hour, for ever', () => {
  const moments = asSoonAsAllowed(8);
  const pauses = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
  expect(pauses).toEqual([5, 15, 45, 135, 1800, 1800, 1800]);
});

test('after five in a row it is a fight, and still one when half an hour let another try through', () => {
  const moments = asSoonAsAllowed(7);
  const kindAfter = (corrections: number) => {
    const story = moments.slice(0, corrections);
    return ruling(heals(...story), (story.at(-1) ?? 0) + 1).kind;
  };
  expect([1, 2, 3, 4, 5, 6, 7].map(kindAfter)).toEqual(['wait', 'wait', 'wait', 'wait', 'fought', 'fought', 'fought']);
  expect(ruling(heals(...moments), (moments.at(-1) ?? 0) + half / second)).toEqual({ kind: 'now', thorough: true });
});

test('what held for long begins a new story', () => {
  const quiet = (5 * second + calm) / second;
  expect(ruling(heals(0), quiet)).toMatchObject({ kind: 'now', thorough: false });
  const afresh = heals(0, 5, 20, quiet * 3);
  expect(ruling(afresh, quiet * 3 + 1)).toMatchObject({ kind: 'wait', met: 1, until: at(quiet * 3 + 5) });
});

describe('a new container is made', () => {
  test('after a small repair that could not be done', () => {
    const [failed] = heals(0);
    expect(ruling([{ ...failed!, failed: true }], 10)).toEqual({ kind: 'now', thorough: true });
    expect(ruling(heals(0), 10)).toEqual({ kind: 'now', thorough: false });
  });

  test('after two that did not hold', () => {
    expect(ruling(heals(0, 5), 21)).toEqual({ kind: 'now', thorough: true });
  });
});

test('what fails again and again is no fight: nobody undoes it', () => {
  const story = heals(...asSoonAsAllowed(6)).map((heal) => ({ ...heal, failed: true }));
  const last = Date.parse(story.at(-1)?.at ?? '');
  expect(healRuling(story, 'f', last + 1)).toEqual({ kind: 'wait', until: last + half, met: 6 });
});

test('a clock that was set back makes nobody wait for longer than the pause', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -90_000, max: 90_000 }), { maxLength: 10 }), (moments) => {
      const now = ruling(heals(...moments), 0);
      if (now.kind !== 'now') expect(now.until - at(0)).toBeLessThanOrEqual(half);
    }),
  );
});

test('a correction that a clock, set back since, puts into the future holds up nothing; those after it count', () => {
  expect(ruling(heals(3600), 0)).toEqual({ kind: 'now', thorough: false });
  expect(ruling(heals(3600, 0), 1)).toMatchObject({ kind: 'wait', met: 1 });
});

test('a fingerprint is the same whatever the exit code, the ids and the values, and tells services and fields apart', () => {
  const to = service('web');
  const stop = (found: string, id: string) =>
    fingerprintOf([{ kind: 'start', to, from: [container('web', { id })], cause: { kind: 'stopped', found } }]);
  const alter = (...fields: readonly string[]) =>
    fingerprintOf([{ kind: 'replace', to, from: [], cause: { kind: 'altered', fields } }]);
  expect(stop('exited (1)', 'a')).toBe(stop('exited (137)', 'b'));
  expect(alter('limits.memory (64 MB, was 128 MB)')).toBe(alter('limits.memory (32 MB, was 128 MB)'));
  expect(alter('user')).not.toBe(alter('restart'));
  const other = fingerprintOf([
    { kind: 'start', to: service('db'), from: [], cause: { kind: 'stopped', found: 'exited (1)' } },
  ]);
  expect(other).not.toBe(stop('exited (1)', 'a'));
  const both = [
    { kind: 'create', to, cause: { kind: 'missing' } },
    { kind: 'create', to: service('db'), cause: { kind: 'missing' } },
  ] as const;
  expect(fingerprintOf(both)).toBe(fingerprintOf(both.toReversed()));
});
