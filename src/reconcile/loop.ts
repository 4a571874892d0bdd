import { outcomeSentence } from '../core/format-entry.ts';
import type { HostConfig } from '../model/config.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Clock, Logger, Progress } from '../ports.ts';
import { createBell } from './bell.ts';
import type { Harbor } from './harbor.ts';
import type { Lifted } from './lift-watch.ts';
import { createSchedule } from './schedule.ts';
import type { Waits } from './waits.ts';

export interface LoopOptions {
  readonly harbor: Harbor;
  readonly config: () => HostConfig;
  readonly clock: Clock;
  /** Is told when the next pass over each app is due. */
  readonly agenda: Map<string, Date>;
  readonly logger: Logger;
  /** Whose suspension has ended. */
  readonly lifted: Lifted;
  /** Who waits for whom. */
  readonly waits: Waits;
  /** Told each time the loop has turned. */
  readonly beats?: () => void;
  /** Told each time that a pass ended, or Git was looked at during an operation. */
  readonly moved?: () => void;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface Loop {
  /** Looks at every app now, e.g. because the configuration changed. */
  wake(trigger: Trigger): void;
  /** Looks at Git for these apps now, because somebody says that something is new there; what is being worked on is interrupted where that may be. */
  hint(trigger: Trigger, apps: readonly string[]): void;
  /** Looks at what these apps run, in a moment: events come in swarms. */
  notice(apps: readonly string[]): void;
  /** Ends when the signal is aborted and what was begun has come to its next step. */
  readonly ended: Promise<void>;
}

/** Milliseconds. */
const tick = 250;
const swarm = 100;

/** Passes over each app at its own interval, for ever; no pass waits for that of another app. */
export function startLoop(options: LoopOptions): Loop {
  const { harbor, config, clock, agenda, logger, signal, random, lifted, waits } = options;
  const schedule = createSchedule({ apps: () => config().apps, random });
  const crew = createCrew();
  const bell = createBell();
  const tell = createTeller(logger);
  /** When what left the configuration is looked at, also without any app. */
  let removalsAt = 0;

  const note = (app: string): void => {
    const at = schedule.next(app);
    if (at !== undefined) agenda.set(app, new Date(clock.now().getTime() + at - clock.elapsed()));
  };

  const wakeWaiting = (apps: readonly string[]): void => {
    if (apps.length > 0) schedule.wake({ kind: 'dependency' }, apps);
  };

  const pass = async (names: readonly string[], trigger: Trigger): Promise<void> => {
    const left = new Set(names);
    const ended = (report: PassReport): void => {
      left.delete(report.app);
      options.moved?.();
      schedule.ended(report, trigger, clock.elapsed());
      if (report.opens !== undefined && config().apps.every(({ name }) => name !== report.app))
        removalsAt = Math.min(removalsAt, clock.elapsed() + report.opens);
      wakeWaiting(waits.ended(report, trigger));
      note(report.app);
      tell(report);
      bell.ring();
    };
    try {
      const progress: Progress = (app, message) => logger.info({ app }, message);
      await harbor.pass(names, trigger, progress, ended);
    } catch (error) {
      logger.error({ error }, 'a pass ended unexpectedly; the next one goes on');
    }
    schedule.failed([...left], clock.elapsed());
  };

  const resume = (apps: ReturnType<Lifted>): void => {
    if (apps.length === 0) return;
    schedule.wake({ kind: 'interval' }, apps === 'all' ? undefined : apps);
    removalsAt = 0;
  };

  const beat = (): void => {
    resume(lifted());
    wakeWaiting(waits.moved());
    const { passes, stirred, glances } = schedule.turn(clock.elapsed());
    for (const [trigger, names] of passes) crew.start(pass(names, trigger));
    if (stirred.length > 0) crew.start(pass(stirred, { kind: 'engine-event' }));
    // It only looks: the end does not wait for it.
    if (glances.length > 0) void glance(glances, options).then(options.moved);
    // Without any app there is still a pass, for what left the configuration.
    const areRemovalsDue = removalsAt <= clock.elapsed();
    if (areRemovalsDue) removalsAt = Number.POSITIVE_INFINITY;
    if (areRemovalsDue && passes.length === 0) crew.start(pass([], { kind: 'interval' }));
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      beat();
      options.beats?.();
      await bell.wait(schedule.idle(clock.elapsed(), tick), options);
    }
    await crew.ended();
  };

  return {
    wake(trigger) {
      schedule.wake(trigger);
      removalsAt = 0;
    },
    hint(trigger, apps) {
      schedule.hint(trigger, apps, clock.elapsed());
      bell.ring();
    },
    notice(apps) {
      harbor.stir(apps);
      schedule.notice(apps, clock.elapsed() + swarm);
      bell.ring();
    },
    ended: run(),
  };
}

/** Work that the end waits for. */
function createCrew() {
  const underWay = new Set<Promise<void>>();
  return {
    start(work: Promise<void>): void {
      const running = work.finally(() => underWay.delete(running));
      underWay.add(running);
    },
    ended: () => Promise.all(underWay),
  };
}

/** Also while an app is worked on Git is looked at: something newer ends the waiting of the older one. */
const glance = (names: readonly string[], { harbor, logger }: LoopOptions): Promise<void> =>
  harbor.glance(names).catch((error: unknown) => {
    logger.warn({ error }, 'could not look for a newer release during an operation');
  });

/** Tells outcomes for people; the same one over and over is no news. */
function createTeller(logger: Logger): (report: PassReport) => void {
  const told = new Map<string, number | undefined>();
  return ({ app, outcome, entry }) => {
    const isNews = outcome.kind !== 'unchanged' && told.get(app) !== entry;
    told.set(app, entry);
    if (isNews) logger.info({ app, entry }, outcomeSentence(outcome));
  };
}
