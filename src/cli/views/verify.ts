import { bad, good, type Line, nextStep, type Span, strong, warn } from '../line.ts';
import type { LogProblem, VerifyReport } from '../wired.ts';
import { counted, names } from './count.ts';

/** What the files of the log prove, and what they cannot. */
export function verifyView(report: VerifyReport): readonly Line[] {
  const { problem, torn, entries, files, repairs, open } = report;
  const size = `${counted(entries, 'entry', 'entries')} in ${counted(files, 'file')}`;
  return [
    ...verdictLines(report, size),
    ...(entries === 0 ? [] : [['  head        ', report.head] as const]),
    ...(report.key === undefined
      ? []
      : [`  key         ${report.key.verifier}${report.key.given ? '' : ' (as the log says)'}`]),
    ...checkpointLines(report),
    ...(repairs.length > 0
      ? [
          `  repaired    ${repairs.map(({ seq, length }) => `entry ${seq} covers ${length} bytes of a torn write`).join('; ')}`,
        ]
      : []),
    ...(open.length > 0
      ? [`  open        ${names(open.map(({ seq, app }) => `entry ${seq} (${app})`))}: work under way, or cut short`]
      : []),
    ...section('Proven', report.proves, good('✓')),
    ...section(problem || torn ? 'Not proven, besides' : 'Not proven', report.cannotProve, warn('·')),
  ];
}

function verdictLines({ problem, torn }: VerifyReport, size: string): readonly Line[] {
  if (problem !== undefined) {
    return [
      [bad('The deployment log is damaged.'), ` ${size} hold; the first bad line is`],
      `  ${placeOf(problem)}: ${problem.what}`,
      ...nextStep('Copy the log folder away as evidence before anything else. Nothing after that line was looked at.'),
    ];
  }
  if (torn !== undefined) {
    return [
      [warn('The deployment log ends in a torn write.'), ` ${size} hold; then comes`],
      `  ${placeOf(torn)}: ${torn.what}`,
      ...nextStep('The next start of Harbormaster covers it with an entry. While a daemon writes, just verify again.'),
    ];
  }
  return [[good('The deployment log is whole:'), ` ${size}.`]];
}

const placeOf = ({ file, line, offset, seq }: LogProblem): string =>
  `${file}:${line} (byte ${offset}), where entry ${seq} should be`;

const checkpointLines = ({ entries, checkpoints, witness }: VerifyReport): readonly Line[] => [
  ...coverage('checkpoints', 'signed', checkpoints, entries),
  ...(witness === undefined ? [] : coverage('witness', `held by ${witness.url}`, witness, entries)),
];

function coverage(
  label: string,
  how: string,
  { count, covered }: { readonly count: number; readonly covered: number },
  entries: number,
): readonly Line[] {
  if (count === 0)
    return label === 'witness'
      ? [`  witness     holds nothing that agrees with this log (${how.replace('held by ', '')})`]
      : [];
  const rest = covered === entries ? 'all of them' : `up to entry ${covered} of ${entries}`;
  return [`  ${label.padEnd(11)} ${counted(count, 'checkpoint')} ${how}, covering ${rest}`];
}

const section = (title: string, items: readonly string[], mark: Span): readonly Line[] =>
  items.length === 0 ? [] : ['', [strong(`${title}:`)], ...items.map((item): Line => ['  ', mark, ` ${item}`])];
