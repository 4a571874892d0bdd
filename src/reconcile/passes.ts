import type { Queues } from '../core/concurrency.ts';
import { asHarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Progress } from '../ports.ts';
import type { AppPasses } from './app-passes.ts';
import type { Ended } from './harbor.ts';
import { inOrder, type OnePass } from './in-order.ts';
import { lookAt } from './looks.ts';
import type { TakeNames } from './names.ts';
import type { NoteConfiguration } from './note-configuration.ts';
import { failure } from './operate.ts';
import type { Context } from './pass.ts';
import { recover } from './recover.ts';
import { refuse } from './refuse.ts';
import { register } from './register.ts';
import type { Removals } from './removals.ts';
import { liftOverdue } from './suspend.ts';

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

/** `again`: over an app that waited for others, once those are through. */
type EachPass = (first: OnePass, again?: OnePass) => Promise<readonly PassReport[]>;

interface PassesOptions {
  readonly config: () => HostConfig;
  readonly appPasses: AppPasses;
  readonly removals: Removals;
  readonly noteConfiguration: NoteConfiguration;
  /** Apps that have another name take over what is of the old one. */
  readonly takeNames: TakeNames;
  readonly context: Context;
  /** One at a time for each project. */
  readonly inTurn: Queues;
}

/** Passes over apps: many apps at once, one at a time for each project. */
export function createPasses({
  config,
  appPasses,
  removals,
  noteConfiguration,
  takeNames,
  context,
  inTurn,
}: PassesOptions): Passes {
  const { journal } = context;

  const told = (report: PassReport, { ended }: Asked): PassReport => {
    ended?.(report);
    return report;
  };

  const failed = async (app: App, asked: Asked, error: unknown): Promise<PassReport> => {
    const outcome = failure(asHarborError(error), undefined);
    return told(await refuse({ app, trigger: asked.trigger }, { outcome, revision: undefined }, context), asked);
  };

  /** Of one app; the others are not concerned. */
  const attempt = async (app: App, asked: Asked, pass: OnePass): Promise<PassReport> => {
    try {
      return told(await pass(app), asked);
    } catch (error) {
      return engineless(error, () => failed(app, asked, error));
    }
  };

  /** What a crash cut short gets its outcome first; where that cannot be had nothing new begins. Without the engine every app says so. */
  const afterRecovery = async (
    apps: readonly App[],
    asked: Asked,
    work: (each: EachPass) => Promise<readonly PassReport[]>,
  ): Promise<readonly PassReport[]> => {
    try {
      const stuck = await inTurn(' recovery', async () => {
        await noteConfiguration(asked.trigger);
        await liftOverdue(context);
        await register(config(), asked.trigger, journal);
        const unfinished = await recover(asked.trigger, journal, context);
        return new Map([...(await takeNames(asked.trigger)), ...unfinished]);
      });
      const over = (app: App, pass: OnePass): Promise<PassReport> =>
        stuck.has(app.name) ? failed(app, asked, stuck.get(app.name)) : attempt(app, asked, pass);
      return await work((first, again = first) =>
        inOrder(
          apps,
          (app) => over(app, first),
          asked.trigger.kind === 'request' ? (app) => over(app, again) : undefined,
        ),
      );
    } catch (error) {
      return engineless(error, () => Promise.all(apps.map((app) => failed(app, asked, error))));
    }
  };

  return {
    over: (apps, gone, asked) =>
      afterRecovery(apps, asked, async (each) => {
        const { trigger, progress } = asked;
        const since = journal.all();
        const look = await lookAt(apps, context);
        const reports = await each(
          (app) => appPasses.full(app, look, since, asked),
          async (app) => appPasses.full(app, await lookAt([app], context), journal.all(), asked),
        );
        const removed = await inTurn(' removals', () => removals.pass(look.observed, gone, trigger, progress));
        return [...reports, ...removed.map((report) => told(report, asked))];
      }),
    afterEvents: (apps, asked) => afterRecovery(apps, asked, (each) => each((app) => appPasses.ofWhatRuns(app, asked))),
  };
}

/** What else goes wrong ends the pass. */
function engineless<Result>(error: unknown, say: () => Promise<Result>): Promise<Result> {
  if (asHarborError(error).code !== 'engine-unreachable') throw error;
  return say();
}
