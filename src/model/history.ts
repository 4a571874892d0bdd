import type { ErrorCode } from '../errors.ts';
import type { TokenRecord } from './access.ts';
import type { Consent, Decision } from './approval.ts';
import type { ConfigurationRecord } from './configuration.ts';
import type { HookRun } from './hook.ts';
import type { Configured } from './observed.ts';
import type { Exposed, Exposure, Refreshed } from './on-change.ts';
import type { Outcome } from './outcome.ts';
import type { RefreshedRef } from './plan.ts';
import type { GoneRecord, LeftRecord, OnRemove, RemovalApproval, RemovalPolicy } from './removal.ts';
import type { Claim, Purpose } from './service-record.ts';

/** Folded state at the head of a segment. */
export interface HostSnapshot {
  readonly apps: Readonly<Record<string, AppHistory>>;
  /** Ids that are not ours although their labels say so: of apps that were forgotten. */
  readonly forgotten: readonly string[];
  /** Of every app, also of those that come later. */
  readonly suspension?: SuspensionRecord | undefined;
  /** Apps that were here and are not any more, the newest last. */
  readonly gone?: readonly GoneRecord[] | undefined;
  /** Names that apps had before, the oldest first, by the name that they have now. Folders and labels on the host keep the oldest. */
  readonly names?: Readonly<Record<string, readonly FormerName[]>> | undefined;
  /** What a person agreed to be removed, as long as some of it is to come. */
  readonly removals?: RemovalApproval | undefined;
  /** Tokens of the API that nobody has revoked, the newest last; they may be over. */
  readonly tokens?: readonly TokenRecord[] | undefined;
  readonly configuration?: ConfigurationRecord | undefined;
}

export interface FormerName {
  readonly name: string;
  /** Number of the entry that ended it: what came later under the name is another app's. */
  readonly until: number;
}

/** What was begun of the hooks of an operation. */
export interface HooksRecord {
  readonly release: string | undefined;
  readonly runs: readonly HookRun[];
  /** The operation is neither open nor goes on later: of its hooks only those are kept whose end nobody knows, until somebody does. */
  readonly over?: boolean | undefined;
}

/** What the log says of one app: a fold, never stored elsewhere. What is desired, attempted, applied and deployed are four things. */
export interface AppHistory {
  readonly project: string;
  /** What Git asks for, as far as the log was told. */
  readonly desired: { readonly release: string | undefined; readonly commit: string | undefined } | undefined;
  /** The last attempt at a release that Git asks for, with its outcome, good or bad. */
  readonly attempted: AttemptRecord | undefined;
  /** Whose containers the last operation put there, at least some of them: healthy or not. */
  readonly applied: string | undefined;
  /** The last one that was seen healthy. */
  readonly deployed: DeployedRecord | undefined;
  /** Releases that were seen healthy, the newest last; the deployed one is among them. */
  readonly good: readonly GoodRelease[];
  /** An intent without an outcome: Harbormaster died in the middle, or is at work. */
  readonly open:
    | {
        readonly seq: number;
        readonly release: string | undefined;
        readonly purpose: Purpose;
        readonly step: string | undefined;
        readonly fingerprint: string | undefined;
        readonly hold: boolean;
        readonly reason: string | undefined;
        readonly by: string | undefined;
        /** What was applied before it. */
        readonly left?: string | undefined;
        /** Of a removal: what is removed, and how. */
        readonly removal?:
          | { readonly project: string; readonly onRemove: OnRemove; readonly moved: boolean }
          | undefined;
        /** Containers that it brings changed content to, and keeps. */
        readonly refreshes?: readonly RefreshedRef[] | undefined;
        readonly exposure?: Exposure | undefined;
        readonly consent?: Consent | undefined;
      }
    | undefined;
  /** What was cut short, and nothing has taken the place of: it goes on with the same release. */
  readonly unfinished: Unfinished | undefined;
  /** Present while the newest release is in trouble. */
  readonly trouble: TroubleRecord | undefined;
  /** Present while what runs is not what was deployed, and correcting it was no use or is not wanted. */
  readonly drift: DriftRecord | undefined;
  /** Present while it is not compared with Git. */
  readonly stale?: StaleRecord | undefined;
  /** Present while the policy denies something of what is deployed. */
  readonly objection?: ObjectionRecord | undefined;
  /** The last corrections, the newest last. */
  readonly heals: readonly HealRecord[];
  readonly hold: HoldRecord | undefined;
  /** Its own, besides that of the host; it may be over. */
  readonly suspension?: SuspensionRecord | undefined;
  /** A turn of the history that a person let through: from the deployed commit to another. */
  readonly accepted?: { readonly from: string; readonly to: string } | undefined;
  /** What people said of plans that are not performed yet, the newest last. */
  readonly decisions?: readonly Decision[] | undefined;
  /** Releases that are not tried again by themselves. */
  readonly quarantined: readonly QuarantineRecord[];
  /** Service digests of one-shots that ran to their end. */
  readonly completed: readonly string[];
  /** What becomes of it when it leaves the configuration; undefined: what is usual. */
  readonly removal?: RemovalPolicy | undefined;
  /** Present once it left the configuration. */
  readonly left?: LeftRecord | undefined;
  readonly hooks?: HooksRecord | undefined;
  /** An irreversible hook that was begun since the last release that was seen healthy: going back does not undo it. */
  readonly irreversible?: IrreversibleRecord | undefined;
  /** What was taken over: ours without a label. */
  readonly adopted: { readonly containers: readonly Claim[]; readonly networks: readonly Claim[] };
  /** Containers that are not at what their labels say. */
  readonly refreshed?: readonly Refreshed[] | undefined;
  /** Containers that read files of another release if they were started since. */
  readonly exposed?: readonly Exposed[] | undefined;
}

