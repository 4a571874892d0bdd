import { emptyHistory, startFold } from '../core/history.ts';
import { exitCodeOf } from '../errors.ts';
import type { Entry, HostSnapshot } from '../model/entry.ts';
import type { LogQuery } from '../model/log-query.ts';
import { exitCodes } from './exit-codes.ts';
import { warn } from './line.ts';
import type { Call } from './verb.ts';

/** The deployment log for a verb that reads it. */
export interface RecordAtHand {
  /** Entries that fit, the newest first; only those before an entry. */
  newest(query: LogQuery, before?: number): AsyncIterable<Entry>;
  /** The oldest first; only those after an entry. */
  oldest(query: LogQuery, after?: number): AsyncIterable<Entry>;
  entry(seq: number): Promise<Entry | undefined>;
  /** The numbers of the oldest entry and the newest; 0: there is none. */
  first(): Promise<number>;
  last(): Promise<number>;
  /** The head of the oldest file that is left: it tells what was before. */
  head(): Promise<Entry | undefined>;
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
  const newest = (query: LogQuery, before?: number) => log.read(query, { order: 'newest', before, suspect });
  const oldest = (query: LogQuery, after = 0) => log.read(query, { order: 'oldest', after, suspect });
  const first = async (entries: AsyncIterable<Entry>): Promise<Entry | undefined> => {
    for await (const entry of entries) return entry;
    return undefined;
  };
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
      const opened = await first(newest({ kinds: ['opened'] }));
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
