import type { Actor } from './actor.ts';
import type { Approval } from './approval.ts';
import type { Outcome } from './outcome.ts';
import type { Revision } from './revision.ts';
import type { Purpose } from './service-record.ts';

/** A time between two acts of ours on an app: what ran then, as far as the log knows. */
export interface Span {
  readonly app: string;
  /** Entry that it begins with. */
  readonly seq: number;
  /** ISO 8601. */
  readonly from: string;
  /** Undefined: it goes on. */
  readonly to: string | undefined;
  /**
   * `running`: a release that was seen healthy. `mixed`: what an operation left that did not end well, or what was taken over. `changing`: an operation is
   * at work. `nothing`: no container of ours. `unknown`: the log does not say, because the app was let go of.
   */
  readonly state: 'running' | 'mixed' | 'changing' | 'nothing' | 'unknown';
  /** That runs; of `mixed` and `changing` the one that was to be brought in. */
  readonly release: string | undefined;
  /** That the release came with; undefined where the log no longer has it. */
  readonly revision: Revision | undefined;
  readonly commit: string | undefined;
  readonly services: readonly RunningService[];
  /** What made it so; undefined where the log no longer has it. */
  readonly origin: Origin | undefined;
  /** What brought the release: not a heal, which only keeps it. */
  readonly deployment: Origin | undefined;
  /** What left the release meanwhile without an act of ours. */
  readonly drifts: readonly Drifted[];
}

export interface RunningService {
  readonly service: string;
  /** By digest, as the release asks for it. */
  readonly image: string | undefined;
  /** Engine image id. */
  readonly imageId: string | undefined;
  readonly containers: readonly RunningContainer[];
}

export interface RunningContainer {
  readonly id: string;
  /** Undefined in entries of earlier versions. */
  readonly name: string | undefined;
}

/** The act that a span begins with. */
export interface Origin {
  /** The entry that tells how it ended; while it goes on, and of what is no operation, the one that it began with. */
  readonly seq: number;
  readonly purpose: Purpose | 'forget';
  readonly outcome: Outcome | undefined;
  readonly actor: Actor | undefined;
  readonly reason: string | undefined;
  readonly approvals: readonly Approval[];
  /** Why each service was touched. */
  readonly causes: readonly string[];
  /** Milliseconds. */
  readonly duration: number | undefined;
}

export interface Drifted {
  readonly seq: number;
  readonly at: string;
  readonly causes: readonly string[];
  /** Undefined: as far as is known it is still so. */
  readonly until: string | undefined;
}
