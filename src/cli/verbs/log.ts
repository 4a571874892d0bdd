import { kindsOfEntries } from '../../core/entry-kinds.ts';
import { matchesQuery, parseMoment, selectEntries } from '../../core/log-query.ts';
import { HarborError } from '../../errors.ts';
import type { Entry } from '../../model/entry.ts';
import type { LogQuery } from '../../model/log-query.ts';
import { choices, count, flag, list, text, type VerbOption } from '../option.ts';
import type { Call, Verb } from '../verb.ts';
import { counted } from '../views/count.ts';
import { logTable } from '../views/log.ts';

const options = {
  app: list('app', 'app', 'only this app (as often as you like)'),
  since: text('since', 'when', 'only from then on: 30m, 2h, 3d, 2026-01-31, 2026-01-31T14:00Z'),
  until: text('until', 'when', 'only up to then'),
  outcome: choices('outcome', 'outcome', 'only attempts that ended so', [
    'applied',
    'failed',
    'blocked',
    'interrupted',
    'superseded',
  ]),
  kind: choices('kind', 'kind', 'only entries of this kind', kindsOfEntries),
  steps: flag('steps', 'also each step as it began (with --json always)'),
  limit: count('limit', 'at most the last n entries; 0: all (default 50, with --json all)'),
  follow: flag('follow', 'then wait for new entries, until interrupted'),
} as const;

export const log: Verb = {
  name: 'log',
  group: 'The record',
  summary: 'the deployment log: every attempt and how it ended',
  options: Object.values(options),
  details:
    'Oldest first. With --json each entry is one line, as it is in the log. `log show SEQ` explains one entry, `log verify` proves the log.',
  examples: [
    { command: 'harbormaster log', does: 'the last 50 entries' },
    { command: 'harbormaster log --app shop --since 3d', does: 'one app, the last three days' },
    { command: 'harbormaster log --outcome failed --outcome blocked', does: 'what went wrong' },
    { command: 'harbormaster log --kind held --kind released', does: 'who held what, and why' },
    { command: 'harbormaster log --json --follow', does: 'everything, for another program' },
    { command: 'harbormaster log show 42', does: 'one entry in full' },
  ],
  async run(call) {
    const query = queryOf(call);
    const all = await (await call.wired()).log.entries();
    const found = selectEntries(all, query);
    const shown = limited(found, call);
    const print = call.json ? call.print.jsonLine : showTable(shown, call);
    for (const entry of shown) print(entry);
    if (!call.json) noteWhatIsMissing({ found, shown, all }, call);
    if (call.option(options.follow)) await follow(all.at(-1)?.seq ?? 0, { query, print, call });
    return 0;
  },
};

function queryOf(call: Call): LogQuery {
  const since = momentOf(options.since, call);
  const until = momentOf(options.until, call);
  const outcomes = call.option(options.outcome);
  const kinds = call.option(options.kind);
  return {
    apps: call.option(options.app),
    ...(since && { since }),
    ...(until && { until }),
    ...(outcomes.length > 0 && { outcomes }),
    ...(kinds.length > 0 && { kinds }),
    steps: call.json || call.option(options.steps),
  };
}

function momentOf(option: VerbOption<string | undefined>, call: Call): Date | undefined {
  const given = call.option(option);
  if (given === undefined) return undefined;
  const moment = parseMoment(given, call.now());
  if (moment !== undefined) return moment;
  throw new HarborError(`--${option.name} does not understand '${given}'`, {
    code: 'usage',
    hint: 'Write how long ago (30m, 2h, 3d, 1w) or when (2026-01-31, 2026-01-31T14:00Z).',
  });
}

function limited(entries: readonly Entry[], call: Call): readonly Entry[] {
  const limit = call.option(options.limit) ?? (call.json ? 0 : 50);
  return limit === 0 ? entries : entries.slice(-limit);
}

function showTable(shown: readonly Entry[], { print, now }: Call): (entry: Entry) => void {
  const table = logTable(shown, now, print.width);
  if (shown.length > 0) print.lines([table.header]);
  return (entry) => print.lines([table.row(entry)]);
}

interface Selection {
  readonly found: readonly Entry[];
  readonly shown: readonly Entry[];
  readonly all: readonly Entry[];
}

function noteWhatIsMissing({ found, shown, all }: Selection, { print }: Call): void {
  const earlier = found.length - shown.length;
  if (earlier > 0)
    print.note(`${counted(earlier, 'earlier entry', 'earlier entries')} not shown; --limit 0 shows all.`);
  if (found.length > 0) return;
  print.note(
    all.length === 0
      ? 'The deployment log is empty: nothing was tried on this host yet.'
      : `None of the ${all.length} entries is like that.`,
  );
}

interface Following {
  readonly query: LogQuery;
  readonly print: (entry: Entry) => void;
  readonly call: Call;
}

async function follow(after: number, { query, print, call }: Following): Promise<void> {
  const ended = AbortSignal.any([call.signal, call.print.closed]);
  for await (const entry of (await call.wired()).log.follow(after, ended)) {
    if (ended.aborted) return;
    if (matchesQuery(query, entry)) print(entry);
  }
}