export interface Unfinished {
  readonly release: string;
  readonly purpose: 'deploy' | 'rollback';
  /** Of a rollback: what the person said, and whether it should stay there. */
  readonly reason: string | undefined;
  readonly hold: boolean;
  /** What allowed it, under `deploy: approve`. */
  readonly consent?: Consent | undefined;
}

export interface GoodRelease {
  readonly release: string;
  readonly commit: string | undefined;
  readonly at: string;
  readonly seq: number;
}

export interface DeployedRecord extends GoodRelease {
  /** Branch or tag that it came from. */
  readonly ref?: string | undefined;
  /** Engine image id by service. */
  readonly imageIds: Readonly<Record<string, string>>;
  /** How the containers of a service were configured when they were made, for the service digest that it holds for. */
  readonly configured: Readonly<Record<string, { readonly digest: string; readonly fields: Configured }>>;
}

export interface AttemptRecord {
  readonly release: string | undefined;
  readonly commit: string | undefined;
  readonly seq: number;
  readonly at: string;
  readonly outcome: Outcome;
}

export interface TroubleRecord {
  readonly seq: number;
  readonly since: string;
  readonly kind: 'failed' | 'blocked';
  readonly message: string;
  /** Same signature: the same trouble, so no new entry. */
  readonly signature: string;
  /** It only waits for other apps: nobody was told of it, so nobody is told of its end. */
  readonly quiet?: boolean;
}

export interface DriftRecord {
  readonly seq: number;
  readonly since: string;
  /** `waiting`: until a window lets it be corrected. */
  readonly state: 'reported' | 'fought' | 'failed' | 'waiting';
  readonly fingerprint: string;
  readonly causes: readonly string[];
  /** Of a failed correction: what kind of failure it was, and what to do about it. */
  readonly code?: ErrorCode;
  readonly hint?: string;
}

export interface StaleRecord {
  readonly seq: number;
  readonly since: string;
  readonly compared: string | undefined;
}

export interface ObjectionRecord {
  readonly seq: number;
  readonly since: string;
  readonly release: string;
  readonly fingerprint: string;
}

export interface IrreversibleRecord {
  readonly seq: number;
  readonly since: string;
  readonly release: string | undefined;
  readonly service: string;
}

export interface HealRecord {
  readonly fingerprint: string;
  readonly at: string;
  /** It could not even be done. */
  readonly failed: boolean;
}

export interface HoldRecord {
  readonly seq: number;
  readonly since: string;
  readonly by: string | undefined;
  readonly reason: string;
}

export interface SuspensionRecord {
  /** Of the entry that set its end. */
  readonly seq: number;
  readonly since: string;
  /** ISO 8601; undefined: until somebody resumes it. */
  readonly until: string | undefined;
  readonly by: string | undefined;
  readonly reason: string;
}

export interface QuarantineRecord {
  readonly release: string;
  /** A person went back from it; otherwise it failed. */
  readonly byHand: boolean;
  readonly seq: number;
  readonly since: string;
  readonly reason: string;
}
