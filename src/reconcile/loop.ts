import { backoff, jittered } from '../core/backoff.ts';
import { outcomeSentence } from '../core/format-entry.ts';
import { faultOf } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { Trigger } from '../model/entry.ts';
import type { PassReport } from '../model/report.ts';
import type { Clock, Logger, Progress } from '../ports.ts';
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
  const woken = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let removalsDue = true;

  const told = new Map<string, number | undefined>();

  /** A wake-up that came during the pass is not lost: the app is due at once. */
  const plan = (report: PassReport): void => {
    busy.delete(report.app);
    const app = config().apps.find(({ name }) => name === report.app);
    if (app && !woken.delete(app.name)) {
      due.set(app.name, nextTime(report, app.interval, due.get(app.name)?.failures ?? 0, options));
    }
  };

  const tell = ({ app, outcome, entry }: PassReport): void => {
    const isNews = outcome.kind !== 'unchanged' && told.get(app) !== entry;
    told.set(app, entry);
    if (isNews) logger.info({ app, entry }, outcomeSentence(outcome));
  };

  const pass = async (names: readonly string[], trigger: Trigger): Promise<void> => {
    try {
      const progress: Progress = (app, message) => logger.info({ app }, message);
      const reports = await harbor.pass(names, trigger, progress, plan);
      for (const report of reports) {
        if (busy.has(report.app)) plan(report);
        tell(report);
      }
    } catch (error) {
      logger.error({ error }, 'a pass ended unexpectedly; the next one goes on');
      const at = clock.elapsed() + retryLimits.first;
      for (const name of names) if (busy.delete(name)) due.set(name, { at, failures: 1, trigger: { kind: 'retry' } });
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
      for (const name of busy) woken.add(name);
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
