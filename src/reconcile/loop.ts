import { backoff, jittered } from '../core/backoff.ts';
import { outcomeSentence } from '../core/format-entry.ts';
import { faultOf } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { Trigger } from '../model/entry.ts';
import type { PassReport } from '../model/report.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Harbor } from './harbor.ts';
import { retryLimits } from './retries.ts';

export interface LoopOptions {
  readonly harbor: Harbor;
  readonly config: () => HostConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface Loop {
  /** Looks at every app now, e.g. because the configuration changed. */
  wake(trigger: Trigger): void;
  /** Ends when the signal is aborted and what was begun has come to its next step. */
  readonly ended: Promise<void>;
}

interface Due {
  at: number;
  failures: number;
  trigger: Trigger;
}

const tick = 250;

/** Passes over each app at its own interval, for ever: failures of the world are retried slower and slower, and one app never waits for another. */
export function startLoop(options: LoopOptions): Loop {
  const { harbor, config, clock, logger, signal } = options;
  const due = new Map<string, Due>();
  const busy = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let removalsDue = true;

  const plan = (report: PassReport): void => {
    const app = config().apps.find(({ name }) => name === report.app);
    if (app) due.set(app.name, nextTime(report, app.interval, due.get(app.name)?.failures ?? 0, options));
  };

  const pass = async (names: readonly string[], trigger: Trigger): Promise<void> => {
    try {
      const reports = await harbor.pass(names, trigger, (app, message) => logger.info({ app }, message));
      for (const report of reports) {
        plan(report);
        if (report.outcome.kind !== 'unchanged')
          logger.info({ app: report.app, entry: report.entry }, outcomeSentence(report.outcome));
      }
    } catch (error) {
      logger.error({ error }, 'a pass ended unexpectedly; the next one goes on');
      for (const name of names)
        due.set(name, { at: clock.elapsed() + retryLimits.first, failures: 1, trigger: { kind: 'retry' } });
    } finally {
      for (const name of names) busy.delete(name);
    }
  };

  const start = (names: readonly string[], trigger: Trigger): void => {
    for (const name of names) busy.add(name);
    const running = pass(names, trigger).finally(() => underWay.delete(running));
    underWay.add(running);
  };

  const beat = (): void => {
    const now = clock.elapsed();
    const apps = config().apps.filter(({ name }) => !busy.has(name) && (due.get(name)?.at ?? 0) <= now);
    if (apps.length === 0 && !removalsDue) return;
    removalsDue = false;
    for (const [kind, group] of byTrigger(
      apps.map(({ name }) => name),
      due,
    ))
      start(group, { kind });
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      beat();
      await clock.sleep(tick, signal).catch(() => undefined);
    }
    await Promise.all(underWay);
  };

  return {
    wake(trigger) {
      due.clear();
      for (const { name } of config().apps) due.set(name, { at: 0, failures: 0, trigger });
      removalsDue = true;
    },
    ended: run(),
  };
}

/** A failure of the world is looked at again soon, then slower, but never slower than the app's own pace: a newer commit must be seen. */
function nextTime({ outcome }: PassReport, interval: number, failures: number, { clock, random }: LoopOptions): Due {
  const usual = jittered(interval, random());
  const isWorlds = outcome.kind === 'failed' && faultOf(outcome.code) === 'world';
  if (!isWorlds) return { at: clock.elapsed() + usual, failures: 0, trigger: { kind: 'interval' } };
  const soon = backoff(failures + 1, retryLimits, random());
  return { at: clock.elapsed() + Math.min(soon, usual), failures: failures + 1, trigger: { kind: 'retry' } };
}

/** Apps that are due for the same reason pass together. Without any app there is still a pass, for what left the configuration. */
function byTrigger(
  names: readonly string[],
  due: ReadonlyMap<string, Due>,
): readonly (readonly [Trigger['kind'], readonly string[]])[] {
  const groups = new Map<Trigger['kind'], string[]>();
  for (const name of names) {
    const kind = due.get(name)?.trigger.kind ?? 'start';
    groups.set(kind, [...(groups.get(kind) ?? []), name]);
  }
  return groups.size === 0 ? [['interval', []]] : [...groups];
}
