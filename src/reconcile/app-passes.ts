import { createLane, type Queues } from '../core/concurrency.ts';
import { historyOf } from '../core/history.ts';
import type { App } from '../model/app.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { PassReport } from '../model/report.ts';
import { type Inspections, type Look, lookAt } from './looks.ts';
import { isCompared, noteCompared } from './note-compared.ts';
import { type Context, type Pass, untouched } from './pass.ts';
import type { Asked } from './passes.ts';
import { reconcile } from './reconcile.ts';
import type { Target } from './target.ts';

/** So many apps are compared at once. */
export const atOnce = 64;

/** Milliseconds. */
const longWait = 1000;

export type FindTarget = (app: App, look: Look) => Promise<Target>;

/** Passes over one app, when it is its project's turn. */
export interface AppPasses {
  /** `since`: what the log said when the look was taken. */
  full(app: App, look: Look, since: HostSnapshot, asked: Asked): Promise<PassReport>;
  ofWhatRuns(app: App, asked: Asked): Promise<PassReport>;
}

export interface AppPassesOptions {
  readonly find: FindTarget;
  readonly inspections: Inspections;
  readonly context: Context;
  readonly signal: AbortSignal;
  /** One at a time for each project. */
  readonly inTurn: Queues;
}

export function createAppPasses({ find, inspections, context, signal, inTurn }: AppPassesOptions): AppPasses {
  const { journal, engine, clock } = context;
  /** Comparing waits for no deployment: only finding out what is to be done is limited. */
  const comparing = createLane(atOnce);

  /** What was seen before another pass changed the app is seen no more: neither its containers nor, perhaps, its commit. */
  const stillTrue = async (app: App, look: Look, since: HostSnapshot): Promise<Look> =>
    journal.of(app.name) === historyOf(since, app.name) ? look : lookAt([app], context);

  /** Waits for the app's own Git server, and takes nobody's place meanwhile. What runs may have changed in so long a time. */
  const answered = async (app: App, look: Look, since: HostSnapshot): Promise<Look> => {
    const begun = clock.elapsed();
    await look.commits.get(app.name);
    const seen = await stillTrue(app, look, since);
    await seen.commits.get(app.name);
    return clock.elapsed() - begun < longWait ? seen : { ...seen, observed: await engine.observe() };
  };

  const needsInspection = (app: App, { trigger }: Asked): boolean =>
    app.drift !== 'ignore' &&
    journal.of(app.name)?.deployed !== undefined &&
    (trigger.kind === 'request' || inspections.isDue(app.name));

  /** A plan that people approve is made from the same close look each time. */
  const awaitsApproval = (app: App, target: Target | undefined): boolean =>
    app.deploy === 'approve' &&
    target?.kind === 'release' &&
    target.release.digest !== journal.of(app.name)?.deployed?.release;

  /** What Git asks for by now: a newer commit does not wait until all is known of an older one. Undefined at the signal: nor does the end. */
  const findNewest = async (
    app: App,
    look: Look,
  ): Promise<{ readonly target: Target | undefined; readonly look: Look }> => {
    const commit = await look.commits.get(app.name);
    if (typeof commit !== 'string') return { target: await find(app, look), look };
    using search = context.searches.begin(app.name, commit);
    const target = await Promise.race([find(app, look), search.givenUp]);
    return target !== undefined || signal.aborted ? { target, look } : findNewest(app, await lookAt([app], context));
  };

  return {
    full: (app, look, since, asked) =>
      inTurn(app.project, async () => {
        const seen = await answered(app, look, since);
        // What Git answered may have brought another configuration, too.
        if (!context.isDeclared(app.name)) return untouched(app);
        const { target, observed } = await comparing(async () => {
          const found = await findNewest(app, seen);
          const { observed } = found.look;
          const isNear = needsInspection(app, asked) || awaitsApproval(app, found.target);
          const near = isNear ? await inspections.within(observed, app) : observed;
          return { target: found.target, observed: near };
        });
        if (isCompared(target)) await noteCompared(app.name, context);
        return reconcile({ ...passOf(app, asked, signal), target, observed }, context);
      }),
    ofWhatRuns: (app, asked) =>
      inTurn(app.project, async () => {
        const observed = await (app.drift === 'ignore' ? engine.observe() : inspections.settled(app));
        return reconcile({ ...passOf(app, asked, signal), target: undefined, observed }, context);
      }),
  };
}

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
