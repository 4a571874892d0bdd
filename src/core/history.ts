import { faultOf } from '../errors.ts';
import type { AppHistory, DeployedRecord, Entry, EntryOf, HostSnapshot, TroubleRecord } from '../model/entry.ts';
import type { NotificationEvent } from '../model/notification.ts';
import type { Outcome } from '../model/outcome.ts';
import { canonical, sha256 } from './digest.ts';
import { visibleProse } from './visible.ts';

/** Entries that tell how an attempt ended. */
type Ending = EntryOf<'finished'> | EntryOf<'refused'>;
type OfApp = Ending | EntryOf<'started'> | EntryOf<'recovered'>;

export const emptyHistory: HostSnapshot = { apps: {} };

/** Always read an app through this: `constructor` is a fine name for an app. */
export const historyOf = ({ apps }: HostSnapshot, app: string): AppHistory | undefined =>
  Object.hasOwn(apps, app) ? apps[app] : undefined;

/** What the log says of the host. */
export function foldHistory(entries: Iterable<Entry>, from: HostSnapshot = emptyHistory): HostSnapshot {
  const fold = startFold(from);
  for (const entry of entries) fold.add(entry);
  return fold.result();
}

/** The same, one entry at a time and without a copy for each: for a log that is too long to hold. */
export function startFold(from: HostSnapshot = emptyHistory): { add(entry: Entry): void; result(): HostSnapshot } {
  let apps = new Map(Object.entries(from.apps));
  const add = (entry: Entry): void => {
    if (entry.kind === 'opened') apps = new Map(Object.entries(entry.snapshot.apps));
    if (!isOfApp(entry)) return;
    const after = advanceApp(apps.get(entry.app), entry);
    if (after === undefined) apps.delete(entry.app);
    else apps.set(entry.app, after);
  };
  return { add, result: () => ({ apps: Object.fromEntries(apps) }) };
}

/** The history after one more entry. */
export const advance = (history: HostSnapshot, entry: Entry): HostSnapshot => foldHistory([entry], history);

const isOfApp = (entry: Entry): entry is OfApp => 'app' in entry;

function advanceApp(before: AppHistory | undefined, entry: OfApp): AppHistory | undefined {
  const history = before ?? blank(entry.app);
  switch (entry.kind) {
    case 'started':
      return { ...history, project: entry.project, open: { seq: entry.seq, release: entry.release } };
    case 'finished':
      return finish(history, entry);
    case 'refused':
      return { ...history, attempted: attemptOf(entry), trouble: troubleAfter(history.trouble, entry) };
    case 'recovered':
      return { ...history, trouble: undefined };
    default:
      return entry satisfies never;
  }
}

/** The project is named after the app until an intent names it. */
const blank = (app: string): AppHistory => ({
  project: app,
  deployed: undefined,
  attempted: undefined,
  open: undefined,
  trouble: undefined,
  quarantined: [],
  completed: [],
});

function finish(history: AppHistory, entry: EntryOf<'finished'>): AppHistory | undefined {
  const applied = entry.outcome.kind === 'applied';
  if (entry.restores) return restored(history, entry);
  if (applied && entry.release === undefined) return undefined;
  return {
    ...history,
    deployed: applied ? deployedBy(entry, history.deployed) : history.deployed,
    attempted: attemptOf(entry),
    open: history.open?.seq === entry.intent ? undefined : history.open,
    trouble: troubleAfter(history.trouble, entry),
    quarantined: quarantineAfter(history, entry),
    completed: completedAfter(history.completed, entry),
  };
}

/** The newer release stays the last attempt, and its trouble stays, whatever became of the deployed one; a failure to keep that is news. */
function restored(history: AppHistory, entry: EntryOf<'finished'>): AppHistory {
  const failed = entry.outcome.kind === 'failed';
  return {
    ...history,
    deployed: entry.outcome.kind === 'applied' ? deployedBy(entry, history.deployed) : history.deployed,
    open: history.open?.seq === entry.intent ? undefined : history.open,
    trouble: failed ? troubleAfter(history.trouble, entry) : history.trouble,
    completed: completedAfter(history.completed, entry),
  };
}

const attemptOf = ({ release, revision, seq, at, outcome }: Ending): NonNullable<AppHistory['attempted']> => ({
  release,
  commit: revision?.commit,
  seq,
  at,
  outcome,
});

