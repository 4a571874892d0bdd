import type { AppDependency } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import type { Release } from '../model/release.ts';
import { serviceStatuses } from './service-status.ts';

/** How an app stands that another one waits for. */
export interface Standing {
  readonly history: AppHistory | undefined;
  /** The deployed one, if it was kept on disk. */
  readonly release: Release | undefined;
  readonly containers: readonly ObservedContainer[];
  /** Which step runs now. */
  readonly operation: string | undefined;
}

/** Why an app does not count as healthy, to be said behind "which"; undefined: it does. */
export function whyNotHealthy({ history, release, containers, operation }: Standing): string | undefined {
  if (operation !== undefined) return `is being worked on (${operation})`;
  if (history?.deployed === undefined) return 'was never deployed here';
  if (history.applied !== history.deployed.release) return 'runs a release that was not seen healthy';
  if (release === undefined) return 'has no release on disk to be compared with; its next pass keeps one';
  const unwell = serviceStatuses(release, containers, history).filter(({ health }) => health !== 'healthy');
  const [first] = unwell;
  if (first === undefined) return undefined;
  const others = unwell.length === 1 ? '' : `, and ${unwell.length - 1} more`;
  return `is not healthy (${first.service}: ${first.health}, ${first.found}${others})`;
}

/** What is said of one wait. Its text may change while it lasts: what it is about is the app that is waited for. */
export const waitReason = (waiting: string, { app }: AppDependency, why: string): BlockReason => ({
  code: 'waiting-for',
  reason: `waits for the app ${app}, which ${why}`,
  lift: ignoreOrderCommand(waiting),
  app,
});

export const ignoreOrderCommand = (app: string): string => `harbormaster apply ${app} --ignore-order --reason "…"`;

/** Apps that an attempt waits for; empty: it waits for none. */
export const awaitedIn = (outcome: Outcome): readonly string[] =>
  outcome.kind === 'blocked'
    ? outcome.reasons.flatMap(({ code, app }) => (code === 'waiting-for' && app !== undefined ? [app] : []))
    : [];

/** Nothing but other apps keeps it waiting: it goes on by itself, and what is wrong with those is told of them. */
export const onlyWaits = (outcome: Outcome): boolean =>
  outcome.kind === 'blocked' && outcome.reasons.every(({ code }) => code === 'waiting-for');
