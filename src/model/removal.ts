/**
 * What becomes of an app that left the configuration. `down`: its containers are stopped and removed, its networks removed. `stop`: its containers are
 * stopped, and stay. `orphan`: it is let go, and keeps running. Volumes and data stay, always.
 */
export type OnRemove = 'down' | 'stop' | 'orphan';

/** What the log remembers for the day on which the configuration says nothing of the app any more. */
export interface RemovalPolicy {
  readonly onRemove: OnRemove;
  /** Milliseconds between leaving the configuration and removal. */
  readonly grace: number;
  /** Apps that it depends on: they wait until it is removed. */
  readonly dependsOn: readonly string[];
}

/** What the log says of an app that left the configuration. */
export interface LeftRecord {
  readonly seq: number;
  readonly since: string;
  /** `waiting`: until its time is over. `stopped`: for good, by `on_remove: stop`. */
  readonly state: 'waiting' | 'stopped';
  /** ISO 8601: when it is removed; undefined once it is stopped. */
  readonly until: string | undefined;
}

/** An app that was here and is no longer ours to look after: what of it may be left. */
export interface GoneRecord {
  readonly app: string;
  readonly project: string;
  readonly seq: number;
  readonly at: string;
  /** `let-go`: its containers were left running, and are nobody's. */
  readonly how: 'removed' | 'let-go';
}

/** A person agreed that exactly these apps are removed. */
export interface RemovalApproval {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
  /** As approved, in alphabetical order. */
  readonly apps: readonly string[];
  readonly reason: string;
}