function deployedBy(entry: EntryOf<'finished'>, before: DeployedRecord | undefined): DeployedRecord | undefined {
  const { release, seq, at, revision } = entry;
  if (release === undefined) return before;
  const mentioned = entry.services.flatMap(({ service, imageId }) =>
    imageId === undefined ? [] : [[service, imageId]],
  );
  // A heal of the same release may mention only what it touched; the rest still runs what it ran.
  const kept = before?.release === release ? before.imageIds : {};
  return { release, seq, at, commit: revision?.commit, imageIds: { ...kept, ...Object.fromEntries(mentioned) } };
}

const mostQuarantined = 100;

/**
 * A release that failed by its own fault is not tried again by itself. One that was deployed well before is: then the world has changed, and
 * keeping it running is worth every try.
 */
function quarantineAfter(
  { quarantined, deployed }: AppHistory,
  { release, outcome }: EntryOf<'finished'>,
): readonly string[] {
  if (release === undefined) return quarantined;
  const others = quarantined.filter((digest) => digest !== release);
  if (outcome.kind === 'applied') return others;
  const isBad = outcome.kind === 'failed' && faultOf(outcome.code) === 'user' && deployed?.release !== release;
  return isBad ? [...others, release].slice(-mostQuarantined) : quarantined;
}

const mostCompleted = 50;

/** Also completed jobs of earlier releases are remembered, newest last: going back to one must not run its migration again. */
function completedAfter(before: readonly string[], { services }: EntryOf<'finished'>): readonly string[] {
  const now = services.flatMap(({ completed, digest }) => (completed && digest.to !== undefined ? [digest.to] : []));
  const current = new Set([...now, ...services.flatMap(({ digest }) => digest.to ?? [])]);
  const all = [...new Set([...before.filter((digest) => !now.includes(digest)), ...now])];
  const surplus = all.length - mostCompleted;
  return surplus <= 0 ? all : all.filter((digest, index) => index >= surplus || current.has(digest));
}

function troubleAfter(before: TroubleRecord | undefined, entry: Ending): TroubleRecord | undefined {
  const { outcome, release, revision, seq, at } = entry;
  // An interrupted attempt is open work, no trouble of its own, and no cure either.
  if (outcome.kind === 'interrupted') return before;
  if (outcome.kind !== 'failed' && outcome.kind !== 'blocked') return undefined;
  const signature = signatureOf(outcome, release, revision?.commit);
  if (before?.signature === signature) return before;
  return { seq, since: at, kind: outcome.kind, message: messageOf(outcome), signature };
}

function messageOf(outcome: Extract<Outcome, { kind: 'failed' | 'blocked' }>): string {
  return outcome.kind === 'failed' ? outcome.message : outcome.reasons.map(({ reason }) => reason).join('; ');
}

/**
 * Equal for the same trouble met again: free of times, ids, counters and of the order in which a tool lists things. The world's faults
 * (a registry that times out now and refuses then) count as one by their code. The message should already be redacted, as it is in the log.
 */
export function signatureOf(outcome: Outcome, release: string | undefined, commit: string | undefined): string {
  const about = release ?? commit;
  if (outcome.kind === 'blocked')
    return `blocked:${short([about, outcome.reasons.map(({ reason }) => gist(reason)).sort()])}`;
  if (outcome.kind !== 'failed') return outcome.kind;
  const detail = faultOf(outcome.code) === 'world' ? [] : [outcome.step ?? '', gist(outcome.message)];
  return `failed:${outcome.code}:${short([about, detail])}`;
}

const short = (value: unknown): string => sha256(canonical(value)).slice(0, 16);

/** The words of the first line; what follows is output of containers and tools, new each time. */
function gist(message: string): string {
  const [first = ''] = visibleProse(message).split('\n', 1);
  const words = first
    .slice(0, 400)
    .replace(/[0-9a-f]{8,}|\d+/g, '#')
    .split(/[^\p{L}#]+/u);
  return [...new Set(words)].sort().join(' ');
}

/** Whether a refused attempt must be written: the same trouble over and over is one entry. */
export function needsEntry(history: AppHistory | undefined, outcome: Outcome, signature: string): boolean {
  if (outcome.kind === 'failed' || outcome.kind === 'blocked') return history?.trouble?.signature !== signature;
  return outcome.kind !== 'unchanged';
}

/** What an entry means for people who are told of trouble and its end; undefined: nothing new. */
export function eventOf(before: AppHistory | undefined, entry: Entry): NotificationEvent | undefined {
  if (!isOfApp(entry) || entry.kind === 'started') return undefined;
  const trouble = before?.trouble;
  const after = advanceApp(before, entry)?.trouble;
  if (after === undefined) return trouble === undefined ? undefined : 'recovered';
  return after.signature === trouble?.signature ? undefined : after.kind;
}
