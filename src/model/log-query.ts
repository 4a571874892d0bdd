import type { Entry } from './entry.ts';
import type { Outcome } from './outcome.ts';

/** Which entries somebody asks for; what is left out does not matter. */
export interface LogQuery {
  readonly apps?: readonly string[];
  readonly since?: Date;
  /** Up to and including this moment. */
  readonly until?: Date;
  readonly outcomes?: readonly Outcome['kind'][];
  readonly kinds?: readonly Entry['kind'][];
  /** False: without the single steps of an intent, unless `kinds` names them. */
  readonly steps?: boolean;
  /** Only entries after this sequence number. */
  readonly after?: number;
}

/** Which part of the log is read: at most `limit` entries, the newest first and all of them before one, or the oldest first and all of them after one. */
export type PageRequest =
  | { readonly order: 'newest'; readonly before: number | undefined; readonly limit: number }
  | { readonly order: 'oldest'; readonly after: number; readonly limit: number };

export interface LogPage {
  /** In the order that was asked for. */
  readonly entries: readonly Entry[];
  /** Where to go on: the next `before` or `after`; undefined: there is no more. A page may be short, or empty, and go on all the same. */
  readonly next: number | undefined;
}
