import type { Outcome } from '../../model/outcome.ts';
import type { PassReport } from '../../model/report.ts';
import { bad, dim, good, type Line, nextStep, paragraph, type Span, spansOf, strong, warn } from '../line.ts';
import { counted, names, tally } from './count.ts';
import { commitText } from './revision.ts';

/** How a pass that a person asked for ended, app by app; `milliseconds` is how long it took. */
export function applyView(reports: readonly PassReport[], milliseconds: number): readonly Line[] {
  if (reports.length === 0)
    return ['No app is declared for this host.', ...nextStep('Add one under `apps:` in the configuration.')];
  const unchanged = reports.filter(({ outcome }) => outcome.kind === 'unchanged').map(({ app }) => app);
  const took = ` in ${(milliseconds / 1000).toFixed(1)} s`;
  if (unchanged.length === reports.length)
    return [`Nothing to do: ${counted(unchanged.length, 'app')} as Git declares (${names(unchanged)})${took}.`];
  const width = Math.max(...reports.map(({ app }) => app.length));
  return [
    ...reports.flatMap((report) => outcomeLines(report, width)),
    ...(unchanged.length > 0 ? [[dim('· '), `unchanged: ${names(unchanged)}`]] : []),
    '',
    [strong(`${tally(reports.map(({ outcome }) => words[outcome.kind]))}${took}.`)],
    ...entryToRead(reports),
  ];
}

const words: Readonly<Record<Outcome['kind'], readonly [string, string]>> = {
  applied: ['applied', 'applied'],
  unchanged: ['unchanged', 'unchanged'],
  blocked: ['blocked', 'blocked'],
  failed: ['failed', 'failed'],
  interrupted: ['interrupted', 'interrupted'],
};

function outcomeLines(report: PassReport, width: number): readonly Line[] {
  const { app, outcome } = report;
  if (outcome.kind === 'unchanged') return [];
  const indent = width + 4;
  const [first = '', ...rest] = detailOf(report);
  return [
    [...headOf(app, outcome, width), ...spansOf(first)],
    ...rest.map((line): Line => [' '.repeat(indent), ...spansOf(line)]),
    ...liftsOf(outcome).flatMap((lift) => nextStep(lift, indent)),
  ];
}

const marks: Readonly<Record<Exclude<Outcome['kind'], 'unchanged'>, readonly [string, (text: string) => Span]>> = {
  applied: ['✓', good],
  blocked: ['✗', bad],
  failed: ['✗', bad],
  interrupted: ['!', warn],
};

function headOf(
  app: string,
  outcome: Exclude<Outcome, { kind: 'unchanged' }>,
  width: number,
): readonly (string | Span)[] {
  const [mark, paint] = marks[outcome.kind];
  return [paint(`${mark} `), strong(app.padEnd(width + 2)), paint(outcome.kind)];
}

function detailOf({ outcome, revision, entry }: PassReport): readonly Line[] {
  const place = entry === undefined ? '' : `  (entry ${entry})`;
  switch (outcome.kind) {
    case 'applied':
      return [[revision === undefined ? '' : ` ${commitText(revision)}`, dim(place)]];
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
  return outcome.kind === 'failed' && outcome.hint !== undefined ? [outcome.hint] : [];
}

/** The entry that tells most of what went wrong. */
function entryToRead(reports: readonly PassReport[]): readonly Line[] {
  const told = reports.find(({ outcome, entry }) => outcome.kind === 'failed' && entry !== undefined);
  return told === undefined ? [] : nextStep(`harbormaster log show ${told.entry}`);
}
