import type { ErrorCode } from '../errors.ts';
import type { App } from './app.ts';
import type { Ruling } from './approval.ts';
import type { Change } from './change.ts';
import type { ConfigurationOrigin, ConfigurationTrouble } from './configuration.ts';
import type { DeliveryStatus } from './delivery.ts';
import type { SuspensionRecord } from './history.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { PresetName } from './policy.ts';
import type { OnRemove } from './removal.ts';
import type { Revision } from './revision.ts';
import type { Verdict } from './verdict.ts';

/** Of what a plan is only a preview. */
export interface Previewed {
  readonly ref: string;
  /** What it is compared with; undefined: with what runs on this host. */
  readonly against?: string | undefined;
}

/** What `plan` answers for one app: what would happen, why, and what forbids it. */
export type PlanReport =
  | {
      readonly kind: 'planned';
      readonly app: string;
      readonly revision: Revision;
      readonly release: string;
      readonly changes: readonly Change[];
      readonly plan: Plan;
      readonly verdicts: readonly Verdict[];
      readonly warnings: readonly string[];
      /** Under `deploy: approve`, where there is something to approve: the plan's digest, and what people said of it. */
      readonly approval?: { readonly plan: string; readonly ruling: Ruling };
      /** It was only asked what would come of this: nothing of it is going to happen. */
      readonly preview?: Previewed;
    }
  | {
      readonly kind: 'removal';
      readonly app: string;
      readonly onRemove?: OnRemove;
      readonly plan: Plan;
      readonly verdicts: readonly Verdict[];
      readonly preview?: Previewed;
    }
  | {
      readonly kind: 'failed';
      readonly app: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
    };

/** What a host's policy says of compose files that are not pushed yet. */
export interface CheckReport {
  readonly preset: PresetName;
  readonly verdicts: readonly Verdict[];
  readonly warnings: readonly string[];
}

/** How one pass over one app ended, for whoever asked for it. */
export interface PassReport {
  readonly app: string;
  readonly outcome: Outcome;
  /** Sequence number of the entry that tells it; undefined when nothing was written. */
  readonly entry: number | undefined;
  readonly revision: Revision | undefined;
  /** Milliseconds after which another look at what runs is due, because a correction waits until then. */
  readonly again?: number;
  /** Milliseconds after which the windows open that kept it from beginning. */
  readonly opens?: number | undefined;
}

export type SyncState =
  | { readonly state: 'in-sync' }
  | { readonly state: 'out-of-sync'; readonly causes: readonly string[] }
  | { readonly state: 'unknown'; readonly because: string };

export type HealthState = 'healthy' | 'progressing' | 'degraded' | 'missing' | 'suspended';

export interface ServiceStatus {
  readonly service: string;
  readonly health: HealthState;
  /** E.g. `running (healthy)`, `exited (1)`. */
  readonly found: string;
  readonly containers: readonly string[];
}

/** Why nothing happens by itself, or only later. */
export interface Block {
  /**
   * A code of an outcome's block, of an error (`source-unreachable`, `unhealthy` …), or `retry` (waits before it tries again), `drift-reported`,
   * `drift-fought`, `drift-failed`, `left` (a failed release was left as it is), `policy` (what runs is denied by now).
   */
  readonly code: string;
  readonly detail: string;
  /** What a person can do about it, in prose. */
  readonly hint: string | undefined;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601, or undefined while only a person or a change lifts it. */
  readonly until: string | undefined;
  /** The exact command. */
  readonly lift: string;
}

/** A release as somebody refers to it. */
export interface ReleasePointer {
  readonly release: string | undefined;
  readonly commit: string | undefined;
}

/** The five answers of one app, never mixed into one. */
export interface AppStatus {
  readonly app: string;
  readonly source: { readonly state: 'fetched' | 'stale' | 'failed' | 'unverified'; readonly detail: string };
  readonly sync: SyncState;
  readonly health: { readonly state: HealthState; readonly services: readonly ServiceStatus[] };
  /** Which step runs; undefined: none. */
  readonly operation: string | undefined;
  readonly blockedBy: readonly Block[];
  readonly policies: {
    readonly deploy: App['deploy'];
    readonly drift: App['drift'];
    readonly onFailure: App['onFailure'];
  };
  readonly desired: ReleasePointer | undefined;
  readonly attempted:
    | (ReleasePointer & { readonly outcome: string; readonly at: string; readonly seq: number })
    | undefined;
  /** Whose containers are there. */
  readonly applied: string | undefined;
  readonly deployed:
    | { readonly release: string; readonly commit: string | undefined; readonly at: string; readonly seq: number }
    | undefined;
}

/** Whether the deployment log takes entries. While it does not, nothing is begun. */
export type RecordCondition =
  | { readonly kind: 'sound' }
  | {
      readonly kind: 'unwritable';
      /** ISO 8601. */
      readonly since: string;
      readonly message: string;
      readonly hint: string | undefined;
    };

/** How far a witness is that is told of the log. Times are ISO 8601. */
export type WitnessStatus = {
  readonly url: string;
  readonly branch: string;
  /** Last entry that it vouches for. */
  readonly witnessed: number;
  /** When that was found out. */
  readonly at: string;
} & (
  | { readonly state: 'current' }
  | {
      readonly state: 'behind';
      readonly since: string;
      readonly message: string;
      readonly hint?: string | undefined;
      /** When it is tried again. */
      readonly next: string;
    }
  /** What it holds of so many entries is not what our log says. */
  | { readonly state: 'contradicted'; readonly since: string; readonly size: number }
);

export interface RecordStatus {
  /** Undefined: no daemon answered, which would know. */
  readonly condition: RecordCondition | undefined;
  /** Undefined: there is none, or nothing is known yet. */
  readonly witness: WitnessStatus | undefined;
}

export interface HostStatus {
  readonly host: string;
  /** Whether a daemon answered; without one, `source` is what the last pass left. */
  readonly daemon: { readonly pid: number; readonly since: string } | undefined;
  /** How it is about the deployment log. */
  readonly record?: RecordStatus;
  /** Everybody who is told what the log says. */
  readonly deliveries?: readonly DeliveryStatus[];
  /** What suspends the whole host now. */
  readonly suspension?: SuspensionRecord | undefined;
  readonly configuration?: ConfigurationStatus | undefined;
  readonly apps: readonly AppStatus[];
  /** Apps that left the configuration, and are not removed yet. */
  readonly leaving?: readonly LeavingStatus[];
}

/** An app that left the configuration, and what is in the way of what is to become of it. */
export interface LeavingStatus {
  readonly app: string;
  readonly project: string;
  readonly onRemove: OnRemove;
  /** It is declared under another project now. */
  readonly moved: boolean;
  /** ISO 8601: since when that is known. */
  readonly since: string;
  /** Names. */
  readonly containers: readonly string[];
  /** Empty: nothing; the next pass does it. */
  readonly blockedBy: readonly Block[];
}

/** Which configuration is in force, and why not a newer one. Times are ISO 8601, of the log; undefined before it knows. */
export interface ConfigurationStatus {
  readonly origin: ConfigurationOrigin;
  readonly since: string | undefined;
  readonly troubles: readonly ConfigurationTrouble[];
  readonly troubledSince: string | undefined;
}
