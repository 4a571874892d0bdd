import type { Role, TokenRecord } from './access.ts';
import type { Actor } from './actor.ts';
import type { Consent, Decision } from './approval.ts';
import type { CheckResult } from './check.ts';
import type {
  ConfigurationDigests,
  ConfigurationOrigin,
  ConfigurationRecord,
  ConfigurationTrouble,
} from './configuration.ts';
import type { HookEnd, HookMoment, HookRun } from './hook.ts';
import type { Means } from './means.ts';
import type { ContainerRef } from './mend.ts';
import type { Configured } from './observed.ts';
import type { Refreshed } from './on-change.ts';
import type { Outcome } from './outcome.ts';
import type { RefreshedRef, Step } from './plan.ts';
import type { GoneRecord, LeftRecord, OnRemove, RemovalApproval, RemovalPolicy } from './removal.ts';
import type { Revision } from './revision.ts';
import type { Verdict } from './verdict.ts';

/** What made a pass happen. */
export interface Trigger {
  readonly kind:
    | 'start'
    | 'interval'
    | 'file-change'
    | 'engine-event'
    | 'retry'
    | 'window'
    | 'dependency'
    | 'request'
    | 'webhook';
  /** Of a request: the name that the person's word goes by. */
  readonly by?: string | undefined;
  /** Of a request or webhook: who it was, and how far that is proven. `actorOf` tells it of every trigger. */
  readonly actor?: Actor | undefined;
  /** Why a person wants it done also while a window is closed. */
  readonly override?: string | undefined;
  /** Why a person wants it done without waiting for the apps that it depends on. */
  readonly ignoreOrder?: string | undefined;
}

/** A container as it was found. */
export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  /** Reference that it was made from, where the engine still knows it: `repository:tag@sha256:…`. */
  readonly image: string | undefined;
  /** Engine image id. */
  readonly imageId: string;
}

/** What a service ran before and after a deployment. */
export interface ServiceRecord {
  readonly service: string;
  readonly change: 'create' | 'replace' | 'refresh' | 'start' | 'mend' | 'stop' | 'remove' | 'none';
  /** Sentence for people. */
  readonly because: string | undefined;
  /** What ran before, by digest where the engine knows it and else by its image id; what the release asks for. */
  readonly image: { readonly from: string | undefined; readonly to: string | undefined };
  readonly digest: { readonly from: string | undefined; readonly to: string | undefined };
  /** Engine image id that runs afterwards. */
  readonly imageId: string | undefined;
  readonly containers: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** The containers of `after`, by name and image. Entries of earlier versions have only their ids. */
  readonly ran?: readonly ContainerRecord[];
  /** A one-shot that ran to its end with exit code 0. */
  readonly completed: boolean;
  /** How its containers are configured, where that was looked at anew: what drift is compared with. */
  readonly configured?: Configured;
}

/**
 * What an operation is for. `deploy`: a release that Git asks for. `heal`: what runs left the deployed release. `restore`: back to the deployed
 * release by itself, because a newer one failed or cannot be had. `rollback`: to an earlier release, because a person said so. `adopt`: containers that
 * somebody else started are taken over. `remove`: the app left the configuration.
 */
export type Purpose = 'deploy' | 'heal' | 'restore' | 'rollback' | 'adopt' | 'remove';

/** A container or network that was taken over or given up, by id, because labels cannot be changed on a running one. */
export interface Claim {
  readonly id: string;
  readonly name: string;
  /** Key in the compose file. */
  readonly key: string;
  /** Digest that it stands for, as its label would say. */
  readonly digest: string;
  /** Why it is not what Git declares, and so does not stay. */
  readonly differs?: string;
}

/** What a person said of a plan, by the plan's digest. */
interface Decided {
  readonly app: string;
  readonly plan: string;
  readonly release: string;
  readonly trigger: Trigger;
  readonly reason: string | undefined;
}

/** What every entry has besides its kind. The log itself adds these when it appends. */
export interface EntryStamp {
  readonly v: 1;
  readonly seq: number;
  /** ISO 8601, UTC. Order by `seq`, not by time: clocks jump. */
  readonly at: string;
  readonly host: string;
  /** Instance id: derived from the host key, the same as the label on our containers. */
  readonly instance: string;
  /** SHA-256 (hex) of the previous line without its newline; 64 zeros for the first. */
  readonly prev: string;
}

/** Of one app, or of the host: of every app that it has, also of those that come later. */
type Scoped = { readonly trigger: Trigger } & ({ readonly of: 'app'; readonly app: string } | { readonly of: 'host' });

