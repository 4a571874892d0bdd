import type { Actor } from '../model/actor.ts';
import type { Entry } from '../model/entry.ts';
import type { LogQuery } from '../model/log-query.ts';
import { actorOf } from './actor.ts';
import { commitsOf, revisionOf, servicesOf } from './entry-subjects.ts';
import { parseInstant } from './instant.ts';

export const matchesQuery = (query: LogQuery, entry: Entry): boolean => tests.every((test) => test(query, entry));

type Test = (query: LogQuery, entry: Entry) => boolean;

/** Each says yes where it is not asked. */
const tests: readonly Test[] = [
  ({ after }, { seq }) => after === undefined || seq > after,
  ({ since }, { at }) => since === undefined || Date.parse(at) >= since.getTime(),
  ({ until }, { at }) => until === undefined || Date.parse(at) <= until.getTime(),
  ({ apps = [], formerly }, entry) =>
    apps.length === 0 || ('app' in entry && (apps.includes(entry.app) || wasCalled(formerly, entry))),
  ({ kinds, steps }, { kind }) => (kinds === undefined ? steps !== false || !isStep(kind) : kinds.includes(kind)),
  ({ outcomes }, entry) => outcomes === undefined || ('outcome' in entry && outcomes.includes(entry.outcome.kind)),
  ({ services = [] }, entry) =>
    services.length === 0 || servicesOf(entry).some((service) => services.includes(service)),
  ({ revision }, entry) => revision === undefined || isOfRevision(revision, entry),
  ({ mentions }, entry) =>
    mentions === undefined || JSON.stringify(entry).includes(JSON.stringify(mentions).slice(1, -1)),
  ({ author }, entry) => author === undefined || isBy(author, entry),
  ({ actor }, entry) => actor === undefined || ('trigger' in entry && isActor(actor, actorOf(entry.trigger))),
];

const wasCalled = (
  former: LogQuery['formerly'] = [],
  { app, seq }: { readonly app: string; readonly seq: number },
): boolean => former.some(({ name, until }) => name === app && seq < until);

/** What can be the beginning of a commit's id. */
export const isCommitPrefix = (text: string): boolean => /^[0-9a-f]{4,64}$/i.test(text);

function isOfRevision(text: string, entry: Entry): boolean {
  if (revisionOf(entry)?.ref === text) return true;
  return isCommitPrefix(text) && commitsOf(entry).some((commit) => commit.startsWith(text.toLowerCase()));
}

function isBy(text: string, entry: Entry): boolean {
  const author = revisionOf(entry)?.author;
  return author !== undefined && `${author.name} <${author.email}>`.toLowerCase().includes(text.toLowerCase());
}

/** A name is enough, as long as it is meant: `token:ada` is not Ada. */
function isActor(text: string, actor: Actor): boolean {
  const wanted = text.toLowerCase();
  return actor.kind === wanted || namesOf(actor).some((name) => name.toLowerCase() === wanted);
}

function namesOf(actor: Actor): readonly string[] {
  switch (actor.kind) {
    case 'user': {
      const names = [actor.name, ...(actor.behind ? [actor.behind.name] : [])];
      return [...names, ...names.map((name) => `user:${name}`)];
    }
    case 'token':
      return [`token:${actor.name}`];
    case 'webhook':
      return [`webhook:${actor.forge}`, ...(actor.name === undefined ? [] : [`webhook:${actor.name}`])];
    default:
      return [];
  }
}

/** That a hook begins is one more step; how it ended is told. */
const isStep = (kind: Entry['kind']): boolean => kind === 'step' || kind === 'hook-begun';

export const selectEntries = (entries: readonly Entry[], query: LogQuery): readonly Entry[] =>
  entries.filter((entry) => matchesQuery(query, entry));

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2h`, `7d` (ago), or a date and time in ISO 8601, UTC where it names no zone; undefined if it is neither. */
export function parseMoment(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text.trim()) ?? [];
  const milliseconds = unit === undefined ? undefined : units[unit];
  if (count !== undefined && milliseconds !== undefined) return new Date(now.getTime() - Number(count) * milliseconds);
  return parseInstant(text.trim());
}
