import type { Entry, EntryOf } from '../model/entry.ts';
import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { GoneRecord, RemovalApproval } from '../model/removal.ts';

type OfApp = Extract<Entry, { app: string }>;

/** The app waits to be removed. */
export const leaving = (history: AppHistory, { seq, at, until, project }: EntryOf<'left'>): AppHistory => ({
  ...history,
  project,
  left: { seq, since: at, state: 'waiting', until },
});

/** Its containers are stopped, and stay. */
export const stopped = (history: AppHistory, { seq, at }: EntryOf<'finished'>): AppHistory => ({
  ...history,
  trouble: undefined,
  drift: undefined,
  objection: undefined,
  stale: undefined,
  unfinished: undefined,
  left: { seq, since: at, state: 'stopped', until: undefined },
});

/** What was stopped runs no longer, and must be brought up again; what kept it from being removed is over. */
export function back(history: AppHistory): AppHistory {
  const { left, trouble, attempted } = history;
  const isOfRemoval = attempted?.outcome.kind === 'blocked' && attempted.release === undefined;
  return {
    ...history,
    left: undefined,
    applied: left?.state === 'stopped' ? undefined : history.applied,
    trouble: isOfRemoval ? undefined : trouble,
  };
}

const mostGone = 1000;

/** Apps that were here. One that is deployed again is not gone, and what it left before belongs to it. */
export function goneAfter(
  before: HostSnapshot['gone'],
  was: AppHistory | undefined,
  entry: OfApp,
): HostSnapshot['gone'] {
  const { app, seq, at } = entry;
  const others = (project: string) => before?.filter((one) => one.app !== app || one.project !== project) ?? [];
  if ((entry.kind === 'started' && entry.purpose !== 'remove') || entry.kind === 'adopted') {
    return before && others(entry.project);
  }
  const how = howGone(was, entry);
  if (how === undefined) return before;
  const project = was?.open?.removal?.project ?? was?.project ?? app;
  const record: GoneRecord = { app, project, seq, at, how };
  return [...others(project), record].slice(-mostGone);
}

function howGone(was: AppHistory | undefined, entry: OfApp): GoneRecord['how'] | undefined {
  if (entry.kind === 'forgotten') return 'let-go';
  const isRemoved = entry.kind === 'finished' && entry.purpose === 'remove' && entry.outcome.kind === 'applied';
  return isRemoved && was?.open?.removal?.onRemove !== 'stop' ? 'removed' : undefined;
}

/** Used up, name by name, as the apps go; void as soon as one of them is back. */
export function approvalAfter(before: RemovalApproval | undefined, entry: Entry): RemovalApproval | undefined {
  if (entry.kind === 'removal-approved') {
    const { seq, at, apps, reason, trigger } = entry;
    return trigger.by === undefined ? before : { seq, at, by: trigger.by, apps, reason };
  }
  if (before === undefined || !('app' in entry) || !before.apps.includes(entry.app)) return before;
  if (isBack(entry)) return undefined;
  const isGone = entry.kind === 'forgotten' || (isRemoval(entry) && entry.outcome.kind === 'applied');
  if (!isGone) return before;
  const apps = before.apps.filter((name) => name !== entry.app);
  return apps.length === 0 ? undefined : { ...before, apps };
}

const isRemoval = (entry: OfApp): entry is EntryOf<'finished'> =>
  entry.kind === 'finished' && entry.purpose === 'remove';

const isBack = (entry: OfApp): boolean =>
  entry.kind === 'returned' || entry.kind === 'recovered' || (entry.kind === 'started' && entry.purpose !== 'remove');