export type EntryBody =
  /** First line of a segment; `snapshot` carries the folded state that must outlive retention. */
  | {
      readonly kind: 'opened';
      readonly version: string;
      readonly snapshot: HostSnapshot;
      /** What the log says of itself up to here. Segments that old versions began do not have it. */
      readonly log?: LogState;
      readonly previous?: PreviousSegment;
    }
  /** Intent: flushed before the first side effect. */
  | {
      readonly kind: 'started';
      readonly app: string;
      readonly project: string;
      readonly trigger: Trigger;
      readonly revision: Revision | undefined;
      /** Undefined: the app is removed. */
      readonly release: string | undefined;
      readonly steps: readonly Step[];
      readonly verdicts: readonly Verdict[];
      readonly purpose: Purpose;
      /** Of a heal: equal for the same drift met again. */
      readonly fingerprint?: string;
      /** What the person said who asked for it. */
      readonly reason?: string;
      /** Of a rollback by hand: stay there until `release`. */
      readonly hold?: boolean;
      /** Of a deployment under `deploy: approve`. */
      readonly consent?: Consent;
      /** Names of the closed windows that the person overrode. */
      readonly overridden?: readonly string[];
      /** Apps that it should have waited for, and that the person did not wait for. */
      readonly unordered?: readonly string[];
      /** What becomes of the app when it leaves the configuration; of a removal: what becomes of it now. Undefined: what is usual. */
      readonly removal?: RemovalPolicy;
      /** Of a removal: only of what another project than the declared one has. */
      readonly moved?: boolean;
      /** Release that was deployed before. */
      readonly from?: string;
      readonly means?: Means;
    }
  /** The step that begins now: what a crash cut short is the last one. */
  | {
      readonly kind: 'step';
      readonly app: string;
      readonly intent: number;
      readonly act: Step['kind'];
      readonly title: string;
    }
  /** The container of a hook is made, and starts now: it is not run again in this operation, whatever happens. */
  | {
      readonly kind: 'hook-begun';
      readonly app: string;
      readonly intent: number;
      readonly moment: HookMoment;
      readonly service: string;
      readonly container: ContainerRef;
      /** Milliseconds that it may take. */
      readonly limit: number;
      readonly irreversible: boolean;
    }
  /** How a hook ended; `intent` is that of its beginning. */
  | {
      readonly kind: 'hook-ended';
      readonly app: string;
      readonly intent: number;
      readonly moment: HookMoment;
      readonly service: string;
      /** Id. */
      readonly container: string;
      readonly end: HookEnd;
    }
  /** Exactly one for each `started`. */
  | {
      readonly kind: 'finished';
      readonly app: string;
      readonly intent: number;
      readonly trigger: Trigger;
      readonly revision: Revision | undefined;
      readonly release: string | undefined;
      readonly outcome: Outcome;
      readonly services: readonly ServiceRecord[];
      /** Milliseconds since the intent. */
      readonly duration: number;
      /** As in the intent. */
      readonly purpose: Purpose;
      /** Those that ran in the operation, also before a crash that it goes on after. */
      readonly hooks?: readonly HookRun[];
      readonly checks?: readonly CheckResult[];
    }
  /** An attempt that ended before any side effect: failed or blocked. Written once per reason, not once per cycle. */
  | {
      readonly kind: 'refused';
      readonly app: string;
      readonly trigger: Trigger;
      readonly revision: Revision | undefined;
      readonly release: string | undefined;
      readonly outcome: Outcome;
      readonly verdicts: readonly Verdict[];
      /** The plan that was refused, where there was one. */
      readonly steps?: readonly Step[];
      /** Release that was deployed. */
      readonly from?: string;
      readonly means?: Means;
    }
  /**
   * The trouble of an earlier entry is over without an operation of ours. `of`: with the newest release, with what runs, with what the policy says of
   * what runs, or with the comparison with Git.
   */
  | {
      readonly kind: 'recovered';
      readonly app: string;
      readonly after: number;
      readonly of: 'release' | 'drift' | 'policy' | 'comparison';
      /** That asks for what is deployed. */
      readonly revision?: Revision;
    }
  /** It was not compared with Git for too long, for whatever reason. Once, until it is again. */
  | {
      readonly kind: 'stale';
      readonly app: string;
      /** When it was last, ISO 8601; undefined: never, as far as is known. */
      readonly compared: string | undefined;
      /** Milliseconds that are too long. */
      readonly limit: number;
    }
  /** The policy denies something of what runs, because it is another one than when that was deployed. Once, not once a cycle; nothing is torn down for it. */
  | {
      readonly kind: 'objected';
      readonly app: string;
      /** The deployed one. */
      readonly release: string;
      /** What is denied; their ruling is `warn`, because nothing is done. */
      readonly verdicts: readonly Verdict[];
      /** So many more are not told one by one. */
      readonly more?: number;
      /** Equal for the same objections met again. */
      readonly fingerprint: string;
    }
  /** What runs left the deployed release, and is left so: because of the policy, or because somebody undoes every correction. Once, not once a cycle. */
  | {
      readonly kind: 'drifted';
      readonly app: string;
      readonly release: string;
      readonly state: 'reported' | 'fought' | 'failed' | 'waiting';
      readonly causes: readonly string[];
      readonly fingerprint: string;
    }
  /** Pinned to what is deployed: by a person, or after a failure with `on_failure: hold`. */
  | {
      readonly kind: 'held';
      readonly app: string;
      readonly release: string | undefined;
      readonly trigger: Trigger;
      readonly reason: string;
    }
  | { readonly kind: 'released'; readonly app: string; readonly trigger: Trigger; readonly reason: string | undefined }
  /** Nothing acts on it until then, or until `resumed`; undefined: until somebody resumes it. */
  | ({ readonly kind: 'suspended'; readonly reason: string; readonly until: string | undefined } & Scoped)
  /** By a person, or by itself when its time was over. */
  | ({ readonly kind: 'resumed'; readonly reason: string | undefined } & Scoped)
  /** A person asked to try again what was found bad, or what is fought over. */
  | { readonly kind: 'retried'; readonly app: string; readonly release: string | undefined; readonly trigger: Trigger }
  /** A person let a revision through that does not follow what is deployed. */
  | {
      readonly kind: 'history-accepted';
      readonly app: string;
      readonly trigger: Trigger;
      readonly reason: string;
      /** Commits. */
      readonly from: string;
      readonly to: string;
    }
  /** A person agreed to a plan, or turned it down. */
  | ({ readonly kind: 'approved' } & Decided)
  | ({ readonly kind: 'rejected' } & Decided)
  /** What becomes of an app that leaves the configuration is another matter from now on. */
  | { readonly kind: 'removal-set'; readonly app: string; readonly trigger: Trigger; readonly removal: RemovalPolicy }
  /** The app left the configuration, and is removed when its time is over. */
  | {
      readonly kind: 'left';
      readonly app: string;
      readonly project: string;
      readonly trigger: Trigger;
      readonly until: string;
      readonly removal: RemovalPolicy;
    }
  /** It is in the configuration again, before it was removed or after it was stopped. */
  | { readonly kind: 'returned'; readonly app: string; readonly trigger: Trigger }
  /** It has another name from here on: what was of `from` is of `app`. */
  | {
      readonly kind: 'renamed';
      readonly app: string;
      readonly from: string;
      readonly project: string;
      readonly trigger: Trigger;
    }
  /** A person agreed that exactly these apps are removed. */
  | {
      readonly kind: 'removal-approved';
      readonly apps: readonly string[];
      readonly trigger: Trigger;
      readonly reason: string;
    }
  | {
      readonly kind: 'adopted';
      readonly app: string;
      readonly project: string;
      readonly trigger: Trigger;
      readonly reason: string | undefined;
      readonly containers: readonly Claim[];
      readonly networks: readonly Claim[];
    }
  | {
      readonly kind: 'forgotten';
      readonly app: string;
      readonly trigger: Trigger;
      readonly reason: string | undefined;
      readonly containers: readonly Claim[];
      readonly networks: readonly Claim[];
    }
  /** Who holds it may do what its role lets him, with these apps. The token itself is kept nowhere. */
  | {
      readonly kind: 'token-created';
      /** Its id, which stands in the token itself. */
      readonly token: string;
      readonly name: string;
      readonly role: Role;
      /** Patterns of names; empty: every app, and the host. */
      readonly apps: readonly string[];
      /** ISO 8601; undefined: it lasts until it is revoked. */
      readonly expires: string | undefined;
      readonly trigger: Trigger;
    }
  | {
      readonly kind: 'token-revoked';
      readonly token: string;
      readonly name: string;
      readonly trigger: Trigger;
      readonly reason: string | undefined;
    }
  /** Another configuration is in force than the log knew of, or the newest one can be used again. Once a change, not once a start. */
  | ({
      readonly kind: 'configured';
      readonly trigger: Trigger;
      /** Of all that it says; keyed, as its parts are. */
      readonly digest: string;
      /** Names of apps. */
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
      /** Keys of the host's own settings that changed: `config.removal_guard`, `windows` … */
      readonly keys: readonly string[];
      /** Not all of the newest could be used: what was told by `configuration-failed` goes on. */
      readonly partial?: true;
    } & ConfigurationOrigin &
      ConfigurationDigests)
  /** The newest configuration, or a part of it, cannot be used; what is in force stays so. Once for each trouble. */
  | {
      readonly kind: 'configuration-failed';
      readonly trigger: Trigger;
      readonly troubles: readonly ConfigurationTrouble[];
      /** Equal for the same trouble met again. */
      readonly signature: string;
    }
  /** Bytes at the end of the file that no acknowledged entry owns (a torn write), covered so that they stay provable. */
  | { readonly kind: 'repaired'; readonly offset: number; readonly length: number; readonly sha256: string }
  /** Checkpoints are signed with another key from here on. */
  | {
      readonly kind: 'key-changed';
      /** Verifier keys; `from` undefined: the first one. */
      readonly from: string | undefined;
      readonly to: string;
      /** A signed note in which the old key names the new one; undefined where there is none, or it was lost. */
      readonly handover: string | undefined;
      readonly trigger: Trigger;
      readonly reason: string | undefined;
    }
  /** Whole segments leave by policy; written before the first of them is deleted. */
  | {
      readonly kind: 'pruned';
      /** Last entry that leaves. */
      readonly through: number;
      /** SHA-256 of its line. */
      readonly head: string;
      readonly files: readonly PrunedFile[];
      /** The checkpoint of a witness, a signed note, that covers all of them. */
      readonly checkpoint: string;
      readonly witness: string;
      /** Which limit they were over. */
      readonly because: string;
    }
  /** A person knows that a part of the log is damaged, and lets it go on. */
  | ({ readonly kind: 'damage-accepted'; readonly trigger: Trigger; readonly reason: string } & Damage)
  /** A witness holds a checkpoint that this log contradicts: one of the two was rewritten. */
  | {
      readonly kind: 'contradicted';
      readonly witness: string;
      /** What the witness holds, a signed note. */
      readonly checkpoint: string;
      /** Number of lines that it is about, and the root over them as the witness (`theirs`) and we (`ours`, undefined: we have fewer) know it. */
      readonly size: number;
      readonly theirs: string;
      readonly ours: string | undefined;
    };

