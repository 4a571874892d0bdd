import type { Window } from '../model/window.ts';
import { type Pattern, pattern } from './cron.ts';
import { instantOf, offsetAt, wallAt } from './time-zone.ts';

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  /** The first millisecond that does not belong to it. */
  readonly to: number;
}

type Timed = Pick<Window, 'cron' | 'timeZone' | 'duration'>;

const patterns = new Map<string, Pattern>();

/** The same few expressions are asked about all day long. */
function patternOf({ cron }: Timed): Pattern {
  const known = patterns.get(cron);
  if (known) return known;
  const fresh = pattern(cron);
  patterns.set(cron, fresh);
  return fresh;
}

/**
 * When the window begins next. A local time that does not exist counts at the next valid minute, one that exists twice the first time only; so the
 * order of local times is that of instants, and two of them may be one instant.
 */
export function startAfter(window: Timed, instant: number): number | undefined {
  const { after } = patternOf(window);
  const { timeZone } = window;
  for (let wall = after(wallAt(timeZone, instant)); wall !== undefined; wall = after(wall)) {
    const start = instantOf(timeZone, wall);
    if (start > instant) return start;
  }
  return undefined;
}

const day = 86_400_000;

/** When it began last. */
export function startAtOrBefore(window: Timed, instant: number): number | undefined {
  const { atOrBefore } = patternOf(window);
  const { timeZone } = window;
  // In the hour that comes twice, what its first pass showed later has begun already.
  const latest = instant + Math.max(offsetAt(timeZone, instant), offsetAt(timeZone, instant - day));
  for (let wall = atOrBefore(latest); wall !== undefined; wall = atOrBefore(wall - 1_000)) {
    const start = instantOf(timeZone, wall);
    if (start <= instant) return start;
  }
  return undefined;
}

/** Every time that the window begins in [from, to), with its end. */
export function occurrences(window: Timed, from: number, to: number): readonly Span[] {
  const found: Span[] = [];
  for (let start = startAfter(window, from - 1); start !== undefined && start < to; start = startAfter(window, start))
    found.push({ from: start, to: start + window.duration });
  return found;
}

/** A window that goes on for so many of its turns, a day of minutes, goes on for ever. */
const mostTurns = 1_440;

/** The time around an instant that the window covers without a gap; its end is not looked for beyond `enough`. Undefined: it is not on. */
export function spanAt(window: Timed, instant: number, enough = Number.POSITIVE_INFINITY): Span | undefined {
  const from = startAtOrBefore(window, instant);
  if (from === undefined || from + window.duration <= instant) return undefined;
  let to = from + window.duration;
  for (let turn = 0; to < enough; turn += 1) {
    if (turn === mostTurns) return { from, to: Number.POSITIVE_INFINITY };
    const next = startAtOrBefore(window, to);
    if (next === undefined || next + window.duration <= to) break;
    to = next + window.duration;
  }
  return { from, to };
}

/** The same as `occurrences`, also what began before, and with what touches or overlaps as one. */
export function spans(window: Timed, from: number, to: number): readonly Span[] {
  const found: Span[] = [];
  let at: number | undefined = spanAt(window, from, from) ? from : startAfter(window, from);
  while (at !== undefined && at < to) {
    const span = spanAt(window, at, to);
    if (span === undefined) break;
    found.push(span);
    at = startAfter(window, span.to - 1);
  }
  return found;
}
