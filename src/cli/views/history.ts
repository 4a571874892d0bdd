import { shortRelease } from '../../core/format-entry.ts';
import type { Attempt, HistoryReport, WayBack } from '../../core/history-report.ts';
import { bad, dim, good, indented, type Line, nextStep, type Span, strong, warn } from '../line.ts';
import { moment } from '../moment.ts';
import { layout, type Row, table } from '../table.ts';
import { counted } from './count.ts';
import { shortCommit } from './revision.ts';

/** One line an attempt, its reasons under it, and at last where one can go back to. `isMore`: there are older ones. */
export function historyView({ app, attempts, good: back }: HistoryReport, isMore: boolean): readonly Line[] {
  const columns = layout(
    ['ENTRY', 'TIME (UTC)', 'WHAT', 'RELEASE', 'COMMIT', 'OUTCOME', 'BY', 'TOOK', ''],
    attempts.map(rowOf),
  );
  return [
    ...(attempts.length === 0 ? [`The log holds no attempt with ${app} any more.`] : [columns.header]),
    ...attempts.flatMap((attempt) => [columns.row(rowOf(attempt)), ...detailLines(attempt)]),
    ...(isMore ? [[dim('There are older ones; --limit 0 shows all.')]] : []),
    '',
    ...backLines(app, back),
  ];
}

const rowOf = (attempt: Attempt): Row => [
  String(attempt.seq),
  moment(attempt.at).replace(' UTC', ''),
  strong(attempt.what),
  attempt.release === undefined ? '-' : shortRelease(attempt.release),
  attempt.commit === undefined ? '-' : shortCommit(attempt.commit),
  outcomeCell(attempt.outcome),
  attempt.trigger === undefined ? '-' : (attempt.trigger.by ?? attempt.trigger.kind),
  attempt.duration === undefined ? '-' : `${(attempt.duration / 1000).toFixed(1)} s`,
  attempt.runs ? good('← runs now') : '',
];

function outcomeCell(outcome: Attempt['outcome']): Span | string {
  switch (outcome) {
    case undefined:
      return '-';
    case 'applied':
      return good(outcome);
    case 'failed':
    case 'blocked':
      return bad(outcome);
    case 'unchanged':
    case 'superseded':
      return dim(outcome);
    default:
      return warn(outcome);
  }
}

/** The first line of each: what a tool wrote besides is in `log show`. */
const detailLines = ({ details }: Attempt): readonly Line[] =>
  details.map((detail) => indented(7, [dim(detail.split(/\r?\n/, 1).join(''))]));

function backLines(app: string, back: readonly WayBack[]): readonly Line[] {
  const newest = back.find(({ quarantined }) => quarantined === undefined);
  if (back.length === 0) return [`There is no earlier good release of ${app} to go back to.`];
  return [
    `One can go back to ${counted(back.length, 'release')}:`,
    ...table(
      ['RELEASE', 'COMMIT', 'LAST GOOD (UTC)', 'ENTRY', ''],
      back.map(({ release, commit, at, seq, quarantined }) => [
        shortRelease(release),
        commit === undefined ? '-' : shortCommit(commit),
        moment(at).replace(' UTC', ''),
        String(seq),
        quarantined === undefined ? '' : warn(quarantined),
      ]),
    ).map((line) => indented(2, line)),
    ...(newest === undefined
      ? []
      : nextStep(`harbormaster rollback ${app} --to ${shortRelease(newest.release)} --reason "WHY"`)),
  ];
}
