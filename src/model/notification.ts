import type { Entry } from './entry.ts';

/** `test`: a person wants to see whether it arrives. */
export type NotificationEvent = 'failed' | 'blocked' | 'drifted' | 'stale' | 'recovered' | 'test';

/** How much it matters to somebody who is asleep. */
export type Severity = 'info' | 'warning' | 'error';

/** What people are told of an app's trouble and its end. */
export interface Notification {
  readonly event: NotificationEvent;
  readonly host: string;
  /** Undefined: the whole host. */
  readonly app: string | undefined;
  /** Names that the app had when people were told of the same trouble before, the newest first. */
  readonly formerly?: readonly string[] | undefined;
  /** One sentence for a person. */
  readonly summary: string;
  /** Undefined: a test. */
  readonly entry: Entry | undefined;
}
