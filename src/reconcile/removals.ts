import type { Queues } from '../core/concurrency.ts';
import { concerns } from '../core/windows.ts';
import type { Cause } from '../model/change.ts';
import type { HostConfig } from '../model/config.ts';
import type { Trigger } from '../model/entry.ts';
import type { Observed } from '../model/observed.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import type { PassReport, PlanReport } from '../model/report.ts';
import type { Window } from '../model/window.ts';
import type { Progress } from '../ports.ts';
import { deniedBy } from './forbid.ts';
import type { Journal } from './journal.ts';
import { type Operation, operate } from './operate.ts';
import type { Parts } from './parts.ts';
import { perform } from './perform.ts';
import { refuse } from './refuse.ts';
import { type Leftover, leftovers, removal, removalPlan } from './remove.ts';
import { suspended } from './suspend.ts';
import { dropReleases } from './tidy.ts';
import { type Beginning, closed, opensIn, overriding, windowVerdicts } from './windows.ts';

/** Removal of apps that left the configuration; `only` names the ones that a person asked for, undefined means the loop's own pass. */
export interface Removals {
  /** Which of these names have containers or a history here, although the configuration does not name them. */
  among(names: readonly string[]): Promise<readonly string[]>;
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
  /** One at a time for each project, with the passes. */
  readonly inTurn: Queues;
}

export function createRemovals({ config, context, signal, inTurn }: RemovalsOptions): Removals {
  const { journal, instance, clock } = context;

  /** A disabled app is left alone, whatever its project was. */
  const isDeclared = (app: string, project: string): boolean => {
    const { apps, declared } = config();
    return declared.includes(app) && (apps.find(({ name }) => name === app)?.project ?? project) === project;
  };

  const causeOf = (app: string): Cause => {
    const { elsewhere } = config();
    const hosts = Object.hasOwn(elsewhere, app) ? elsewhere[app] : undefined;
    return { kind: 'app-removed', ...(hosts && { hosts }) };
  };

  const wanted = (observed: Observed, only: readonly string[] | undefined): readonly Leftover[] =>
    leftovers(observed, isDeclared, causeOf, instance).filter(({ app }) => only === undefined || only.includes(app));

  const beginning = ({ app }: Leftover, trigger: Trigger): Beginning =>
    removalOf(app, config().windows, { trigger, now: clock.now() });

  const refuseRemoval = ({ app }: Leftover, outcome: Outcome, trigger: Trigger): Promise<PassReport> =>
    refuse({ app: { name: app }, trigger }, { outcome, revision: undefined }, context);

  const remove = createRemover({ config, context, signal }, { wanted, beginning, refuseRemoval });

  const barred = ({ app }: Leftover, guarded: readonly BlockReason[]): readonly BlockReason[] => [
    ...suspended(app, context),
    ...guarded,
  ];

  const removeUnless = (
    reasons: readonly BlockReason[],
    leftover: Leftover,
    { trigger, progress }: { readonly trigger: Trigger; readonly progress: Progress },
  ): Promise<PassReport> =>
    reasons.length > 0
      ? refuseRemoval(leftover, { kind: 'blocked', reasons }, trigger)
      : remove(leftover, trigger, progress);

  return {
    async among(names) {
      const unknown = names.filter((name) => !config().declared.includes(name));
      if (unknown.length === 0) return [];
      const left = new Set(wanted(await context.engine.observe(), unknown).map(({ app }) => app));
      return unknown.filter((name) => left.has(name) || journal.of(name) !== undefined);
    },
    async pass(observed, only, trigger, progress) {
      if (wanted(observed, only).length === 0) return [];
      // Another pass may have removed them meanwhile.
      const all = wanted(await context.engine.observe(), only);
      const guarded = guard(all, only, config());
      const reports: PassReport[] = [];
      for (const leftover of all)
        reports.push(
          await inTurn(leftover.project, () =>
            removeUnless(barred(leftover, guarded), leftover, { trigger, progress }),
          ),
        );
      return reports;
    },
    async plan(observed, only) {
      const all = wanted(observed, only);
      const guarded = guard(all, only, config());
      return Promise.all(
        all.map(async (leftover) => ({
          kind: 'removal',
          app: leftover.app,
          plan: await removalPlan(leftover, context),
          verdicts: [
            ...deniedBy(barred(leftover, guarded)),
            ...windowVerdicts(beginning(leftover, { kind: 'request' })),
          ],
        })),
      );
    },
  };
}

