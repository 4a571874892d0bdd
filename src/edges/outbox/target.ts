import type { Fact } from '../../model/fact.ts';

/** Somebody who is told what the log says. */
export interface Target {
  /** Names its file, and stays the same as long as it is the same target: letters, digits and `-`. */
  readonly key: string;
  /** For people, without secrets. */
  readonly label: string;
  /** What it is to be told of an entry; undefined: nothing. `open`: subjects whose trouble it knows and whose end it does not. */
  select(fact: Fact, open: ReadonlySet<string>): Message | undefined;
}

export interface Message {
  /** Who or what it is about, e.g. the name of an app. */
  readonly subject: string;
  /** Whether the subject is in trouble from then on, as far as this target knows. */
  readonly opens: boolean;
  /** Throws `notify-refused` where the receiver does not take this very message, and anything else where it cannot be reached. */
  send(): Promise<void>;
}
