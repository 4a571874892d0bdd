import { dependentsOf, guard, pendingReason } from '../core/removal.ts';
import type { HostConfig } from '../model/config.ts';
import type { Observed } from '../model/observed.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Trigger } from '../model/trigger.ts';
import { type Leftover, leftoversIn } from './leftovers.ts';
import type { Context } from './pass.ts';
import { suspended } from './suspend.ts';

/** Names that a person asked for; undefined: nobody named any. */
export type Named = readonly string[] | undefined;

/** Who leaves, and what is in the way. */
export interface Departures {
  /** All that is to be removed, dependents first. */
  leaving(observed: Observed): readonly Leftover[];
  /** Who waits for a person, by app, because too many leave at once. */
  guarded(leaving: readonly Leftover[], named: Named): ReadonlyMap<string, BlockReason>;
  /** Why one of them is not removed yet; empty: nothing keeps it here. */
  bars(leftover: Leftover, situation: Situation): readonly BlockReason[];
}

export interface Situation {
  /** Those that leave and are still there. */
  readonly leaving: readonly Leftover[];
  readonly guarded: ReadonlyMap<string, BlockReason>;
  readonly named: Named;
  readonly trigger: Trigger;
}

interface DeparturesOptions {
  readonly config: () => HostConfig;
  readonly context: Pick<Context, 'journal' | 'clock' | 'instance'>;
}

export function createDepartures({ config, context }: DeparturesOptions): Departures {
  const { journal, clock, instance } = context;

  const hasWaited = (app: string): boolean => {
    const outcome = journal.of(app)?.attempted?.outcome;
    return outcome?.kind === 'blocked' && outcome.reasons.some(({ code }) => code === 'removal-guard');
  };

  /** Whoever names an app does not want to wait until its time is over. */
  const pending = ({ app, policy, moved }: Leftover, named: Named): readonly BlockReason[] => {
    const until = journal.of(app)?.left?.until;
    const isOver = until === undefined || Date.parse(until) <= clock.now().getTime();
    return moved || isOver || named?.includes(app) ? [] : [pendingReason(app, policy, until)];
  };

  return {
    leaving: (observed) => leftoversIn(observed, { config: config(), snapshot: journal.all(), instance }),
    guarded: (leaving, named) =>
      guard({
        names: leaving.map(({ app }) => app).filter((name) => named?.includes(name) !== false),
        away: leaving.some(({ cause }) => cause.kind === 'app-removed' && cause.hosts !== undefined),
        limit: config().removalGuard,
        approval: journal.all().removals,
        waited: (app) => named === undefined && hasWaited(app),
        now: clock.now(),
      }),
    bars(leftover, { leaving, guarded, named, trigger }) {
      const guarding = guarded.get(leftover.app);
      return [
        ...suspended(leftover.app, context),
        ...unknown(leftover, named, config()),
        ...(guarding ? [guarding] : []),
        ...(trigger.ignoreOrder === undefined ? waits(leftover, leaving) : []),
        ...pending(leftover, named),
      ];
    },
  };
}

/** Nobody knows whether it left: a failed look is never an empty list. */
function unknown({ app, moved }: Leftover, named: Named, { undiscovered }: HostConfig): readonly BlockReason[] {
  if (moved || named !== undefined || undiscovered.length === 0) return [];
  const reason = `the configuration no longer names it, but nobody knows yet which apps are found by ${undiscovered.join(', ')}`;
  return [{ code: 'undiscovered', reason, lift: `harbormaster apply ${app}` }];
}

/** Those that depended on it, and leave too, go first. */
function waits(leftover: Leftover, leaving: readonly Leftover[]): readonly BlockReason[] {
  const before = leaving.slice(0, leaving.indexOf(leftover));
  return dependentsOf(leftover, before).map(({ app }) => ({
    code: 'waiting-for',
    reason: `waits for the app ${app}, which depended on it and goes first`,
    lift: `harbormaster apply ${app} ${leftover.app}`,
    app,
  }));
}
