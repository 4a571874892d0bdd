import { backoff, jittered } from '../core/backoff.ts';
import { canonical } from '../core/digest.ts';
import { faultOf } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import { retryLimits } from './retries.ts';

/** What to do at some moment. */
export interface Turn {
  /** Full passes, by what makes them due. */
  readonly passes: readonly (readonly [Trigger, readonly string[]])[];
  /** Something happened to what these run. */
  readonly stirred: readonly string[];
  /** Being worked on while a look at Git is due. */
  readonly glances: readonly string[];
}

/** When to look at which app. Times in milliseconds on the monotonic clock. */
export interface Schedule {
  /** What is due now; it counts as begun. */
  turn(now: number): Turn;
  /** How long nothing will be due: at least a millisecond, so that others have their turn, and at most `most`. */
  idle(now: number, most: number): number;
  ended(report: PassReport, trigger: Trigger, now: number): void;
  /** Passes that ended without a report. */
  failed(apps: readonly string[], now: number): void;
  /** When the next pass over an app is due; undefined: at once. */
  next(app: string): number | undefined;
  /** Without names: every app. */
  wake(trigger: Trigger, names?: readonly string[]): void;
  /** Git may have something new for these: they are looked at at once, also while they are worked on; of many such hints in a moment one look is made. */
  hint(trigger: Trigger, names: readonly string[], now: number): void;
  notice(apps: readonly string[], at: number): void;
}

interface Due {
  readonly at: number;
  readonly failures: number;
  readonly trigger: Trigger;
}

interface ScheduleOptions {
  readonly apps: () => readonly App[];
  /** In [0, 1). */
  readonly random: () => number;
}

const never = Number.POSITIVE_INFINITY;

/** Between two looks at Git that hints ask for. */
const hintGap = 1000;

export function createSchedule({ apps, random }: ScheduleOptions): Schedule {
  const due = new Map<string, Due>();
  const noticed = new Map<string, number>();
  const busy = new Set<string>();
  /** A wake-up that came during the pass is not lost: the app is due at once. */
  const woken = new Set<string>();
  /** When Git was looked at last. */
  const looked = new Map<string, number>();
  /** When Git is looked at because of a hint, also for those that are worked on. */
  const hinted = new Map<string, number>();
  /** The engine did not answer them: when it does again, they need not wait any longer. */
  const blind = new Set<string>();
  const isStirred = (name: string, now: number): boolean => !busy.has(name) && (noticed.get(name) ?? never) <= now;

  const isGlanced = ({ name, interval }: App, now: number): boolean =>
    busy.has(name) && (now - (looked.get(name) ?? -never) >= interval || (hinted.get(name) ?? never) <= now);

  return {
    turn(now) {
      const late = apps().filter(({ name }) => (due.get(name)?.at ?? 0) <= now);
      const glanced = late.filter((app) => isGlanced(app, now));
      const idle = late.filter(({ name }) => !busy.has(name)).map(({ name }) => name);
      for (const name of [...idle, ...glanced.map((app) => app.name)]) looked.set(name, now);
      for (const [name, at] of hinted) if (at <= now) hinted.delete(name);
      for (const name of idle) busy.add(name);
      // A full pass takes no closer look at the containers: what was noticed before it began is looked at when it is over.
      const stirred = apps().flatMap(({ name }) => (isStirred(name, now) ? [name] : []));
      for (const name of stirred) {
        busy.add(name);
        noticed.delete(name);
      }
      return { passes: byTrigger(idle, due), stirred, glances: glanced.map(({ name }) => name) };
    },

    idle(now, most) {
      const waits = [
        ...[...noticed].flatMap(([name, at]) => (busy.has(name) ? [] : [at - now])),
        ...[...hinted.values()].map((at) => at - now),
      ];
      return Math.max(1, Math.min(most, ...waits));
    },

    ended(report, trigger, now) {
      const { app: name, outcome, again } = report;
      busy.delete(name);
      const app = apps().find((candidate) => candidate.name === name);
      if (app === undefined) return;
      if (again !== undefined) noticed.set(name, now + again);
      const wasBlind = blind.delete(name);
      if (isBlind(outcome)) blind.add(name);
      if (woken.delete(name)) return;
      const ended = { report, trigger, wasBlind, interval: app.interval, before: due.get(name), random: random() };
      const next = dueAfter(ended, now);
      if (next !== undefined) due.set(name, next);
    },

    failed(names, now) {
      for (const name of names)
        if (busy.delete(name) && !woken.delete(name))
          due.set(name, { at: now + retryLimits.first, failures: 1, trigger: { kind: 'retry' } });
    },

    next: (app) => due.get(app)?.at,

    wake(trigger, names) {
      if (names === undefined) due.clear();
      const concerned = new Set(names ?? [...busy, ...apps().map(({ name }) => name)]);
      for (const name of busy) if (concerned.has(name)) woken.add(name);
      for (const { name } of apps()) if (concerned.has(name)) due.set(name, { at: 0, failures: 0, trigger });
    },

    hint(trigger, names, now) {
      for (const { name } of apps().filter((app) => names.includes(app.name))) {
        const at = Math.max(now, (looked.get(name) ?? -never) + hintGap);
        if (busy.has(name)) woken.add(name);
        hinted.set(name, at);
        due.set(name, { at, failures: 0, trigger });
      }
    },

    notice(names, at) {
      for (const name of names) noticed.set(name, Math.min(noticed.get(name) ?? at, at));
    },
  };
}

