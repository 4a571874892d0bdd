import { sentenceOf } from '../../core/format-entry.ts';
import type { Entry } from '../../model/entry.ts';
import type { Outcome } from '../../model/outcome.ts';
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
  if ('outcome' in entry) return outcomeStyle(entry.outcome.kind)(what);
  if (entry.kind === 'hook-ended') return (entry.end.result === 'passed' ? dim : bad)(what);
  return kindStyles[entry.kind]?.(what) ?? what;
}

/** What people did stays plain: it is neither well nor ill. */
const kindStyles: Readonly<Partial<Record<Entry['kind'], (text: string) => Span>>> = {
  opened: dim,
  started: dim,
  step: dim,
  'hook-begun': dim,
  recovered: good,
  drifted: warn,
  objected: warn,
  stale: bad,
  'configuration-failed': bad,
  repaired: warn,
  'damage-accepted': warn,
  contradicted: bad,
};

export function outcomeStyle(kind: Outcome['kind']): (text: string) => Span {
  if (kind === 'applied') return good;
  if (kind === 'unchanged' || kind === 'superseded') return dim;
  return kind === 'interrupted' ? warn : bad;
}
