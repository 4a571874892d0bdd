import * as z from 'zod';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const durationText = /^(?:\d{1,9}(?:ms|s|m|h|d))+$/;
/** Node's timers overflow beyond 24 days and then fire at once. */
const longest = '20d';

/** Milliseconds of `30s`, `5m`, `1h30m`; NaN for anything else. */
export function milliseconds(duration: string): number {
  if (!durationText.test(duration)) return Number.NaN;
  const parts = duration.matchAll(/(\d+)(ms|s|m|h|d)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * unitOf(unit), 0);
}

const unitOf = (unit: string | undefined): number =>
  Object.entries(units).find(([name]) => name === unit)?.[1] ?? Number.NaN;

/** `atMost`: for what is compared, and never waited for, more. */
export function duration({ atLeast, atMost = longest }: { readonly atLeast: string; readonly atMost?: string }) {
  const must = 'must be a duration such as 30s, 5m, 2h or 1d';
  return z
    .string({ error: ({ input }) => (typeof input === 'number' ? `${must}; the unit is missing` : must) })
    .regex(durationText, {
      error: ({ input }) => (/^\d+$/.test(String(input)) ? `${must}; the unit is missing` : must),
    })
    .refine((value) => !(milliseconds(value) < milliseconds(atLeast)), { error: `must be at least ${atLeast}` })
    .refine((value) => !(milliseconds(value) > milliseconds(atMost)), { error: `must be at most ${atMost}` })
    .meta({ title: 'duration' });
}
