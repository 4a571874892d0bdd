import { type Graph, reachedFrom } from '../core/circles.ts';
import { awaitedIn } from '../core/dependencies.ts';
import type { App } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Journal } from './journal.ts';

/** Which apps to look at because of another one: nobody waits for his interval to find out that what he waits for is there. */
export interface Waits {
  /** A pass is over: whoever waits for its app is looked at; what it needs at its own commit, too. */
  ended(report: PassReport, trigger: Trigger): readonly string[];
  /** Whose awaited apps the log says something new of since the last call, whoever did it; while one is being worked on, nothing. */
  moved(): readonly string[];
}

/** Of each app that is waited for, what the log said when it was waited for. */
type Awaited = ReadonlyMap<string, AppHistory | undefined>;

export function createWaits(apps: () => readonly App[], journal: Pick<Journal, 'of'>): Waits {
  const waiting = new Map<string, Awaited>();
  const asOfNow = (names: Iterable<string>): Awaited => new Map([...names].map((name) => [name, journal.of(name)]));
  const isAtWork = (name: string): boolean => journal.of(name)?.open !== undefined;
  return {
    ended(report, { kind }) {
      const awaited = awaitedIn(report.outcome);
      if (awaited.length > 0) waiting.set(report.app, asOfNow(awaited));
      // After an event only what runs was looked at: a heal ends no waiting.
      else if (kind !== 'engine-event') waiting.delete(report.app);
      const dependents = [...waiting].flatMap(([app, whom]) => (whom.has(report.app) ? [app] : []));
      // Who is only looked at because of another one looks at no others, or the two would chase each other.
      return awaited.length === 0 || kind === 'dependency'
        ? dependents
        : [...dependents, ...behind(report.app, apps())];
    },
    moved: () =>
      [...waiting].flatMap(([app, whom]) => {
        if ([...whom].every(([name, history]) => isAtWork(name) || journal.of(name) === history)) return [];
        waiting.set(app, asOfNow(whom.keys()));
        return [app];
      }),
  };
}

/** All that an app needs at its own commit, directly or in the end: it may have met that commit first. */
function behind(app: string, apps: readonly App[]): readonly string[] {
  const lockstep: Graph = new Map(
    apps.map(({ name, dependsOn }) => [
      name,
      dependsOn.filter(({ condition }) => condition === 'same-revision').map((dependency) => dependency.app),
    ]),
  );
  return reachedFrom([app], lockstep);
}
