import type { Fact } from '../../model/fact.ts';

/** Somebody who is told what the log says. */
export interface Target {
  /** Names its file, and stays the same as long as the configuration says the same of it: letters, digits and `-`. */
  readonly key: string;
  /** Equal for what may be the same target described otherwise: it takes over what waits for one that is gone. */
  readonly like?: string | undefined;
  /** For people, without secrets. */
  readonly label: string;
  /** How often it may refuse a message before that is given up; undefined: what is usual. */
  readonly patience?: number | undefined;
  /** What it is to be told of an entry; undefined: nothing. `open`: of what it was told, and of the end not yet. */
  select(fact: Fact, open: ReadonlySet<string>): Message | undefined;
}

export interface Message {
  /** Subjects of which more is to be told from then on, e.g. apps in trouble. */
  readonly opens: readonly string[];
  /** Subjects of which this is the end. */
  readonly closes: readonly string[];
  /**
   * Undefined: nothing is told, only remembered. Throws `notify-refused` where the receiver does not take this very message, and anything else where it
   * cannot be reached; with `NotBefore` as its cause where the receiver says when.
   */
  readonly send?: (() => Promise<void>) | undefined;
}

/** The cause of an error: the receiver asks for so many milliseconds without another attempt. */
export class NotBefore extends Error {
  readonly wait: number;

  constructor(wait: number) {
    super(`not before ${Math.round(wait / 1000)} s`);
    this.wait = wait;
  }
}
