import type { Queues } from '../core/concurrency.ts';
import type { HostConfig } from '../model/config.ts';
import type { Observed } from '../model/observed.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import type { LeavingStatus, PassReport, PlanReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Progress } from '../ports.ts';
import { createDepartures, type Departures, type Named } from './departures.ts';
import { deniedBy } from './forbid.ts';
import type { Journal } from './journal.ts';
import { leavingStatus } from './leaving.ts';
import type { Leftover } from './leftovers.ts';
import type { Parts } from './parts.ts';
import { refuse } from './refuse.ts';
import { removalPlan } from './remove.ts';
import { asDeployed, beginningOf, createRemover } from './remover.ts';
import { windowVerdicts } from './windows.ts';

/** Removal of apps that left the configuration; `named` are the ones that a person asked for, undefined means the loop's own pass. */
export interface Removals {
  /** Which of these names have containers or a history here, although the configuration does not name them. */
  among(names: readonly string[]): Promise<readonly string[]>;
  pass(observed: Observed, named: Named, trigger: Trigger, progress: Progress): Promise<readonly PassReport[]>;
  plan(observed: Observed, named: Named): Promise<readonly PlanReport[]>;
  /** How it stands with those that leave. */
  status(observed: Observed, named: Named): readonly LeavingStatus[];
  /** Names that wait for a person because too many leave at once. */
  guarded(): Promise<readonly string[]>;
}

interface RemovalsOptions {
  readonly config: () => HostConfig;
  readonly context: Parts & { readonly journal: Journal };
  readonly signal: AbortSignal;
  /** One at a time for each project, with the passes. */
  readonly inTurn: Queues;
}

export function createRemovals(options: RemovalsOptions): Removals {
  const { config, context } = options;
  const { journal, clock, engine } = context;
  const departures = createDepartures(options);
  const { leaving } = departures;
  const byRequest: Trigger = { kind: 'request' };

  const situationOf = (observed: Observed, named: Named) => {
    const all = leaving(observed);
    return { leaving: all, guarded: departures.guarded(all, named), named, trigger: byRequest };
  };

  return {
    async among(names) {
      const unknown = names.filter((name) => !config().declared.includes(name));
      if (unknown.length === 0) return [];
      const left = new Set(leaving(await engine.observe()).map(({ app }) => app));
      return unknown.filter((name) => left.has(name) || journal.of(name) !== undefined);
    },
    pass: passOver(options, departures),
    async plan(observed, named) {
      const situation = situationOf(observed, named);
      return Promise.all(
        situation.leaving.filter(isAmong(named)).map(async (leftover) => ({
          kind: 'removal',
          app: leftover.app,
          onRemove: leftover.policy.onRemove,
          plan: await removalPlan(leftover, (await asDeployed(leftover, context))?.release, context),
          verdicts: [
            ...deniedBy(departures.bars(leftover, situation)),
            ...windowVerdicts(beginningOf(leftover, config().windows, { trigger: byRequest, now: clock.now() })),
          ],
        })),
      );
    },
    status(observed, named) {
      const situation = situationOf(observed, undefined);
      return situation.leaving.filter(isAmong(named)).map((leftover) =>
        leavingStatus({
          leftover,
          history: journal.of(leftover.app),
          reasons: departures.bars(leftover, situation),
          beginning: beginningOf(leftover, config().windows, { trigger: byRequest, now: clock.now() }),
        }),
      );
    },
    guarded: async () => [...departures.guarded(leaving(await engine.observe()), undefined).keys()],
  };
}

const isAmong =
  (named: Named) =>
  ({ app }: Leftover): boolean =>
    named?.includes(app) !== false;

/** One after the other, those that depended on others first. */
function passOver(options: RemovalsOptions, { leaving, guarded, bars }: Departures): Removals['pass'] {
  const { context, inTurn } = options;
  const remove = createRemover({ ...options, leaving });
  return async (observed, named, trigger, progress) => {
    if (!leaving(observed).some(isAmong(named))) return [];
    // Another pass may have removed them meanwhile.
    let left = leaving(await context.engine.observe());
    const waiting = guarded(left, named);
    const reports: PassReport[] = [];
    for (const leftover of left.filter(isAmong(named))) {
      const report = await inTurn(leftover.project, async () => {
        await noteLeaving(leftover, trigger, context);
        const reasons = bars(leftover, { leaving: left, guarded: waiting, named, trigger });
        return reasons.length > 0 ? barred(leftover, reasons, trigger, context) : remove(leftover, trigger, progress);
      });
      reports.push(report);
      if (report.outcome.kind === 'applied') left = left.filter((one) => one !== leftover);
    }
    return reports;
  };
}

/** From here on its time runs. */
async function noteLeaving(
  { app, project, moved, policy }: Leftover,
  trigger: Trigger,
  { journal, clock }: RemovalsOptions['context'],
): Promise<void> {
  if (moved || policy.grace === 0 || journal.of(app)?.left) return;
  const until = new Date(clock.now().getTime() + policy.grace).toISOString();
  await journal.record({ kind: 'left', app, project, trigger, until, removal: policy });
}

/** What only waits until its time is over is in the log already, and no trouble. */
async function barred(
  { app }: Leftover,
  reasons: readonly BlockReason[],
  trigger: Trigger,
  context: RemovalsOptions['context'],
): Promise<PassReport> {
  const { journal, clock } = context;
  const left = journal.of(app)?.left;
  const outcome: Outcome = { kind: 'blocked', reasons };
  const report = reasons.every(({ code }) => code === 'removal-pending')
    ? { app, outcome, entry: left?.seq, revision: undefined }
    : await refuse({ app: { name: app }, trigger }, { outcome, revision: undefined }, context);
  const opens = left?.until === undefined ? 0 : Date.parse(left.until) - clock.now().getTime();
  return opens > 0 ? { ...report, opens } : report;
}
