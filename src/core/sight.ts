import type { AppHistory } from '../model/history.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import { type Lookup, lookupIn } from './explain.ts';
import { groupBy } from './group-by.ts';
import type { OnChangeInput } from './on-change.ts';

export interface DiffInput {
  readonly release: Release;
  /** The release that was deployed last, if it was kept: what a change is explained against. */
  readonly deployed: Release | undefined;
  readonly history: AppHistory | undefined;
  /** Containers of this app that are ours. */
  readonly containers: readonly ObservedContainer[];
  /** Small repairs did not hold: what left the deployed release is made anew. */
  readonly thorough?: boolean;
  /** Undefined: whatever changed needs a new container. */
  readonly onChange?: OnChangeInput | undefined;
}

/** The input, and what each service of it is found by: an app may have thousands. */
export interface Sight extends DiffInput {
  readonly byService: ReadonlyMap<string | undefined, readonly ObservedContainer[]>;
  readonly ids: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly declared: Lookup;
  readonly before: Lookup;
}

export const sightOf = (input: DiffInput): Sight => ({
  ...input,
  byService: groupBy(input.containers, ({ service }) => service),
  ids: new Set(input.containers.map(({ id }) => id)),
  names: new Set(input.containers.map(({ name }) => name)),
  declared: lookupIn(input.release),
  before: input.deployed === undefined ? () => undefined : lookupIn(input.deployed),
});

/** A job that ran to its end is not run again because somebody pruned its container, or because the app went back to an earlier release. */
export const isDone = (to: ReleaseService, history: AppHistory | undefined): boolean =>
  to.oneShot && history?.completed.includes(to.digest) === true;

export const stopped = new Set(['created', 'exited']);

export const isFinished = ({ state, exitCode }: ObservedContainer): boolean => state === 'exited' && exitCode === 0;

export const found = ({ state, exitCode }: ObservedContainer): string =>
  exitCode === undefined ? state : `${state} (${exitCode})`;
