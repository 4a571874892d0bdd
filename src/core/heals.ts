import type { Change } from '../model/change.ts';
import type { HealRecord } from '../model/history.ts';
import { canonical, sha256 } from './digest.ts';
import { subjectOf } from './subject.ts';

/** Whether drift may be corrected now. Pure: the log remembers the corrections, so that a restart forgets none. */
export type HealRuling =
  | { readonly kind: 'now'; readonly thorough: boolean }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'wait'; readonly until: number; readonly met: number }
  /** Somebody, or something, undoes every correction. */
  | { readonly kind: 'fought'; readonly until: number; readonly met: number };

const second = 1000;
const minute = 60 * second;
/** After the first, second … correction of the same drift. */
const delays = [5 * second, 15 * second, 45 * second, 135 * second] as const;
/** So many corrections in a row are a fight; then there is one try in each such pause, for ever. */
const fight = { corrections: 5, pause: 30 * minute } as const;
/** What held so long after its pause is no longer the same story. */
export const calm = 10 * minute;
/** A small repair that could not be done, or did not hold twice, is followed by a new container. */
const patience = 2;

export function healRuling(heals: readonly HealRecord[], fingerprint: string, now: number): HealRuling {
  const met = sameStory(heals, fingerprint, now);
  const last = met.at(-1);
  if (last === undefined) return { kind: 'now', thorough: false };
  const until = last + pauseAfter(met.length);
  const hasFailed = heals.findLast((heal) => heal.fingerprint === fingerprint)?.failed === true;
  if (now >= until) return { kind: 'now', thorough: hasFailed || met.length >= patience };
  // What fails is not undone by anybody.
  return { kind: met.length >= fight.corrections && !hasFailed ? 'fought' : 'wait', until, met: met.length };
}

const pauseAfter = (corrections: number): number => delays[corrections - 1] ?? fight.pause;

/** Times of the corrections of the same drift in a row. One that the clock, set back since, puts into the future was nobody knows when: it holds up nothing. */
function sameStory(heals: readonly HealRecord[], fingerprint: string, now: number): readonly number[] {
  const times = heals
    .filter((heal) => heal.fingerprint === fingerprint)
    .map(({ at }) => Date.parse(at))
    .filter((at) => at <= now);
  let story: readonly number[] = [];
  for (const at of [...times, now]) {
    const last = story.at(-1);
    if (last !== undefined && at - last > pauseAfter(story.length) + calm) story = [];
    story = [...story, at];
  }
  return story.slice(0, -1);
}

/** Equal for the same drift met again, whatever its exit codes and ids. */
export const fingerprintOf = (changes: readonly Change[]): string =>
  sha256(canonical(changes.map(essenceOf).sort())).slice(0, 16);

function essenceOf(change: Change): string {
  const { cause } = change;
  const detail = cause.kind === 'altered' ? cause.fields.map((field) => field.split(' (')[0]) : [];
  return canonical([subjectOf(change), cause.kind, detail]);
}