const isBlind = (outcome: Outcome): boolean => outcome.kind === 'failed' && outcome.code === 'engine-unreachable';

const usual = (interval: number, random: number): Due => ({
  at: jittered(interval, random),
  failures: 0,
  trigger: { kind: 'interval' },
});

/** A pass that has ended. */
interface Ended {
  readonly report: PassReport;
  readonly trigger: Trigger;
  /** The engine had not answered the one before. */
  readonly wasBlind: boolean;
  readonly interval: number;
  readonly before: Due | undefined;
  readonly random: number;
}

/**
 * When the next look at Git is due; undefined: it stays as it was. Who looks at the containers because of an event does not look at Git: what is due sooner
 * is still to come, for its own reason.
 */
function dueAfter(ended: Ended, now: number): Due | undefined {
  const isOfEvent = ended.trigger.kind === 'engine-event';
  const next = isOfEvent ? afterEvent(ended) : afterLook(ended);
  if (next === undefined) return undefined;
  const at = now + next.at;
  return isOfEvent && (ended.before?.at ?? 0) <= at ? undefined : { ...next, at };
}

/** From now; undefined: what happened means nothing for it. */
function afterEvent(ended: Ended): Due | undefined {
  const { outcome } = ended.report;
  if (outcome.kind === 'superseded' || isBlind(outcome)) return afterLook(ended);
  return ended.wasBlind ? { at: 0, failures: 0, trigger: { kind: 'retry' } } : undefined;
}

/** A failure of the world is looked at again soon, then slower, but never slower than the app's own pace: a newer commit must be seen. */
function afterLook({ report, interval, before, random }: Ended): Due {
  const { outcome } = report;
  if (outcome.kind === 'superseded') return { at: 0, failures: 0, trigger: { kind: 'interval' } };
  const failures = before?.failures ?? 0;
  const next = opening(usual(interval, random), report);
  const isWorlds = outcome.kind === 'failed' && faultOf(outcome.code) === 'world';
  if (!isWorlds) return next;
  const soon = backoff(failures + 1, retryLimits, random);
  return { at: Math.min(soon, next.at), failures: failures + 1, trigger: { kind: 'retry' } };
}

/** What waits for a window is looked at when it opens. */
function opening(next: Due, { opens }: PassReport): Due {
  return opens === undefined || opens >= next.at ? next : { at: opens, failures: 0, trigger: { kind: 'window' } };
}

/** Apps that are due for the same reason pass together. */
function byTrigger(names: readonly string[], due: ReadonlyMap<string, Due>): Turn['passes'] {
  const groups = new Map<string, readonly [Trigger, readonly string[]]>();
  for (const name of names) {
    const trigger = due.get(name)?.trigger ?? { kind: 'start' };
    const [, others] = groups.get(canonical(trigger)) ?? [trigger, []];
    groups.set(canonical(trigger), [trigger, [...others, name]]);
  }
  return [...groups.values()];
}
