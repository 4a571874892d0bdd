import { timeOfJobs } from '../core/jobs.ts';
import { type Closed, neededFor, neededForRemoval, rulingAt } from '../core/windows.ts';
import type { App } from '../model/app.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Act } from '../model/window.ts';

/** What wants to begin: an operation of an app, or its removal, of which no health is known. */
export interface Beginning {
  readonly app: Pick<App, 'name' | 'windows'> & Partial<Pick<App, 'health' | 'hooks' | 'checks'>>;
  readonly acts: readonly Act[];
  readonly trigger: Trigger;
  readonly now: Date;
  /** The verb that can override it. */
  readonly verb?: 'apply' | 'rollback';
}

/** Why it may not begin now: nothing, or one reason without any time in it, so that it is written once. */
export function closed(beginning: Beginning): readonly BlockReason[] {
  if (beginning.trigger.override !== undefined) return [];
  const found = closedWindow(beginning);
  if (found === undefined) return [];
  return [{ code: 'window', reason: found.why, lift: liftOf(beginning), acts: beginning.acts }];
}

/** What the intent says of a window that a person overrode. */
export function overriding(beginning: Beginning): { overridden?: readonly string[]; reason?: string } {
  const { override } = beginning.trigger;
  const found = override === undefined ? undefined : closedWindow(beginning);
  return found === undefined || override === undefined ? {} : { overridden: found.windows, reason: override };
}

/** The same as a gate's verdict, for a plan; with the time, because nobody writes it down. */
export function windowVerdicts(beginning: Beginning): readonly Verdict[] {
  const found = closedWindow(beginning);
  if (found === undefined) return [];
  const next = found.until === undefined ? '' : `; it may begin at ${moment(found.until)}`;
  const reason = `${found.why}${next}`;
  return [{ gate: 'window', ruling: 'deny', service: undefined, reason, lift: liftOf(beginning) }];
}

/** Milliseconds until the windows that are in the way let it begin. */
export function opensIn(beginning: Beginning, outcome: Outcome): number | undefined {
  const isWaiting = outcome.kind === 'blocked' && outcome.reasons.some(({ code }) => code === 'window');
  const until = isWaiting ? closedWindow(beginning)?.until : undefined;
  return until === undefined ? undefined : Math.max(until - beginning.now.getTime(), 0);
}

export function closedWindow({ app, acts, now }: Pick<Beginning, 'app' | 'acts' | 'now'>): Closed | undefined {
  // What is put right runs no hooks.
  const jobs = acts.every((act) => act === 'heal') ? 0 : timeOfJobs(app);
  const needed = app.health === undefined ? neededForRemoval : neededFor(app.health, jobs);
  const ruling = rulingAt(app.windows, acts, now.getTime(), needed);
  return ruling.kind === 'closed' ? ruling : undefined;
}

const liftOf = ({ app, verb = 'apply' }: Beginning): string =>
  `harbormaster ${verb} ${app.name} --override-window --reason "…"`;

const moment = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
