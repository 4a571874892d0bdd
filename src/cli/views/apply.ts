import { outcomeSentence } from '../../core/format-entry.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PassReport } from '../../model/report.ts';
import { bad, dim, good, type Line, nextStep, paragraph, type Span, spansOf, strong, warn } from '../line.ts';
import { counted, names, tally } from './count.ts';
import { commitText } from './revision.ts';

/** How a pass that a person asked for ended, app by app; `milliseconds` is how long it took. */
export function applyView(
  reports: readonly PassReport[],
  milliseconds: number,
  act: keyof typeof acts = 'apply',
): readonly Line[] {
  if (reports.length === 0)
    return ['No app is declared for this host.', ...nextStep('Add one under `apps:` in the configuration.')];
  const unchanged = reports.filter(({ outcome }) => outcome.kind === 'unchanged').map(({ app }) => app);
  const took = ` in ${(milliseconds / 1000).toFixed(1)} s`;
  if (unchanged.length === reports.length) return [acts[act].idle(unchanged, took)];
  const width = Math.max(...reports.map(({ app }) => app.length));
  return [
    ...reports.flatMap((report) => outcomeLines(report, width, act)),
    ...(unchanged.length > 0 ? [[dim('· '), `unchanged: ${names(unchanged)}`]] : []),
    '',
    [strong(`${tally(reports.map(({ outcome }) => wordsOf(outcome, act)))}${took}.`)],
    ...entryToRead(reports),
  ];
}

/** How what was asked for is called once it is done, and how one says that there was nothing to do. */
const acts = {
  apply: {
    done: 'applied',
    target: '',
    idle: (apps: readonly string[], took: string) =>
      `Nothing to do: ${counted(apps.length, 'app')} as Git declares (${names(apps)})${took}.`,
  },
  rollback: {
    done: 'rolled back',
    target: 'to ',
    idle: (apps: readonly string[]) => `Nothing to do: ${names(apps)} runs that release already.`,
  },
  adopt: {
    done: 'adopted',
    target: 'as ',
    idle: (apps: readonly string[]) =>
      `Nothing to take over: ${names(apps)} is Harbormaster's own already, and as Git declares.`,
  },
} as const;

const wordOf = (outcome: Outcome, act: keyof typeof acts): string =>
  outcome.kind === 'applied' ? acts[act].done : outcome.kind;

const wordsOf = (outcome: Outcome, act: keyof typeof acts): readonly [string, string] => {
  const word = wordOf(outcome, act);
  return [word, word];
};

function outcomeLines(report: PassReport, width: number, act: keyof typeof acts): readonly Line[] {
  const { app, outcome } = report;
  if (outcome.kind === 'unchanged') return [];
  const indent = width + 4;
  const [first = '', ...rest] = detailOf(report, acts[act].target);
  return [
    [...headOf(app, outcome, { width, word: wordOf(outcome, act) }), ...spansOf(first)],
    ...rest.map((line): Line => [' '.repeat(indent), ...spansOf(line)]),
    ...liftsOf(outcome).flatMap((lift) => nextStep(lift, indent)),
  ];
}

const marks: Readonly<Record<Exclude<Outcome['kind'], 'unchanged'>, readonly [string, (text: string) => Span]>> = {
  applied: ['✓', good],
  blocked: ['✗', bad],
  failed: ['✗', bad],
  interrupted: ['!', warn],
  superseded: ['·', dim],
};

function headOf(
  app: string,
  outcome: Exclude<Outcome, { kind: 'unchanged' }>,
  { width, word }: { readonly width: number; readonly word: string },
): readonly (string | Span)[] {
  const [mark, paint] = marks[outcome.kind];
  return [paint(`${mark} `), strong(app.padEnd(width + 2)), paint(word)];
}

function detailOf({ outcome, revision, entry }: PassReport, target: string): readonly Line[] {
  const place = entry === undefined ? '' : `  (entry ${entry})`;
  switch (outcome.kind) {
    case 'applied':
      return [[revision === undefined ? '' : ` ${target}${commitText(revision)}`, dim(place)]];
    case 'blocked': {
      const [first = '', ...others] = outcome.reasons.map(({ reason }) => reason);
      return [[`: ${first}`, dim(place)], ...others];
    }
    case 'failed': {
      const [first = '', ...output] = paragraph(outcome.message);
      return [[stepText(outcome.step), ': ', ...spansOf(first), dim(place)], ...output];
    }
    case 'interrupted':
      return [[outcome.step === undefined ? '' : ` before "${outcome.step}"`, dim(place)]];
    case 'superseded':
      return [[outcomeSentence(outcome).slice(outcome.kind.length), dim(place)]];
    default:
      return [];
  }
}

const stepText = (step: string | undefined): string => (step === undefined ? '' : ` at "${step}"`);

/** What lifts it. */
function liftsOf(outcome: Outcome): readonly string[] {
  if (outcome.kind === 'blocked')
    return [...new Set(outcome.reasons.flatMap(({ lift }) => (lift === undefined ? [] : `to lift it: ${lift}`)))];
  if (outcome.kind === 'interrupted') return ['The next pass takes it up again.'];
  if (outcome.kind === 'superseded') return ['The newer release takes over what was begun.'];
  return outcome.kind === 'failed' && outcome.hint !== undefined ? [outcome.hint] : [];
}

/** The entry that tells most of what went wrong. */
function entryToRead(reports: readonly PassReport[]): readonly Line[] {
  const told = reports.find(({ outcome, entry }) => outcome.kind === 'failed' && entry !== undefined);
  return told === undefined ? [] : nextStep(`harbormaster log show ${told.entry}`);
}
