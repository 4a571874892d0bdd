import type { LogQuery } from '../model/log-query.ts';
import { isCommitPrefix } from './log-query.ts';

/** Texts of which a line holds at least one: JSON as the log writes it. */
export type Words = readonly string[];

const json = (text: string): string => JSON.stringify(text);

/**
 * What lines must hold to be worth reading, as JSON writes it: an entry that fits the query has a word of each set. What this lets through may still not
 * fit.
 */
export function wordsOf({
  apps = [],
  formerly = [],
  kinds = [],
  services = [],
  revision,
  outcomes = [],
  mentions,
}: LogQuery): readonly Words[] {
  const commit = revision !== undefined && isCommitPrefix(revision) ? [`"${revision.toLowerCase()}`] : [];
  const sets: readonly Words[] = [
    apps.length === 0 ? [] : [...apps, ...formerly.map(({ name }) => name)].map((app) => `"app":${json(app)}`),
    kinds.map((kind) => `"kind":"${kind}"`),
    outcomes.map((outcome) => `"kind":"${outcome}"`),
    services.flatMap((service) => [json(service), json(`${service}:`).slice(0, -1)]),
    mentions === undefined ? [] : [json(mentions).slice(1, -1)],
    revision === undefined ? [] : [json(revision), ...commit],
  ];
  return sets.filter((words) => words.length > 0);
}
