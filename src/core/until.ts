import { parseInstant } from './instant.ts';

const second = 1_000;
const units: Readonly<Record<string, number>> = {
  s: second,
  m: 60 * second,
  h: 3_600 * second,
  d: 86_400 * second,
  w: 7 * 86_400 * second,
};

/** One day: long enough to work on something, too short to be forgotten. */
export const usualSuspension = 86_400 * second;
/** What shall last longer is said in words: for ever. */
export const longestSuspension = 366 * 86_400 * second;

/**
 * The moment that somebody means by `30m`, `2h`, `1d12h` (from now on), or by a date and time in ISO 8601; undefined if it is neither. A time without a
 * zone is UTC, as all times that Harbormaster tells.
 */
export function parseUntil(written: string, now: Date): Date | undefined {
  const text = written.trim();
  if (/^(?:\d{1,6}[smhdw])+$/.test(text)) return new Date(now.getTime() + durationOf(text));
  return parseInstant(text);
}

const durationOf = (text: string): number =>
  [...text.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );

export const untilText = (until: string | undefined): string =>
  until === undefined ? 'until somebody resumes it' : `until ${until.slice(0, 19).replace('T', ' ')} UTC`;
