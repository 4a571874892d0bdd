import type { App } from './app.ts';
import type { ComposeModel } from './compose-model.ts';
import type { Plan } from './plan.ts';
import type { Release } from './release.ts';

interface Judgement {
  readonly gate: string;
  readonly service: string | undefined;
  readonly reason: string;
}

export interface Denial extends Judgement {
  readonly ruling: 'deny';
  /** What lifts it: the line to add, or the command to run. */
  readonly lift: string;
}

export interface Notice extends Judgement {
  readonly ruling: 'allow' | 'warn';
  /** Of a warning: what ends it, where a line does. */
  readonly lift: string | undefined;
}

export type Verdict = Denial | Notice;

/** What the policy that is in force now would deny in what runs: nothing is torn down for it. */
export type Objection = Omit<Denial, 'ruling'> & { readonly ruling: 'warn' };

export interface GateInput {
  readonly app: App;
  readonly plan: Plan;
  readonly release: Release;
  /** The sealed model, parsed: what will be applied. */
  readonly model: ComposeModel;
  /** Absolute host folders that belong to the app: its live files, data and cache, in this order. */
  readonly ownPaths: readonly string[];
  /** Where an absolute path leads on this host, links followed; the path itself where nobody looked. */
  readonly real: (path: string) => string;
  readonly at: Date;
}

/** Judges a plan; no verdict means that it has nothing to say. */
export interface Gate {
  readonly name: string;
  judge(input: GateInput): readonly Verdict[];
}
