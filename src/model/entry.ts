import type { Outcome } from './outcome.ts';
import type { Step } from './plan.ts';
import type { Revision } from './revision.ts';
import type { Verdict } from './verdict.ts';

/** What made a pass happen. `by` is the local user of a request. */
export interface Trigger {
  readonly kind: 'start' | 'interval' | 'file-change' | 'retry' | 'request';
  readonly by?: string | undefined;
}

/** What a service ran before and after a deployment. */
export interface ServiceRecord {
  readonly service: string;
  readonly change: 'create' | 'replace' | 'start' | 'remove' | 'none';
  /** Sentence for people. */
  readonly because: string | undefined;
  readonly image: { readonly from: string | undefined; readonly to: string | undefined };
  readonly digest: { readonly from: string | undefined; readonly to: string | undefined };
  /** Engine image id that runs afterwards. */
  readonly imageId: string | undefined;
  readonly containers: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** A one-shot that ran to its end with exit code 0. */
  readonly completed: boolean;
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

export type EntryBody =
  /** First line of a segment; `snapshot` carries the folded state that must outlive retention. */
  | { readonly kind: 'opened'; readonly version: string; readonly snapshot: HostSnapshot }
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
      /** The deployed release is kept or brought back because the newer one cannot be had. */
      readonly restores?: boolean;
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
      /** As in the intent: it says nothing of the newer release, and ends no trouble with it. */
      readonly restores?: boolean;
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
    }
  /** The app is what Git declares again, without a deployment; `after` is the entry of the trouble. */
  | { readonly kind: 'recovered'; readonly app: string; readonly after: number }
  /** Bytes at the end of the file that no acknowledged entry owns (a torn write), covered so that they stay provable. */
  | { readonly kind: 'repaired'; readonly offset: number; readonly length: number; readonly sha256: string };

export type Entry = EntryStamp & EntryBody;
export type EntryOf<K extends EntryBody['kind']> = EntryStamp & Extract<EntryBody, { kind: K }>;

/** Folded state at the head of a segment. */
export interface HostSnapshot {
  readonly apps: Readonly<Record<string, AppHistory>>;
}

/** What the log says of one app: a fold, never stored elsewhere. */
export interface AppHistory {
  readonly project: string;
  /** The last deployment that ended well. */
  readonly deployed: DeployedRecord | undefined;
  /** The last attempt with its outcome, good or bad. */
  readonly attempted: AttemptRecord | undefined;
  /** An intent without an outcome: Harbormaster died in the middle. */
  readonly open: { readonly seq: number; readonly release: string | undefined } | undefined;
  /** Present while the last word is trouble. */
  readonly trouble: TroubleRecord | undefined;
  /** Release digests that were deployed and found bad: not tried again by themselves. */
  readonly quarantined: readonly string[];
  /** Service digests of one-shots that ran to their end. */
  readonly completed: readonly string[];
}

export interface DeployedRecord {
  readonly release: string;
  readonly seq: number;
  readonly at: string;
  readonly commit: string | undefined;
  /** Engine image id by service. */
  readonly imageIds: Readonly<Record<string, string>>;
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
}
