import type { Entry } from './entry.ts';

export type NotificationEvent = 'failed' | 'blocked' | 'drifted' | 'recovered';

/** What people are told of an app's trouble and its end. */
export interface Notification {
  readonly event: NotificationEvent;
  readonly host: string;
  readonly app: string;
  /** One sentence for a person. */
  readonly summary: string;
  readonly entry: Entry;
}
