import { sentenceOf } from '../../../src/core/format-entry.ts';
import type { Entry } from '../../../src/model/entry.ts';

export interface LogFilter {
  readonly app: string;
  readonly outcome: string;
  readonly since: string;
}

export const everything: LogFilter = { app: '', outcome: '', since: '' };

/** The question of a page of the log; `before` undefined: the newest. */
export function logPath(filter: LogFilter, before: number | undefined, limit = 100): string {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filter)) if (value !== '') query.append(name, value);
  if (before !== undefined) query.set('before', String(before));
  return `/v1/log?${query}`;
}

/** The newest first, none twice. */
export function merged(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const all = new Map([...known, ...more].map((entry) => [entry.seq, entry]));
  return [...all.values()].toSorted((a, b) => b.seq - a.seq);
}

/** Whether an entry that just came belongs among the filtered; single steps are told with their operation. */
export function isShown(entry: Entry, { app, outcome }: LogFilter): boolean {
  if (['step', 'hook-begun', 'hook-ended'].includes(entry.kind)) return false;
  if (app !== '' && !('app' in entry && entry.app === app)) return false;
  return outcome === '' || ('outcome' in entry && entry.outcome.kind === outcome);
}

/** A newer daemon writes entries that this page does not know, and of them the sentence is whatever came in. */
export function entryText(entry: Entry): string {
  try {
    const text: unknown = sentenceOf(entry);
    return typeof text === 'string' ? text : entry.kind;
  } catch {
    return entry.kind;
  }
}

export const appOf = (entry: Entry): string | undefined => ('app' in entry ? entry.app : undefined);

export function entryTone(entry: Entry): 'good' | 'bad' | 'plain' {
  if (!('outcome' in entry)) return 'plain';
  const { kind } = entry.outcome;
  if (kind === 'applied') return 'good';
  return kind === 'failed' || kind === 'blocked' || kind === 'interrupted' ? 'bad' : 'plain';
}
