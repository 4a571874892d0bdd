import { matchesQuery } from '../../core/log-query.ts';
import type { Entry } from '../../model/entry.ts';
import type { LogQuery } from '../../model/log-query.ts';
import { filters, queryOf } from '../log-filters.ts';
import { type EntryPrinter, entryPrinter, formatOf, formatOption, type LogFormat } from '../log-format.ts';
import { count, flag } from '../option.ts';
import { type RecordAtHand, recordAtHand } from '../record.ts';
import { unknownApp } from '../unknown-app.ts';
import type { Call, Verb } from '../verb.ts';

const options = {
  ...filters,
  limit: count('limit', 'at most the last n entries; 0: all (default 50, with --format json and csv all)'),
  format: formatOption,
  follow: flag('follow', 'then wait for new entries, until interrupted'),
} as const;

export const log: Verb = {
  name: 'log',
  group: 'The record',
  summary: 'the deployment log: every attempt and how it ended',
  options: Object.values(options),
  details: `Oldest first. All filters must fit. With --format json (or --json) each entry is one line, as it is in the log; docs/log-reference.md tells every field. --format csv is for
spreadsheets: what could be taken for a formula is made text. \`log show SEQ\` explains one entry, \`log verify\` proves the log, \`audit\` tells what ran when, \`trace\` where an image, container
or commit came from.`,
  examples: [
    { command: 'harbormaster log', does: 'the last 50 entries' },
    { command: 'harbormaster log --app shop --since 3d', does: 'one app, the last three days' },
    { command: 'harbormaster log --outcome failed --outcome blocked', does: 'what went wrong' },
    { command: 'harbormaster log --kind held --kind released', does: 'who held what, and why' },
    { command: 'harbormaster log --actor ada --since 2026-01-01', does: 'what Ada asked for this year' },
    { command: 'harbormaster log --revision 9d3e41c2', does: 'what became of a commit' },
    { command: 'harbormaster log --format csv > log.csv', does: 'all of it, for a spreadsheet' },
    { command: 'harbormaster log --json --follow', does: 'everything, for another program' },
    { command: 'harbormaster log show 42', does: 'one entry in full' },
  ],
  async run(call) {
    const format = formatOf(call);
    const query = queryOf(call, format !== 'table');
    const limit = call.option(options.limit) ?? (format === 'table' ? 50 : 0);
    const isFollowing = call.option(options.follow);
    const record = await recordAtHand(call);
    const last = await record.last();
    const printer = entryPrinter(format, call);
    const shown = await show({ query, format, limit, last, printer }, record, call);
    if (shown === 0 && !isFollowing) await explainNothing(query, last, record, call);
    if (isFollowing) await follow(last, query, printer, call);
    return record.exitCode();
  },
};

interface Wanted {
  readonly query: LogQuery;
  readonly format: LogFormat;
  /** 0: all. */
  readonly limit: number;
  /** The newest entry that counts. */
  readonly last: number;
  readonly printer: EntryPrinter;
}

/** Prints what there is, and returns how many entries that were. */
async function show(
  { query, format, limit, last, printer }: Wanted,
  record: RecordAtHand,
  call: Call,
): Promise<number> {
  const { print } = call;
  let shown = 0;
  const entries = limit === 0 ? record.oldest(query) : await newestOf(record.newest(query, last + 1), limit + 1);
  const isMore = Array.isArray(entries) && entries.length > limit;
  for await (const entry of isMore ? entries.slice(1) : entries) {
    if (entry.seq > last || print.closed.aborted) break;
    printer.print(entry);
    shown += 1;
  }
  printer.flush();
  if (isMore && format === 'table') print.note('There are earlier entries; --limit 0 shows all.');
  return shown;
}

async function newestOf(entries: AsyncIterable<Entry>, most: number): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const entry of entries) {
    found.push(entry);
    if (found.length === most) break;
  }
  return found.reverse();
}

/** Throws `app-unknown` for the name of an app that no entry speaks of. */
async function explainNothing(query: LogQuery, last: number, record: RecordAtHand, call: Call): Promise<void> {
  if (last === 0) return call.print.note('The deployment log is empty: nothing was tried on this host yet.');
  const known = await record.apps();
  const unknown = query.apps?.find((app) => !known.includes(app));
  if (unknown === undefined) return call.print.note('No entry is like that.');
  throw unknownApp(unknown, known);
}

async function follow(after: number, query: LogQuery, printer: EntryPrinter, call: Call): Promise<void> {
  const ended = AbortSignal.any([call.signal, call.print.closed]);
  for await (const entry of (await call.wired()).log.follow(after, ended)) {
    if (ended.aborted) return;
    if (!matchesQuery(query, entry)) continue;
    printer.print(entry);
    printer.flush();
  }
}
