import type { Span } from './occurrences.ts';
import { wallAt } from './time-zone.ts';
import type { WindowReport } from './window-report.ts';

export const isEndless = ({ to }: Span): boolean => !Number.isFinite(to);

/** As JSON: instants as ISO 8601 in UTC, and what a clock in the time zone shows. */
export const windowJson = ({ window, on, times }: WindowReport) => ({
  ...window,
  on: on !== undefined,
  until: on === undefined || isEndless(on) ? undefined : new Date(on.to).toISOString(),
  times: times.map((span) => ({
    from: new Date(span.from).toISOString(),
    to: isEndless(span) ? undefined : new Date(span.to).toISOString(),
    local: {
      from: clock(span.from, window.timeZone),
      to: isEndless(span) ? undefined : clock(span.to, window.timeZone),
    },
  })),
});

/** `2026-11-23T22:00` */
const clock = (at: number, zone: string): string => new Date(wallAt(zone, at)).toISOString().slice(0, 16);
