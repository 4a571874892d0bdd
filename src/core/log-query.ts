import type { Entry } from '../model/entry.ts';
import type { LogQuery } from '../model/log-query.ts';

export function matchesQuery(query: LogQuery, entry: Entry): boolean {
  const at = Date.parse(entry.at);
  if (query.after !== undefined && entry.seq <= query.after) return false;
  if (query.since !== undefined && at < query.since.getTime()) return false;
  if (query.until !== undefined && at > query.until.getTime()) return false;
  if (query.apps !== undefined && query.apps.length > 0 && !('app' in entry && query.apps.includes(entry.app)))
    return false;
  if (query.kinds !== undefined && !query.kinds.includes(entry.kind)) return false;
  if (query.steps === false && query.kinds === undefined && entry.kind === 'step') return false;
  return query.outcomes === undefined || ('outcome' in entry && query.outcomes.includes(entry.outcome.kind));
}

export const selectEntries = (entries: readonly Entry[], query: LogQuery): readonly Entry[] =>
  entries.filter((entry) => matchesQuery(query, entry));

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2h`, `7d` (ago), or a date and time in ISO 8601; undefined if it is neither. */
export function parseMoment(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text.trim()) ?? [];
  const milliseconds = unit === undefined ? undefined : units[unit];
  if (count !== undefined && milliseconds !== undefined) return new Date(now.getTime() - Number(count) * milliseconds);
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
