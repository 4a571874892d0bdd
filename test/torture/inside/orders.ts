/** What the program under torture and the tests that torture it say to each other: files in one folder. */
import { join } from 'node:path';

/** Where the death comes: before the call, some time into it, when it is over but nobody has heard of it yet; `torn`: in the middle of a write. */
export type When = 'before' | 'during' | 'after' | 'torn';

export interface Order {
  /** Another text is another order: calls are counted from when it was given. */
  readonly id: string;
  readonly kill?: Kill;
  /** Milliseconds that the wall clock is off. */
  readonly clockOff?: number;
  /** When the log begins a further file and signs, in place of what the configuration says. */
  readonly log?: LogOrder;
}

export interface LogOrder {
  readonly segmentBytes: number;
  readonly checkpointEntries: number;
}

export interface Kill {
  /** Name of the point, e.g. `engine replace`. */
  readonly point: string;
  /** At its so-manieth call, from 1. */
  readonly nth: number;
  readonly when: When;
  /** Milliseconds, for `during`. */
  readonly delay: number;
}

/** A line of the trace. */
export type Traced =
  | { readonly begun: string; readonly at: number }
  | { readonly done: string; readonly took: number }
  | { readonly killed: string }
  /** An entry was acknowledged: whoever asked for it was told that it is on the disk. */
  | { readonly acknowledged: string };

export const orderFile = (folder: string): string => join(folder, 'order.json');
export const traceFile = (folder: string): string => join(folder, 'trace.jsonl');

/** The variable that names the folder. */
export const variable = 'HARBORMASTER_TORTURE';
