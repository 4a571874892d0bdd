import type { App } from '../model/app.ts';
import type { Observed } from '../model/observed.ts';
import type { Release } from '../model/release.ts';
import type { PassReport } from '../model/report.ts';
import type { Revision } from '../model/revision.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Objection } from '../model/verdict.ts';
import type { Freshness } from './freshness.ts';
import type { Journal } from './journal.ts';
import type { Lanes } from './lanes.ts';
import type { Order } from './order.ts';
import type { Parts } from './parts.ts';
import type { Retries } from './retries.ts';
import type { Running } from './running.ts';
import type { Searches } from './searches.ts';
import type { Target } from './target.ts';
import type { Retention } from './tidy.ts';

/** One pass over one app. */
export interface Pass {
  readonly app: App;
  /** Undefined: nobody asked Git, only what runs is looked at. */
  readonly target: Target | undefined;
  readonly observed: Observed;
  readonly trigger: Trigger;
  /** A person named this very app. */
  readonly named: boolean;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

export type Context = Parts & {
  readonly journal: Journal;
  readonly retention: () => Retention;
  /** Whether the configuration in force has an app of this name for this host, and has it enabled. */
  readonly isDeclared: (app: string) => boolean;
  readonly retries: Retries;
  readonly running: Running;
  readonly order: Order;
  readonly searches: Searches;
  readonly freshness: Freshness;
  /** Lets only so many operations act at once. */
  readonly inLane: Lanes;
  /** Digests of releases that are known to be on disk. */
  readonly stored: Set<string>;
  /** By name. */
  readonly judged: Map<string, Judged>;
};

/** What the policy was found to deny when an app's deployed release was judged last. */
export interface Judged {
  /** As it was configured then: another object once anything of it is configured otherwise. */
  readonly app: App;
  readonly release: string;
  readonly objections: readonly Objection[];
}

/** What a pass says of an app to which it did nothing. */
export const untouched = ({ name }: Pick<App, 'name'>): PassReport => ({
  app: name,
  outcome: { kind: 'unchanged' },
  entry: undefined,
  revision: undefined,
});

/** Where a pass goes. */
export interface Aim {
  readonly revision: Revision;
  readonly release: Release;
}
