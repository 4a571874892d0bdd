import { csvRecord } from '../core/csv.ts';
import { entryColumns } from '../core/entry-csv.ts';
import { HarborError } from '../errors.ts';
import type { Entry } from '../model/entry.ts';
import { choices } from './option.ts';
import type { Call } from './verb.ts';
import { type LogTable, logTable } from './views/log.ts';

export const formatOption = choices('format', 'format', 'how entries are printed', ['table', 'json', 'csv']);

export type LogFormat = 'table' | 'json' | 'csv';

/** Throws `usage` for two formats at once. */
export function formatOf({ option, json }: Call): LogFormat {
  const given = option(formatOption);
  const [format = json ? 'json' : 'table'] = given;
  if (new Set([...given, ...(json ? ['json'] : [])]).size <= 1) return format;
  throw new HarborError('there can be only one format', {
    code: 'usage',
    hint: '--json is --format json: give one of them.',
  });
}

/** Prints entries as they come. */
export interface EntryPrinter {
  print(entry: Entry): void;
  /** Nothing more comes for now: what was kept to find out the widths of columns is printed. */
  flush(): void;
}

/** `json`: a line each, as it is in the log. `csv`: RFC 4180 with a header. `table`: for people. */
export function entryPrinter(format: LogFormat, call: Call): EntryPrinter {
  const { print } = call;
  if (format === 'json') return { print: print.jsonLine, flush: () => undefined };
  if (format === 'table') return tablePrinter(call);
  print.csv(csvRecord(entryColumns.map(([name]) => name)));
  const record = (entry: Entry): string => csvRecord(entryColumns.map(([, value]) => value(entry)));
  return { print: (entry) => print.csv(record(entry)), flush: () => undefined };
}

/** As many entries say how wide the columns are; those that follow find their place in them. */
const mostKept = 1_000;

function tablePrinter({ print, now }: Call): EntryPrinter {
  let kept: Entry[] = [];
  let table: LogTable | undefined;
  const flush = (): void => {
    if (kept.length === 0) return;
    const header = table === undefined;
    table ??= logTable(kept, now, print.width);
    print.lines([...(header ? [table.header] : []), ...kept.map(table.row)]);
    kept = [];
  };
  return {
    print(entry) {
      kept.push(entry);
      if (kept.length === mostKept) flush();
    },
    flush,
  };
}
