import type { UserActor } from '../model/actor.ts';
import type { Line } from './line.ts';
import type { VerbOption } from './option.ts';
import type { Printer } from './print.ts';
import type { Settings } from './settings.ts';
import type { Wired } from './wired.ts';

/** What one verb of the command line is. A new verb is a file with one of these, and one line in `verbs/index.ts`. */
export interface Verb {
  /** The words that call it, e.g. `log verify`. */
  readonly name: string;
  readonly group: 'Set up' | 'Every day' | 'By hand' | 'The record' | 'The daemon';
  /** One line of the list of verbs. */
  readonly summary: string;
  /** Operands, as commander writes them: `[apps...]`. */
  readonly operands?: string;
  readonly options?: readonly VerbOption<unknown>[];
  /** What one must know besides, shown in its help. */
  readonly details?: string;
  readonly examples: readonly Example[];
  /** It listens to the signal and ends in order. Any other verb is just left when somebody interrupts it. */
  readonly endsInOrder?: boolean;
  /** Resolves with the exit code. Throws HarborError. */
  run(call: Call): Promise<number>;
}

export interface Example {
  readonly command: string;
  readonly does: string;
}

/** One call of a verb: what was asked for, and what it may use. */
export interface Call {
  readonly operands: readonly string[];
  option<Value>(option: VerbOption<Value>): Value;
  readonly settings: Settings;
  /** All that there are. */
  readonly verbs: readonly Verb[];
  /** Made on first use. */
  wired(): Promise<Wired>;
  readonly print: Printer;
  readonly json: boolean;
  /** The one result: as JSON if that was asked for, else for people. */
  answer(value: unknown, lines: () => readonly Line[]): void;
  /** Asks the person at the terminal; undefined where there is none. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly version: string;
  /** Who calls. */
  readonly user: UserActor;
  readonly signal: AbortSignal;
  now(): Date;
}
