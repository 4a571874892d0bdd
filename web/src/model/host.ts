import { type Condition, conditionOf } from '../../../src/cli/views/condition.ts';
import { share, tally } from '../../../src/cli/views/count.ts';
import type { AppStatus, HostStatus } from '../../../src/model/report.ts';

/** How much it matters to a person: `act` waits for one, `watch` does not. */
export type Tone = 'act' | 'watch' | 'fine';

/** The host in one sentence, as the command line says it. */
export function hostSentence({ apps }: Pick<HostStatus, 'apps'>): string {
  if (apps.length === 0) return 'No app is declared for this host.';
  const conditions = apps.map(conditionOf).filter((condition): condition is Condition => condition !== undefined);
  const fine = apps.length - conditions.length;
  const rest = conditions.length === 0 ? '.' : `; ${tally(conditions)}.`;
  if (apps.length === 1 && fine === 1) return `Its one app matches Git and is healthy${rest}`;
  const verbs = fine === 1 ? 'matches Git and is healthy' : 'match Git and are healthy';
  return capital(`${share(fine, apps.length)} apps ${verbs}${rest}`);
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** What waits by itself, and so for nobody. */
const passing = ['window', 'waiting-for', 'retry', 'removal-pending'];

export function toneOf(app: AppStatus): Tone {
  if (conditionOf(app) === undefined) return 'fine';
  if (app.operation !== undefined) return 'watch';
  const isPassing = app.blockedBy.length > 0 && app.blockedBy.every(({ code }) => passing.includes(code));
  return isPassing || (app.blockedBy.length === 0 && app.health.state === 'progressing') ? 'watch' : 'act';
}

export const conditionText = (app: AppStatus): string => conditionOf(app)?.[0] ?? 'matches Git and is healthy';

const order: readonly Tone[] = ['act', 'watch', 'fine'];

/** What needs a person first, then what is under way, then the rest, each by name. */
export const inOrder = (apps: readonly AppStatus[]): readonly AppStatus[] =>
  apps.toSorted((a, b) => order.indexOf(toneOf(a)) - order.indexOf(toneOf(b)) || a.app.localeCompare(b.app, 'en'));

/** Apps whose name or condition has the text in it. */
export function matching(apps: readonly AppStatus[], text: string): readonly AppStatus[] {
  const sought = text.trim().toLowerCase();
  return apps.filter((app) => `${app.app} ${conditionText(app)}`.toLowerCase().includes(sought));
}
