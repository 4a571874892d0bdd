import type { EntryOf } from '../model/entry.ts';
import type { HostSnapshot, SuspensionRecord } from '../model/history.ts';
import type { BlockReason } from '../model/outcome.ts';
import { untilText } from './until.ts';

/** A suspension that holds for an app now: its own, or that of the whole host. */
export interface InForce extends SuspensionRecord {
  readonly of: 'app' | 'host';
}

/** Whose suspension it is; without `app` the host's, which also covers apps that come later. */
export type Suspended =
  | { readonly of: 'host'; readonly record: SuspensionRecord }
  | { readonly of: 'app'; readonly app: string; readonly record: SuspensionRecord };

/** What suspends an app at this time, the one that ends last first; empty: nothing does. */
export function suspensionsOf(snapshot: HostSnapshot, app: string, now: Date): readonly InForce[] {
  const host = inForce('host', snapshot.suspension, now);
  const own = inForce('app', ownOf(snapshot, app), now);
  return [...host, ...own].toSorted((one, other) => endOf(other) - endOf(one));
}

/** `constructor` is a fine name for an app. */
const ownOf = ({ apps }: HostSnapshot, app: string): SuspensionRecord | undefined =>
  Object.hasOwn(apps, app) ? apps[app]?.suspension : undefined;

/** What suspends the whole host at this time. */
export const hostSuspension = ({ suspension }: HostSnapshot, now: Date): SuspensionRecord | undefined =>
  suspension && !isOver(suspension, now) ? suspension : undefined;

/** Every suspension that was written down and not lifted, whether or not its time is over. */
export const suspendedIn = ({ suspension, apps }: HostSnapshot): readonly Suspended[] => [
  ...(suspension ? [{ of: 'host', record: suspension } as const] : []),
  ...Object.entries(apps).flatMap(([app, { suspension: record }]) =>
    record ? [{ of: 'app', app, record } as const] : [],
  ),
];

export const isOver = ({ until }: SuspensionRecord, now: Date): boolean =>
  until !== undefined && Date.parse(until) <= now.getTime();

const inForce = (of: InForce['of'], record: SuspensionRecord | undefined, now: Date): readonly InForce[] =>
  record === undefined || isOver(record, now) ? [] : [{ ...record, of }];

/** Milliseconds; what never ends by itself ends last. */
const endOf = ({ until }: SuspensionRecord): number =>
  until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(until);

/** To suspend again what is suspended changes its end, its reason and who answers for it, not since when nothing acts. */
export function suspensionAfter(
  before: SuspensionRecord | undefined,
  { seq, at, until, reason, trigger }: EntryOf<'suspended'>,
): SuspensionRecord {
  const since = before && !isOver(before, new Date(at)) ? before.since : at;
  return { seq, since, until, reason, by: trigger.by };
}

/** What `resume` must name. */
export const resumeCommand = (of: InForce['of'], app: string): string =>
  of === 'host' ? 'harbormaster resume --all' : `harbormaster resume ${app}`;

/** `suspended by ada until 2026-11-21 18:00:00 UTC: the database moves`. */
export function suspensionText({ of, by, until, reason }: InForce): string {
  const what = of === 'host' ? 'the whole host is suspended' : 'suspended';
  return `${what}${by === undefined ? '' : ` by ${by}`} ${untilText(until)}: ${reason}`;
}

export const suspensionReasons = (app: string, suspensions: readonly InForce[]): readonly BlockReason[] =>
  suspensions.map((suspension) => ({
    code: 'suspended',
    reason: suspensionText(suspension),
    lift: resumeCommand(suspension.of, app),
  }));
