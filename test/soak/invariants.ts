import { foldHistory, historyOf, startFold } from '../../src/core/history.ts';
import type { Entry, EntryOf } from '../../src/model/entry.ts';
import { crashLabel } from './apps.ts';
import type { Happening, OwnAct } from './witness.ts';

/** Everything that was written down and heard. */
export interface Record {
  readonly entries: readonly Entry[];
  readonly happenings: readonly Happening[];
  readonly own: readonly OwnAct[];
  /** Ids of containers that are nobody's but the soak's. */
  readonly foreign: ReadonlySet<string>;
  /** Full names of the apps, which are their projects' names too. */
  readonly apps: readonly string[];
}

/** What must hold of the whole record, whatever happened; each line names what broke it. */
export const violations = (record: Record): readonly string[] => [
  ...unexplained(record),
  ...touchedForeign(record),
  ...outcomesBroken(record),
  ...quarantineBroken(record),
];

/** What the engine tells when somebody changes something. `die` is never an act: it follows a kill, a stop, or is the program's own end. */
const mutations: ReadonlySet<string> = new Set([
  ...['create', 'start', 'stop', 'kill', 'destroy', 'rename', 'pause', 'unpause', 'update', 'restart'],
  ...['connect', 'disconnect'],
]);

/** The engine tells what an act brought about a little later. Milliseconds. */
const echo = 2500;

interface Window {
  readonly project: string;
  readonly from: number;
  readonly to: number;
}

/** Every change to what is ours lies between an intent and its outcome, unless the soak did it. */
export function unexplained({ entries, happenings, own, apps, foreign }: Record): readonly string[] {
  const windows = windowsOf(entries);
  const deaths = happenings.filter(({ action }) => action === 'die');
  return happenings.flatMap((happening): readonly string[] => {
    const { at, action, id } = happening;
    const project = apps.find((app) => (happening.project ?? happening.name.split('_')[0]) === app);
    if (project === undefined || foreign.has(id) || !mutations.has(action)) return [];
    // A container that ends by itself is started again by the engine, as its restart policy says.
    if (happening.labels[crashLabel] !== undefined && action === 'start') return [];
    if (happening.type === 'network' && follows(happening, happenings, deaths)) return [];
    if (windows.some((window) => window.project === project && window.from <= at + 1 && at <= window.to + 1)) return [];
    if (own.some((act) => explains(act, happening))) return [];
    return [`${moment(at)} ${happening.type} ${action} of ${happening.name} (${id.slice(0, 12)}) belongs to no intent`];
  });
}

const explains = (act: OwnAct, { id, action, at }: Happening): boolean =>
  act.id === id && act.actions.includes(action) && act.from <= at + 1 && at <= act.to + echo;

/** The engine itself takes a container that ends off its networks, and puts one that starts on them. */
function follows({ at, action, id }: Happening, all: readonly Happening[], deaths: readonly Happening[]): boolean {
  if (action === 'disconnect') return deaths.some((death) => death.id === id && Math.abs(death.at - at) < echo);
  const crashes = ({ labels }: Happening) => labels[crashLabel] !== undefined;
  return action === 'connect' && all.some((other) => other.id === id && crashes(other));
}

const windowsOf = (entries: readonly Entry[]): readonly Window[] =>
  entries.flatMap((entry): readonly Window[] => {
    if (entry.kind !== 'started') return [];
    const end = entries.find((other) => other.kind === 'finished' && other.intent === entry.seq);
    return [
      { project: entry.project, from: Date.parse(entry.at), to: end ? Date.parse(end.at) : Number.POSITIVE_INFINITY },
    ];
  });

export function touchedForeign({ happenings, foreign, own }: Record): readonly string[] {
  return happenings
    .filter(({ id, action }) => foreign.has(id) && (mutations.has(action) || action === 'die'))
    .filter((happening) => !own.some((act) => explains(act, happening)))
    .map(({ at, action, name }) => `${moment(at)} ${action} of the foreign container ${name}`);
}

/** Every intent has exactly one outcome. */
export function outcomesBroken({ entries }: Record): readonly string[] {
  const finished = entries.filter((entry) => entry.kind === 'finished');
  return entries.flatMap((entry): readonly string[] => {
    if (entry.kind !== 'started') return [];
    const count = finished.filter(({ intent }) => intent === entry.seq).length;
    return count === 1 ? [] : [`intent ${entry.seq} (${entry.purpose} of ${entry.app}) has ${count} outcomes`];
  });
}

/** What was found bad on this host is tried again only when a person says so. */
function quarantineBroken({ entries }: Record): readonly string[] {
  const fold = startFold(foldHistory([]));
  return entries.flatMap((entry): readonly string[] => {
    const broken = entry.kind === 'started' && triesBad(entry, fold.result());
    fold.add(entry);
    return broken ? [`intent ${entry.seq} deploys ${entry.release?.slice(0, 12)} of ${entry.app}, quarantined`] : [];
  });
}

function triesBad(
  { app, release, purpose, trigger }: EntryOf<'started'>,
  history: Parameters<typeof historyOf>[0],
): boolean {
  const bad = historyOf(history, app)?.quarantined ?? [];
  return purpose === 'deploy' && trigger.kind !== 'request' && bad.some((record) => record.release === release);
}

const moment = (at: number): string => new Date(at).toISOString().slice(11, 23);