/** What the log says of itself: with it at the head of a segment, neither a start nor a proof needs the files before. */
export interface LogState {
  /** Sequence number of the first entry of the tree: 1, unless damage was accepted. */
  readonly epoch: number;
  /**
   * The Merkle tree (RFC 6962) whose leaves are the lines from there on: hashes (hex) of its complete subtrees, the largest first. Its size is the number of
   * entries from `epoch` on.
   */
  readonly tree: readonly string[];
  /** Verifier key of the key that signs. */
  readonly key?: string | undefined;
  /** Last entry that left by retention. */
  readonly pruned?: number | undefined;
  /** SHA-256 of the checkpoint of a witness that was found to contradict the log last. */
  readonly contradicted?: string | undefined;
}

/** Where the segment before ended. */
export interface PreviousSegment {
  readonly file: string;
  /** Up to there every byte counts. */
  readonly bytes: number;
  /** What follows there was never acknowledged, because the disk failed: it may be there or not. */
  readonly torn: boolean;
}

export interface PrunedFile {
  readonly file: string;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** A part of the log that does not hold. */
export interface Damage {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Of its first byte. */
  readonly offset: number;
  readonly what: string;
  /** Last entry before it, and the first one that holds again. */
  readonly after: number;
  readonly before: number;
  /** Of the whole file as it is now; undefined where a file is missing, and this is the one after it. */
  readonly sha256: string | undefined;
}

export type Entry = EntryStamp & EntryBody;
export type EntryOf<K extends EntryBody['kind']> = EntryStamp & Extract<EntryBody, { kind: K }>;

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
  /** What was begun of the hooks of an operation that is open, or that goes on later. */
  readonly hooks?: { readonly release: string | undefined; readonly runs: readonly HookRun[] } | undefined;
  /** An irreversible hook that was begun since the last release that was seen healthy: going back does not undo it. */
  readonly irreversible?: IrreversibleRecord | undefined;
  /** What was taken over: ours without a label. */
  readonly adopted: { readonly containers: readonly Claim[]; readonly networks: readonly Claim[] };
  /** Containers that are not at what their labels say. */
  readonly refreshed?: readonly Refreshed[] | undefined;
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
