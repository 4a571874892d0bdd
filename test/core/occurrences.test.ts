import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { cronFault, pattern } from '../../src/core/cron.ts';
import { occurrences, spanAt, spans, startAfter, startAtOrBefore } from '../../src/core/occurrences.ts';
import { instantOf, isTimeZone, wallAt } from '../../src/core/time-zone.ts';
import { tries } from '../support/tries.ts';
import { cronOf, walkStarts } from './minute-walk.ts';

const hour = 3_600_000;
const minute = 60_000;

/** Changes of clocks: forward, back; and one zone without any. */
const places = [
  { zone: 'Europe/Berlin', around: ['2026-03-29', '2026-10-25'] },
  { zone: 'America/New_York', around: ['2026-03-08', '2026-11-01'] },
  { zone: 'Australia/Lord_Howe', around: ['2026-10-04', '2026-04-05'] },
  { zone: 'Asia/Kolkata', around: ['2026-03-29', '2026-10-25'] },
] as const;

const few = (least: number, greatest: number, length: number) =>
  fc.uniqueArray(fc.integer({ min: least, max: greatest }), { minLength: 1, maxLength: length });

/** Mostly in the night, where clocks change. */
const times = fc.record({
  minutes: few(0, 59, 4),
  hours: fc.oneof(few(0, 4, 4), few(0, 23, 3)),
  weekdays: fc.oneof(fc.constant([]), few(0, 6, 3)),
});

const starts = (found: readonly { readonly from: number }[]) => found.map(({ from }) => from);

describe.each(places)('in $zone', ({ zone, around }) => {
  test.each(around)(
    'around %s a window begins at each minute that a walk along the clock finds, and at no other',
    (day) => {
      const from = Date.parse(`${day}T00:00:00Z`) - 30 * hour;
      const to = from + 66 * hour;
      fc.assert(
        fc.property(times, (each) => {
          const window = { cron: cronOf(each), timeZone: zone, duration: hour };
          const walked = walkStarts(each, zone, from, to);
          expect(starts(occurrences(window, from, to))).toEqual(walked);
          // Backwards it is the same.
          const last = walked.at(-1);
          if (last !== undefined) expect(startAtOrBefore(window, to - minute)).toBe(last);
        }),
        { numRuns: tries(25) },
      );
    },
  );

  test('a local time is back where it came from, but in a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }), (instant) => {
        const wall = wallAt(zone, instant);
        const first = instantOf(zone, wall);
        expect(wallAt(zone, first)).toBe(wall);
        expect(first).toBeLessThanOrEqual(instant);
        expect(instant - first).toBeLessThanOrEqual(hour);
      }),
    );
  });
});

const iso = (instant: number | undefined) => instant && new Date(instant).toISOString();
const berlin = (cron: string, duration = hour) => ({ cron, timeZone: 'Europe/Berlin', duration });

describe('when clocks change', () => {
  test('a time that is skipped counts when clocks are put forward, once', () => {
    const found = occurrences(berlin('*/20 2 * * *'), Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 2, 29, 12));
    expect(found.map(({ from }) => iso(from))).toEqual(['2026-03-29T01:00:00.000Z']);
  });

  test('a time that comes twice counts the first time', () => {
    const found = occurrences(berlin('30 2 * * *'), Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 25, 12));
    expect(found.map(({ from }) => iso(from))).toEqual(['2026-10-25T00:30:00.000Z']);
  });

  test('half an hour is put forward on Lord Howe Island', () => {
    const window = { cron: '15 2 * * *', timeZone: 'Australia/Lord_Howe', duration: hour };
    expect(iso(startAfter(window, Date.UTC(2026, 9, 3, 12)))).toBe('2026-10-03T15:30:00.000Z');
  });

  test('a window lasts as long as it says, whatever the clock shows at its end', () => {
    const [span] = occurrences(berlin('0 1 * * *', 4 * hour), Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 25, 12));
    expect([iso(span?.from), iso(span?.to)]).toEqual(['2026-10-24T23:00:00.000Z', '2026-10-25T03:00:00.000Z']);
  });

  test('a whole day that a zone leaves out counts when the next one begins', () => {
    const window = { cron: '0 12 30 12 *', timeZone: 'Pacific/Apia', duration: hour };
    expect(iso(startAfter(window, Date.UTC(2011, 11, 29)))).toBe('2011-12-30T10:00:00.000Z');
  });
});

describe('a span', () => {
  test('covers its first millisecond and not its end', () => {
    const at = Date.UTC(2026, 0, 5, 21);
    expect(spanAt(berlin('0 22 * * *'), at)).toEqual({ from: at, to: at + hour });
    expect(spanAt(berlin('0 22 * * *'), at + hour)).toBeUndefined();
    expect(spanAt(berlin('0 22 * * *'), at - 1)).toBeUndefined();
  });

  test('goes on where the next turn begins before the last one has ended', () => {
    const noon = Date.UTC(2026, 0, 5, 12);
    expect(spans(berlin('0 8-11 * * *', hour), noon - 12 * hour, noon + 12 * hour)).toEqual([
      { from: Date.UTC(2026, 0, 5, 7), to: Date.UTC(2026, 0, 5, 11) },
    ]);
    expect(spanAt(berlin('0 * * * *', hour), noon, noon + 10 * hour)?.to).toBe(noon + 10 * hour);
  });

  test('that never ends is told as far as one likes, and else as endless', () => {
    const noon = Date.UTC(2026, 0, 5, 12);
    expect(spans(berlin('* * * * *', 5 * minute), noon, noon + 6 * hour)).toEqual([
      { from: noon, to: noon + 6 * hour },
    ]);
    expect(spanAt(berlin('0 * * * *', hour), noon)?.to).toBe(Number.POSITIVE_INFINITY);
  });
});

test('a cron expression that cannot be read or never comes is told with the reason', () => {
  expect(cronFault('0 22 * * 1-5')).toBeUndefined();
  expect(cronFault('0 0 29 2 *')).toBeUndefined();
  expect(cronFault('0 0 L * *')).toBeUndefined();
  expect(cronFault('0 0 31 2 *')).toBe('never comes: there is no such day');
  expect(cronFault('0 0 22 * * 1')).toBe('has 6 fields, not five');
  expect(cronFault('@daily')).toBe('has one field, not five');
  expect(cronFault('0 25 * * *')).toContain('25');
});

test('a time zone is a name, and nothing that knows no summer time', () => {
  expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata'].filter(isTimeZone)).toHaveLength(3);
  expect(['', '+02:00', 'Europe/Berlinn', 'Mars/Base', 'local'].filter(isTimeZone)).toEqual([]);
});

test('reading a cron expression starts no timer', () => {
  vi.useFakeTimers();
  try {
    const { after, atOrBefore } = pattern('* * * * *');
    after(0);
    atOrBefore(0);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
