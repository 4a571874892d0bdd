import { emptyHistory, startFold } from '../core/history.ts';
import { formerNames, namesAfter } from '../core/names.ts';
import { exitCodeOf } from '../errors.ts';
import type { Entry } from '../model/entry.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { LogQuery, LogReader } from '../model/log-query.ts';
import { exitCodes } from './exit-codes.ts';
import { warn } from './line.ts';
import type { Call } from './verb.ts';

/** The deployment log for a verb that reads it. */
export interface RecordAtHand extends LogReader {
  /** Entries that fit, the newest first; only those before an entry. */
  newest(query: LogQuery, before?: number): AsyncIterable<Entry>;
  /** The oldest first; only those after an entry. */
  oldest(query: LogQuery, after?: number): AsyncIterable<Entry>;
  entry(seq: number): Promise<Entry | undefined>;
  /** The numbers of the oldest entry and the newest; 0: there is none. */
  first(): Promise<number>;
  last(): Promise<number>;
  /** What the log says of one app, and of the host. */
  history(app: string): Promise<HostSnapshot>;
  /** Every app that an entry speaks of, in alphabetical order. */
  apps(): Promise<readonly string[]>;
  /** That of a damaged log, where what was read does not hang together. */
  exitCode(): number;
}

export async function recordAtHand(call: Pick<Call, 'wired' | 'print'>): Promise<RecordAtHand> {
  const { log } = await call.wired();
  let isSuspect = false;
  const suspect = (what: string): void => {
    if (isSuspect) return;
    isSuspect = true;
    call.print.note([warn(`The log does not hang together: ${what}. See: harbormaster log verify`)]);
  };
  let names: Promise<HostSnapshot['names']> | undefined;
  /** What apps were called before is asked for with them. */
  const whole = async (query: LogQuery): Promise<LogQuery> => {
    if (!query.apps?.length) return query;
    names ??= namesIn((of, after) => log.read(of, { order: 'oldest', after, suspect }), await lastOpened());
    const known = await names;
    return { ...query, formerly: query.apps.flatMap((app) => formerNames({ names: known }, app)) };
  };
  async function* newest(query: LogQuery, before?: number) {
    yield* log.read(await whole(query), { order: 'newest', before, suspect });
  }
  async function* oldest(query: LogQuery, after = 0) {
    yield* log.read(await whole(query), { order: 'oldest', after, suspect });
  }
  const first = async (entries: AsyncIterable<Entry>): Promise<Entry | undefined> => {
    for await (const entry of entries) return entry;
    return undefined;
  };
  const lastOpened = () => first(newest({ kinds: ['opened'] }));
  return {
    newest,
    oldest,
    async entry(seq) {
      const found = await first(oldest({}, seq - 1));
      return found?.seq === seq ? found : undefined;
    },
    first: async () => (await first(oldest({})))?.seq ?? 0,
    last: async () => (await first(newest({})))?.seq ?? 0,
    head: () => first(oldest({ kinds: ['opened'] })),
    async history(app) {
      const opened = await lastOpened();
      const fold = startFold(opened?.kind === 'opened' ? opened.snapshot : emptyHistory);
      for await (const entry of oldest({ apps: [app] }, opened?.seq)) fold.add(entry);
      return fold.result();
    },
    async apps() {
      const known = new Set<string>();
      for await (const entry of oldest({ steps: false })) {
        if ('app' in entry) known.add(entry.app);
        if (entry.kind === 'opened') for (const app of Object.keys(entry.snapshot.apps)) known.add(app);
      }
      return [...known].sort();
    },
    exitCode: () => (isSuspect ? exitCodeOf('log-corrupt') : exitCodes.ok),
  };
}

/** The names that apps had before, as the log tells from the head of its newest file on. */
async function namesIn(
  read: (query: LogQuery, after: number) => AsyncIterable<Entry>,
  opened: Entry | undefined,
): Promise<HostSnapshot['names']> {
  let names = opened?.kind === 'opened' ? opened.snapshot.names : undefined;
  for await (const entry of read({ kinds: ['renamed'] }, opened?.seq ?? 0))
    if (entry.kind === 'renamed') names = namesAfter(names, entry, entry.seq);
  return names;
}
