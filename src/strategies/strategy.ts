import type { Change } from '../model/change.ts';
import type { Plan } from '../model/plan.ts';
import type { Release } from '../model/release.ts';

export interface StrategyInput {
  readonly release: Release;
  readonly changes: readonly Change[];
  /** Images (pinned references and build tags) that the engine does not have yet. */
  readonly absentImages: ReadonlySet<string>;
  /** Repository paths in `live/` that the release changes. */
  readonly files: readonly string[];
}

/** Turns changes into the ordered acts that make them. Pure. */
export interface Strategy {
  readonly type: string;
  plan(input: StrategyInput): Plan;
}
