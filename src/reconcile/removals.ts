import { needsEntry, signatureOf } from '../core/history.ts';
import type { HostConfig } from '../model/config.ts';
import type { Trigger } from '../model/entry.ts';
import type { Observed } from '../model/observed.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport, PlanReport } from '../model/report.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Progress } from '../ports.ts';
import type { Journal } from './journal.ts';
import { operate } from './operate.ts';
import type { Parts } from './parts.ts';
import { perform } from './perform.ts';
import { type Leftover, leftovers, removal, removalPlan } from './remove.ts';
import { dropReleases } from './tidy.ts';

/** Removal of apps that left the configuration; `only` names the ones that a person asked for, undefined means the loop's own pass. */
export interface Removals {
  knows(app: string): boolean;
  pass(
    observed: Observed,
    only: readonly string[] | undefined,
    trigger: Trigger,
    progress: Progress,
  ): Promise<readonly PassReport[]>;
  plan(observed: Observed, only: readonly string[] | undefined): Promise<readonly PlanReport[]>;
}

interface RemovalsOptions {
  readonly config: () => HostConfig;
  readonly context: Parts & { readonly journal: Journal };
  readonly signal: AbortSignal;
}

export function createRemovals({ config, context, signal }: RemovalsOptions): Removals {
  const { journal, instance, clock } = context;

  const wanted = (observed: Observed, only: readonly string[] | undefined): readonly Leftover[] =>
    leftovers(observed, config().declared, instance).filter(({ app }) => only === undefined || only.includes(app));

  /** A configuration that lost many apps at once is more likely a mistake than a wish. */
  const guard = (all: readonly Leftover[], only: readonly string[] | undefined): Outcome | undefined => {
    const { removalGuard } = config();
    if (only !== undefined || all.length <= removalGuard) return undefined;
    const names = all.map(({ app }) => app);
    const reason = `${names.length} apps left the configuration at once (${names.join(', ')}), more than config.removal_guard (${removalGuard}) lets go without a person`;
    return { kind: 'blocked', reasons: [{ reason, lift: `harbormaster apply ${names.join(' ')}` }] };
  };

  const refuse = async ({ app }: Leftover, outcome: Outcome, trigger: Trigger): Promise<PassReport> => {
    const history = journal.of(app);
    if (!needsEntry(history, outcome, signatureOf(outcome, undefined, undefined)))
      return { app, outcome, entry: history?.trouble?.seq, revision: undefined };
    const entry = await journal.record({
      kind: 'refused',
      app,
      trigger,
      revision: undefined,
      release: undefined,
      outcome,
      verdicts: [],
    });
    return { app, outcome, entry: entry.seq, revision: undefined };
  };

  const remove = async (leftover: Leftover, trigger: Trigger, progress: Progress): Promise<PassReport> => {
    const plan = await removalPlan(leftover, context);
    const act = () =>
      perform({ plan, deployment: undefined, signal, progress: (message) => progress(leftover.app, message) }, context);
    const entry = await operate(removal(leftover, plan, { trigger, act }, context), journal, clock);
    const outcome: Outcome = entry.kind === 'finished' ? entry.outcome : { kind: 'unchanged' };
    if (outcome.kind === 'applied') await dropReleases(leftover.app, config().prune, context);
    return { app: leftover.app, outcome, entry: entry.seq, revision: undefined };
  };

  return {
    knows: (app) => journal.of(app) !== undefined,
    async pass(observed, only, trigger, progress) {
      if (wanted(observed, only).length === 0) return [];
      // Another pass may have removed them meanwhile.
      const all = wanted(await context.engine.observe(), only);
      const guarded = guard(all, only);
      const reports: PassReport[] = [];
      for (const leftover of all)
        reports.push(await (guarded ? refuse(leftover, guarded, trigger) : remove(leftover, trigger, progress)));
      return reports;
    },
    async plan(observed, only) {
      const all = wanted(observed, only);
      const guarded = guard(all, only);
      const verdicts: readonly Verdict[] =
        guarded?.kind === 'blocked'
          ? guarded.reasons.map(({ reason, lift }) => ({
              gate: 'removal-guard',
              ruling: 'deny',
              service: undefined,
              reason,
              lift,
            }))
          : [];
      return Promise.all(
        all.map(async (leftover) => ({
          kind: 'removal',
          app: leftover.app,
          plan: await removalPlan(leftover, context),
          verdicts,
        })),
      );
    },
  };
}
