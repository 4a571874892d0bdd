import { mapLimit, type Queues } from '../core/concurrency.ts';
import { historyOf } from '../core/history.ts';
import { asHarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { HostSnapshot, Trigger } from '../model/entry.ts';
import type { Observed } from '../model/observed.ts';
import type { PassReport } from '../model/report.ts';
import type { Progress } from '../ports.ts';
import type { Ended } from './harbor.ts';
import { failure } from './operate.ts';
import type { Parts } from './parts.ts';
import type { Context } from './pass.ts';
import { reconcile } from './reconcile.ts';
import { recover } from './recover.ts';
import { refuse } from './refuse.ts';
import type { Removals } from './removals.ts';
import type { Target } from './target.ts';

/** So many apps are compared at once. */
export const atOnce = 64;

/** What the refs of some apps point at, and what the host runs. */
export interface Look {
  readonly commits: ReadonlyMap<string, string | Error>;
  readonly observed: Observed;
}

export type FindTarget = (app: App, look: Look) => Promise<Target>;

export interface Asked {
  readonly trigger: Trigger;
  readonly progress: Progress;
  readonly ended?: Ended | undefined;
}

export interface Passes {
  /** `gone`: which leftovers may be removed because a person named them; undefined: what the guard lets go. */
  over(apps: readonly App[], gone: readonly string[] | undefined, asked: Asked): Promise<readonly PassReport[]>;
  /** Which step of an app runs now. */
  operation(app: string): string | undefined;
}

interface PassesOptions {
  readonly find: FindTarget;
  readonly removals: Removals;
  readonly context: Context;
  readonly signal: AbortSignal;
  /** One at a time for each project. */
  readonly inTurn: Queues;
}

export async function lookAt(apps: readonly App[], { source, engine }: Parts): Promise<Look> {
  const [commits, observed] = await Promise.all([source.look(apps), engine.observe()]);
  return { commits, observed };
}

/** Passes over apps: many apps at once, one at a time for each project. */
export function createPasses({ find, removals, context, signal, inTurn }: PassesOptions): Passes {
  const { journal } = context;
  const operations = new Map<string, string>();

  /** What was seen before another pass changed the app is seen no more: neither its containers nor, perhaps, its commit. */
  const stillTrue = async (app: App, look: Look, since: HostSnapshot): Promise<Look> =>
    journal.of(app.name) === historyOf(since, app.name) ? look : lookAt([app], context);

  const passOver = (app: App, look: Look, since: HostSnapshot, { trigger, progress }: Asked): Promise<PassReport> =>
    inTurn(app.project, async () => {
      const seen = await stillTrue(app, look, since);
      const tell = (message: string) => {
        operations.set(app.name, message);
        progress(app.name, message);
      };
      const target = await find(app, seen);
      return reconcile({ app, target, observed: seen.observed, trigger, signal, progress: tell }, context);
    }).finally(() => operations.delete(app.name));

  /** Without the engine nothing can be compared: every app says so. */
  const engineless = (apps: readonly App[], { trigger }: Asked, error: unknown): Promise<readonly PassReport[]> => {
    const outcome = failure(asHarborError(error), undefined);
    return Promise.all(apps.map((app) => refuse({ app, trigger }, { outcome, revision: undefined }, context)));
  };

  return {
    async over(apps, gone, asked) {
      const { trigger, progress } = asked;
      try {
        await inTurn(' recovery', () => recover(trigger, journal, context));
        const since = journal.all();
        const look = await lookAt(apps, context);
        const reports = await mapLimit(apps, atOnce, async (app) => {
          const report = await passOver(app, look, since, asked);
          asked.ended?.(report);
          return report;
        });
        const removed = await inTurn(' removals', () => removals.pass(look.observed, gone, trigger, progress));
        return [...reports, ...removed];
      } catch (error) {
        if (asHarborError(error).code !== 'engine-unreachable') throw error;
        return engineless(apps, asked, error);
      }
    },
    operation: (app) => operations.get(app),
  };
}
