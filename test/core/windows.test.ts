import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concerns, inWords, neededFor, type Ruling, rulingAt } from '../../src/core/windows.ts';
import type { Act, Window } from '../../src/model/window.ts';
import { tries } from '../support/tries.ts';
import { cronOf, walkStarts } from './minute-walk.ts';

const minute = 60_000;
const hour = 60 * minute;

const window = (more: Partial<Window> = {}): Window => ({
  name: 'night',
  kind: 'allow',
  cron: '0 22 * * *',
  duration: 4 * hour,
  timeZone: 'UTC',
  apps: [],
  blocks: ['deploy', 'prune', 'image'],
  reason: undefined,
  ...more,
});

/** In January 2026. */
const at = (day: number, hours: number, minutes = 0) => Date.UTC(2026, 0, day, hours, minutes);
const ruling = (windows: readonly Window[], now: number, acts: readonly Act[] = ['deploy'], needed = 2 * minute) =>
  rulingAt(windows, acts, now, needed);
const untilOf = (found: Ruling) => (found.kind === 'closed' ? found.until : 'open');

describe('what may begin', () => {
  test('without windows, everything', () => {
    expect(ruling([], at(5, 12))).toEqual({ kind: 'open' });
  });

  test('in an allow window, and outside of it not until it opens', () => {
    expect(ruling([window()], at(5, 23))).toEqual({ kind: 'open' });
    expect(ruling([window()], at(5, 12))).toEqual({
      kind: 'closed',
      windows: ['night'],
      why: 'deploying is only allowed in the window "night"',
      until: at(5, 22),
    });
  });

  test('what no window blocks', () => {
    expect(ruling([window()], at(5, 12), ['heal'])).toEqual({ kind: 'open' });
  });

  test('nothing in a deny window, also where an allow window is on', () => {
    const sale = window({ name: 'sale', kind: 'deny', cron: '0 0 6 1 *', duration: hour, reason: 'the sale' });
    expect(ruling([window(), sale], at(6, 0, 30))).toEqual({
      kind: 'closed',
      windows: ['sale'],
      why: 'the window "sale" denies deploying now (the sale)',
      until: at(6, 1),
    });
  });

  test('what takes longer than what is left of the window does not begin', () => {
    expect(ruling([window()], at(6, 1, 57))).toEqual({ kind: 'open' });
    expect(ruling([window()], at(6, 1, 59))).toEqual({
      kind: 'closed',
      windows: ['night'],
      why: 'window too short: "night" ends, and it may take 2m',
      until: at(6, 22),
    });
  });

  test('nor what a deny window would catch', () => {
    const sale = window({ name: 'sale', kind: 'deny', cron: '0 12 * * *', duration: hour });
    expect(ruling([sale], at(5, 11, 58))).toEqual({ kind: 'open' });
    expect(ruling([sale], at(5, 11, 59))).toMatchObject({ windows: ['sale'], until: at(5, 13) });
  });

  test('windows that follow each other are one', () => {
    const late = window({ name: 'late', cron: '0 2 * * *', duration: hour });
    expect(ruling([window(), late], at(6, 1, 59))).toEqual({ kind: 'open' });
  });

  test('a plan of two acts waits until both may begin', () => {
    const removals = window({ name: 'removals', cron: '0 23 * * *', duration: hour, blocks: ['prune'] });
    const deployments = window({ blocks: ['deploy'] });
    expect(untilOf(ruling([deployments, removals], at(5, 12), ['deploy', 'prune']))).toBe(at(5, 23));
    expect(untilOf(ruling([deployments, removals], at(5, 12), ['deploy']))).toBe(at(5, 22));
  });

  test('a window that is on for good tells no end', () => {
    const always = window({ kind: 'deny', cron: '* * * * *', duration: hour });
    expect(ruling([always], at(5, 12))).toMatchObject({ kind: 'closed', until: undefined });
  });
});

const windows = fc.array(
  fc.record({
    times: fc.record({
      minutes: fc.uniqueArray(fc.constantFrom(0, 10, 30, 45), { minLength: 1, maxLength: 2 }),
      hours: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 }),
      weekdays: fc.constant<number[]>([]),
    }),
    kind: fc.constantFrom('allow' as const, 'deny' as const),
    duration: fc.integer({ min: 1, max: 240 }),
    timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'),
    blocks: fc.subarray<Act>(['deploy', 'prune'], { minLength: 1 }),
  }),
  { maxLength: 3 },
);

test('it is open exactly if a walk along every minute meets nothing that forbids it, and opens at the first such minute', () => {
  const from = Date.UTC(2026, 9, 24);
  const days = 4;
  fc.assert(
    fc.property(
      windows,
      fc.subarray<Act>(['deploy', 'prune'], { minLength: 1 }),
      fc.integer({ min: 0, max: 2 * 24 * 60 }),
      fc.integer({ min: 1, max: 90 }),
      (drawn, acts, begin, length) => {
        const all = drawn.map((each, index) => ({
          window: window({
            ...each,
            name: `w${index}`,
            cron: cronOf(each.times),
            duration: each.duration * minute,
          }),
          starts: walkStarts(each.times, each.timeZone, from - 24 * hour, from + days * 24 * hour),
        }));
        const isOn = ({ window: { duration }, starts }: (typeof all)[number], instant: number) =>
          starts.some((start) => start <= instant && instant < start + duration);
        const may = (act: Act, instant: number) => {
          const blocking = all.filter((each) => each.window.blocks.includes(act));
          const allowing = blocking.filter((each) => each.window.kind === 'allow');
          const isDenied = blocking.some((each) => each.window.kind === 'deny' && isOn(each, instant));
          return !isDenied && (allowing.length === 0 || allowing.some((each) => isOn(each, instant)));
        };
        const count = days * 24 * 60;
        const free = Array.from({ length: count }, (_, index) => acts.every((act) => may(act, from + index * minute)));
        const fits = (index: number) => free.slice(index, index + length).every(Boolean) && index + length <= count;
        let first = begin;
        while (first < count && !fits(first)) first += 1;
        const found = rulingAt(
          all.map((each) => each.window),
          acts,
          from + begin * minute,
          length * minute,
        );
        if (first === begin) expect(found).toEqual({ kind: 'open' });
        else if (first < count) expect(untilOf(found)).toBe(from + first * minute);
        else expect(found.kind).toBe('closed');
      },
    ),
    { numRuns: tries(60) },
  );
}, 60_000);

test('a reason does not change while the same windows make it so: it is one entry', () => {
  const whys = [at(5, 3), at(5, 12), at(5, 21)].map((now) => {
    const found = ruling([window()], now);
    return found.kind === 'closed' ? found.why : 'open';
  });
  expect(new Set(whys).size).toBe(1);
});

test('a window concerns the apps that its globs name, and all without any', () => {
  expect(concerns(window(), 'shop')).toBe(true);
  expect(concerns(window({ apps: ['shop-*', 'blog'] }), 'shop-eu')).toBe(true);
  expect(concerns(window({ apps: ['shop-*', 'blog'] }), 'shop')).toBe(false);
});

test('an operation needs its health deadline and some time to spare', () => {
  expect(inWords(neededFor({ deadline: 2 * minute }))).toBe('2m30s');
  expect(inWords(25 * hour + 1)).toBe('1d1h1s');
});
