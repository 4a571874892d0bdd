import type { App } from './app.ts';
import type { ComposeModel } from './compose-model.ts';
import type { Plan } from './plan.ts';
import type { Release } from './release.ts';

export interface Verdict {
  readonly gate: string;
  readonly ruling: 'allow' | 'warn' | 'deny';
  readonly service: string | undefined;
  readonly reason: string;
  /** What lifts a denial: the line to add, or the command to run. */
  readonly lift: string | undefined;
}

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
