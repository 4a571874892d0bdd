import type { Act, Window } from '../model/window.ts';
import { matches } from './glob.ts';
import { type Span, spanAt, startAfter } from './occurrences.ts';

export type Ruling = { readonly kind: 'open' } | Closed;

/** Instants in milliseconds since 1970. */
export interface Closed {
  readonly kind: 'closed';
  /** Names of the windows that make it so. */
  readonly windows: readonly string[];
  /** Sentence for people; the same for as long as the same windows make it so. */
  readonly why: string;
  /** When what is asked for may begin; undefined: not within what could be foreseen. */
  readonly until: number | undefined;
}

/** What an operation may need beside the app's health deadline: pulling and stopping. Milliseconds. */
const margin = 30_000;

/** How much of a window must be left for an operation of an app to begin. `jobs`: what its hooks and checks may take. */
export const neededFor = ({ deadline }: { readonly deadline: number }, jobs = 0): number => deadline + jobs + margin;

/** Of an app's removal: nothing has to become healthy. */
export const neededForRemoval = margin;

export const concerns = ({ apps }: Window, app: string): boolean =>
  apps.length === 0 || apps.some((glob) => matches(glob, app));

/** Whether all these acts may begin now, if they take so long. A deny window beats every allow window; where allow windows concern an act, one must be on. */
export function rulingAt(windows: readonly Window[], acts: readonly Act[], now: number, needed: number): Ruling {
  const rules = acts.map((act) => ruleOf(windows, act));
  const shut = rules.flatMap((rule) => shutAt(rule, now) ?? []);
  const [first] = shut;
  const until = () => openingAfter(rules, now, needed);
  if (first) return { kind: 'closed', windows: namesOf(shut), why: first.why, until: until() };
  const short = rules.flatMap((rule) => endingBefore(rule, now, now + needed) ?? []);
  const [soonest] = short;
  if (soonest === undefined) return { kind: 'open' };
  const why = `window too short: ${soonest.why}, and it may take ${inWords(needed)}`;
  return { kind: 'closed', windows: namesOf(short), why, until: until() };
}

/** What rules one act. */
interface Rule {
  readonly act: Act;
  readonly allow: readonly Window[];
  readonly deny: readonly Window[];
}

const ruleOf = (windows: readonly Window[], act: Act): Rule => {
  const blocking = windows.filter(({ blocks }) => blocks.includes(act));
  const of = (wanted: Window['kind']) => blocking.filter(({ kind }) => kind === wanted);
  return { act, allow: of('allow'), deny: of('deny') };
};

/** Something that keeps it shut, or shuts it. */
interface Hindrance {
  readonly windows: readonly Window[];
  readonly why: string;
  /** When that changes. */
  readonly at: number;
}

const namesOf = (found: readonly Hindrance[]): readonly string[] => [
  ...new Set(found.flatMap(({ windows }) => windows.map(({ name }) => name))),
];

const never = Number.POSITIVE_INFINITY;

function shutAt({ act, allow, deny }: Rule, instant: number): Hindrance | undefined {
  const on = deny.flatMap((window) => {
    const span = spanAt(window, instant);
    return span === undefined ? [] : [{ window, to: span.to }];
  });
  const [first] = on;
  if (first) {
    const windows = on.map(({ window }) => window);
    const at = Math.min(...on.map(({ to }) => to));
    return { windows, at, why: `the window ${quoted(windows)} denies ${actWords[act]} now${because(first.window)}` };
  }
  if (allow.length === 0 || allow.some((window) => spanAt(window, instant, instant))) return undefined;
  const at = Math.min(...allow.map((window) => startAfter(window, instant) ?? never));
  return {
    windows: allow,
    at,
    why: `${actWords[act]} is only allowed in the window ${quoted(allow)}${because(allow[0])}`,
  };
}

/** What ends it before its time, if it is open now. */
function endingBefore({ allow, deny }: Rule, instant: number, enough: number): Hindrance | undefined {
  const starts = deny.map((window) => ({ window, at: startAfter(window, instant) ?? never }));
  const [next] = starts.sort((one, other) => one.at - other.at);
  if (next && next.at < enough) return { windows: [next.window], at: next.at, why: `${quoted([next.window])} begins` };
  const last = allow.length === 0 ? undefined : endOf(allow, instant, enough);
  if (last === undefined || last.to >= enough) return undefined;
  return { windows: [last.window], at: last.to, why: `${quoted([last.window])} ends` };
}

/** How long these windows go on, one after the other. */
function endOf(allow: readonly Window[], instant: number, enough: number): { window: Window; to: number } | undefined {
  let found: { window: Window; to: number } | undefined;
  for (;;) {
    const at = found?.to ?? instant;
    if (at >= enough) return found;
    const [longest] = allow
      .flatMap((window) => {
        const span: Span | undefined = spanAt(window, at, enough);
        return span === undefined ? [] : [{ window, to: span.to }];
      })
      .sort((one, other) => other.to - one.to);
    if (longest === undefined) return found;
    found = longest;
  }
}

/** So many changes are looked at: years, with windows as people write them. */
const mostChanges = 400;

function openingAfter(rules: readonly Rule[], now: number, needed: number): number | undefined {
  let at = now;
  for (let change = 0; change < mostChanges && at < never; change += 1) {
    const instant = at;
    const shut = rules.flatMap((rule) => shutAt(rule, instant) ?? []);
    const ending =
      shut.length > 0 ? shut : rules.flatMap((rule) => endingBefore(rule, instant, instant + needed) ?? []);
    if (ending.length === 0) return instant;
    // All that shuts it must be over; of what ends it the first counts.
    at = Math[shut.length > 0 ? 'max' : 'min'](...ending.map((each) => each.at));
  }
  return undefined;
}

const actWords: Readonly<Record<Act, string>> = {
  deploy: 'deploying',
  prune: 'removing',
  heal: 'healing',
  image: 'following a moved tag',
};

const quoted = (windows: readonly Window[]): string => windows.map(({ name }) => `"${name}"`).join(', ');

const because = (window: Window | undefined): string => (window?.reason === undefined ? '' : ` (${window.reason})`);

/** `2m30s` */
export function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join('') || '0s'
  );
}
