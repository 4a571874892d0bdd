import { createLane, type Queues } from '../core/concurrency.ts';
import { historyOf } from '../core/history.ts';
import { asHarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { HostSnapshot, Trigger } from '../model/entry.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Progress } from '../ports.ts';
import type { Ended } from './harbor.ts';
import { type Inspections, type Look, lookAt } from './looks.ts';
import { failure } from './operate.ts';
import type { Context, Pass } from './pass.ts';
import { reconcile } from './reconcile.ts';
import { recover } from './recover.ts';
import { refuse } from './refuse.ts';
import type { Removals } from './removals.ts';
import type { Target } from './target.ts';

/** So many apps are compared at once. */
export const atOnce = 64;

export type FindTarget = (app: App, look: Look) => Promise<Target>;

export interface Asked {
  readonly trigger: Trigger;
  readonly progress: Progress;
  /** A person named these very apps. */
  readonly named: boolean;
  readonly ended?: Ended | undefined;
}

export interface Passes {
  /** `gone`: which leftovers may be removed because a person named them; undefined: what the guard lets go. */
  over(apps: readonly App[], gone: readonly string[] | undefined, asked: Asked): Promise<readonly PassReport[]>;
  /** Only what runs is looked at, not Git: something happened to these apps' containers. */
  afterEvents(apps: readonly App[], asked: Asked): Promise<readonly PassReport[]>;
}

/** Apps whose last operation was cut short, and that cannot be looked at. */
type Stuck = Awaited<ReturnType<typeof recover>>;

interface PassesOptions {
  readonly find: FindTarget;
  readonly removals: Removals;
  readonly inspections: Inspections;
  readonly context: Context;
  readonly signal: AbortSignal;
  /** One at a time for each project. */
  readonly inTurn: Queues;
}

/** Passes over apps: many apps at once, one at a time for each project. */
export function createPasses({ find, removals, inspections, context, signal, inTurn }: PassesOptions): Passes {
  const { journal, engine } = context;
  /** Comparing waits for no deployment: only finding out what is to be done is limited. */
  const comparing = createLane(atOnce);

  /** What was seen before another pass changed the app is seen no more: neither its containers nor, perhaps, its commit. */
  const stillTrue = async (app: App, look: Look, since: HostSnapshot): Promise<Look> =>
    journal.of(app.name) === historyOf(since, app.name) ? look : lookAt([app], context);

  const needsInspection = (app: App, { trigger }: Asked): boolean =>
    app.drift !== 'ignore' &&
    journal.of(app.name)?.deployed !== undefined &&
    (trigger.kind === 'request' || inspections.isDue(app.name));

  const passOver = (app: App, look: Look, since: HostSnapshot, asked: Asked): Promise<PassReport> =>
    inTurn(app.project, async () => {
      const { target, observed } = await comparing(async () => {
        const seen = await stillTrue(app, look, since);
        const near = needsInspection(app, asked) ? await inspections.within(seen.observed, app) : seen.observed;
        return { target: await find(app, seen), observed: near };
      });
      return reconcile({ ...passOf(app, asked, signal), target, observed }, context);
    });

  const passOverWhatRuns = (app: App, asked: Asked): Promise<PassReport> =>
    inTurn(app.project, async () => {
      const observed = await (app.drift === 'ignore' ? engine.observe() : inspections.settled(app));
      return reconcile({ ...passOf(app, asked, signal), target: undefined, observed }, context);
    });

  /** Before the outcome of an operation that was cut short is written nothing new may begin. */
  const over = (app: App, asked: Asked, stuck: Stuck, work: () => Promise<PassReport>): Promise<PassReport> => {
    const error = stuck.get(app.name);
    return told(error ? refused(app, asked, failure(error, undefined), context) : work(), asked);
  };

  /** Without the engine nothing can be compared: every app says so. */
  const whileEngineAnswers = async (
    apps: readonly App[],
    asked: Asked,
    work: (stuck: Stuck) => Promise<readonly PassReport[]>,
  ): Promise<readonly PassReport[]> => {
    try {
      return await work(await inTurn(' recovery', () => recover(asked.trigger, journal, context)));
    } catch (error) {
      if (asHarborError(error).code !== 'engine-unreachable') throw error;
      const outcome = failure(asHarborError(error), undefined);
      return Promise.all(apps.map((app) => told(refused(app, asked, outcome, context), asked)));
    }
  };

  return {
    over: (apps, gone, asked) =>
      whileEngineAnswers(apps, asked, async (stuck) => {
        const { trigger, progress } = asked;
        const since = journal.all();
        const look = await lookAt(apps, context);
        const reports = await Promise.all(
          apps.map((app) => over(app, asked, stuck, () => passOver(app, look, since, asked))),
        );
        const removed = await inTurn(' removals', () => removals.pass(look.observed, gone, trigger, progress));
        for (const report of removed) asked.ended?.(report);
        return [...reports, ...removed];
      }),

    afterEvents: (apps, asked) =>
      whileEngineAnswers(apps, asked, (stuck) =>
        Promise.all(apps.map((app) => over(app, asked, stuck, () => passOverWhatRuns(app, asked)))),
      ),
  };
}

const told = async (report: Promise<PassReport>, { ended }: Asked): Promise<PassReport> => {
  const result = await report;
  ended?.(result);
  return result;
};

const refused = (app: App, { trigger }: Asked, outcome: Outcome, context: Context): Promise<PassReport> =>
  refuse({ app, trigger }, { outcome, revision: undefined }, context);

const passOf = (
  app: App,
  { trigger, progress, named }: Asked,
  signal: AbortSignal,
): Omit<Pass, 'target' | 'observed'> => ({
  app,
  trigger,
  named,
  signal,
  progress: (message) => progress(app.name, message),
});
