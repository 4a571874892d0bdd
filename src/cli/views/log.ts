import { sentenceOf } from '../../core/format-entry.ts';
import type { Entry } from '../../model/entry.ts';
import { bad, dim, good, type Line, type Span, warn } from '../line.ts';
import { ago, moment } from '../moment.ts';
import { layout, type Row, type Table } from '../table.ts';
import { shortCommit } from './revision.ts';

export interface LogTable {
  readonly header: Line;
  row(entry: Entry): Line;
}

/** One line an entry. Columns are as wide as these entries need; others may follow. */
export function logTable(entries: readonly Entry[], now: () => Date, width: number | undefined): LogTable {
  const rowOf = (entry: Entry): Row => entryRow(entry, now());
  const columns: Table = layout(['ENTRY', 'TIME (UTC)', '', 'APP', 'COMMIT', 'WHAT'], entries.map(rowOf), width);
  return { header: columns.header, row: (entry) => columns.row(rowOf(entry)) };
}

const entryRow = (entry: Entry, now: Date): Row => [
  String(entry.seq),
  moment(entry.at).replace(' UTC', ''),
  dim(ago(entry.at, now)),
  'app' in entry ? entry.app : '-',
  'revision' in entry && entry.revision !== undefined ? shortCommit(entry.revision.commit) : '-',
  whatCell(entry),
];

/** The first line: what a tool wrote is in `log show`. */
function whatCell(entry: Entry): Span | string {
  const [what = ''] = sentenceOf(entry).split(/\r?\n/, 1);
  if (entry.kind === 'started' || entry.kind === 'opened') return dim(what);
  if (entry.kind === 'recovered') return good(what);
  if (entry.kind === 'repaired') return warn(what);
  return outcomeStyle(entry.outcome.kind)(what);
}

export function outcomeStyle(kind: Extract<Entry, { kind: 'finished' }>['outcome']['kind']): (text: string) => Span {
  if (kind === 'applied') return good;
  if (kind === 'unchanged') return dim;
  return kind === 'interrupted' ? warn : bad;
}
