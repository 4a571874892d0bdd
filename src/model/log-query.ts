import type { Entry } from './entry.ts';
import type { FormerName } from './history.ts';
import type { Outcome } from './outcome.ts';

/** Which entries somebody asks for; what is left out does not matter. */
export interface LogQuery {
  readonly apps?: readonly string[] | undefined;
  /** Besides `apps`: what they were called before, each up to that entry. */
  readonly formerly?: readonly FormerName[] | undefined;
  readonly since?: Date | undefined;
  /** Up to and including this moment. */
  readonly until?: Date | undefined;
  readonly outcomes?: readonly Outcome['kind'][] | undefined;
  readonly kinds?: readonly Entry['kind'][] | undefined;
  /** False: without the single steps of an intent, unless `kinds` names them. */
  readonly steps?: boolean | undefined;
  /** Only entries after this sequence number. */
  readonly after?: number | undefined;
  /** Only what touched one of these services, or speaks of it. */
  readonly services?: readonly string[] | undefined;
  /** The first digits of a commit, at least four, or a branch or tag. */
  readonly revision?: string | undefined;
  /** Part of the name or e-mail address of a commit's author. */
  readonly author?: string | undefined;
  /** Text that the entry holds somewhere, to the letter. */
  readonly mentions?: string | undefined;
  /** A user's name, `token:NAME`, `webhook:FORGE`, or a kind of actor such as `schedule`. */
  readonly actor?: string | undefined;
}

/** The deployment log for who reads it from its beginning. */
export interface LogReader {
  /** The head of the oldest file that is left: it tells what was before. */
  head(): Promise<Entry | undefined>;
  /** Entries that fit, the oldest first; of an app also under the names that it had before. */
  oldest(query: LogQuery): AsyncIterable<Entry>;
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
