import type { Role } from './access.ts';
import type { Consent } from './approval.ts';
import type { CheckResult } from './check.ts';
import type { ConfigurationDigests, ConfigurationOrigin, ConfigurationTrouble } from './configuration.ts';
import type { HostSnapshot } from './history.ts';
import type { HookEnd, HookMoment, HookRun } from './hook.ts';
import type { Damage, LogState, PreviousSegment, PrunedFile } from './log-state.ts';
import type { Means } from './means.ts';
import type { ContainerRef } from './mend.ts';
import type { Outcome } from './outcome.ts';
import type { Step } from './plan.ts';
import type { RemovalPolicy } from './removal.ts';
import type { Revision } from './revision.ts';
import type { Claim, Purpose, ServiceRecord } from './service-record.ts';
import type { Trigger } from './trigger.ts';
import type { Verdict } from './verdict.ts';

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

export type Entry = EntryStamp & EntryBody;
export type EntryOf<K extends EntryBody['kind']> = EntryStamp & Extract<EntryBody, { kind: K }>;
