import type { Entry } from './entry.ts';

export type NotificationEvent = 'failed' | 'blocked' | 'drifted' | 'recovered';

/** What people are told of an app's trouble and its end. */
export interface Notification {
  readonly event: NotificationEvent;
  readonly host: string;
  /** Undefined: the whole host. */
  readonly app: string | undefined;
  /** One sentence for a person. */
  readonly summary: string;
  readonly entry: Entry;
}