interface Judges {
  wanted(observed: Observed, only: readonly string[] | undefined): readonly Leftover[];
  beginning(leftover: Leftover, trigger: Trigger): Beginning;
  refuseRemoval(leftover: Leftover, outcome: Outcome, trigger: Trigger): Promise<PassReport>;
}

type Remover = (seen: Leftover, trigger: Trigger, progress: Progress) => Promise<PassReport>;

function createRemover(
  { config, context, signal }: Omit<RemovalsOptions, 'inTurn'>,
  { wanted, beginning, refuseRemoval }: Judges,
): Remover {
  const { journal, clock } = context;
  /** It waited for its turn: what a pass made, changed or declared again meanwhile counts, not what was seen before. */
  return async (seen, trigger, progress) => {
    const same = ({ app, project }: Leftover) => app === seen.app && project === seen.project;
    const leftover = wanted(await context.engine.observe(), undefined).find(same);
    if (leftover === undefined || isStuck(seen, journal))
      return { app: seen.app, outcome: { kind: 'unchanged' }, entry: undefined, revision: undefined };
    const start = beginning(leftover, trigger);
    const shut = outsideWindows(start, journal);
    if (shut) return { ...(await refuseRemoval(leftover, shut, trigger)), opens: opensIn(start, shut) };
    const plan = await removalPlan(leftover, context);
    const act: Operation['act'] = (begins) => {
      const tell = (message: string) => progress(leftover.app, message);
      return perform({ plan, deployment: undefined, signal, superseded: never, progress: tell, begins }, context);
    };
    const operation = removal(leftover, plan, { trigger, act }, context);
    const cause = { ...operation.cause, ...overriding(start) };
    const { seq, outcome } = await operate({ ...operation, cause }, journal, clock);
    if (outcome.kind === 'applied' && !config().declared.includes(leftover.app))
      await dropReleases(leftover.app, config().prune, context);
    return { app: leftover.app, outcome, entry: seq, revision: undefined };
  };
}

const removalOf = (
  name: string,
  windows: readonly Window[],
  { trigger, now }: Pick<Beginning, 'trigger' | 'now'>,
): Beginning => ({
  app: { name, windows: windows.filter((window) => concerns(window, name)) },
  acts: ['prune'],
  trigger,
  now,
});

/** A removal that a crash cut short goes on. */
function outsideWindows(start: Beginning, journal: Journal): Outcome | undefined {
  const last = journal.of(start.app.name)?.attempted;
  const isBegun = last?.outcome.kind === 'interrupted' && last.release === undefined;
  const reasons = isBegun ? [] : closed(start);
  return reasons.length === 0 ? undefined : { kind: 'blocked', reasons };
}

/** The outcome of an operation that was cut short is still to be found out. */
function isStuck({ app }: Leftover, journal: Journal): boolean {
  const open = journal.of(app)?.open;
  return open !== undefined && !journal.atWork.has(open.seq);
}

/** Nothing takes the place of a removal. */
const never = new AbortController().signal;

/** A configuration that lost many apps at once is more likely a mistake than a wish. */
function guard(
  all: readonly Leftover[],
  only: readonly string[] | undefined,
  { removalGuard: limit, undiscovered }: HostConfig,
): readonly BlockReason[] {
  if (only === undefined && undiscovered.length > 0) return [notFoundOut(undiscovered, all)];
  const names = [...new Set(all.map(({ app }) => app))];
  if (only !== undefined || names.length <= limit) return [];
  const away = all.some(({ cause }) => cause.kind === 'app-removed' && cause.hosts !== undefined);
  const left = away ? 'left the configuration, or are for other hosts now,' : 'left the configuration';
  const reason = `${names.length} apps ${left} at once (${names.join(', ')}), more than config.removal_guard (${limit}) lets go without a person`;
  return [{ code: 'removal-guard', reason, lift: `harbormaster apply ${names.join(' ')}` }];
}

/** Nobody knows whether they left: a failed look is never an empty list. */
const notFoundOut = (undiscovered: readonly string[], all: readonly Leftover[]): BlockReason => ({
  code: 'undiscovered',
  reason: `the configuration no longer names it, but nobody knows yet which apps are found by ${undiscovered.join(', ')}`,
  lift: `harbormaster apply ${[...new Set(all.map(({ app }) => app))].join(' ')}`,
});
