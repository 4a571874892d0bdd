import { audit } from '../core/audit.ts';
import { createLane } from '../core/concurrency.ts';
import { historyReport } from '../core/history-report.ts';
import { formerNames } from '../core/names.ts';
import { nearest } from '../core/nearest.ts';
import { walk } from '../core/walk.ts';
import { windowReport } from '../core/window-report.ts';
import { concerns } from '../core/windows.ts';
import { HarborError } from '../errors.ts';
import type { Entry } from '../model/entry.ts';
import type { LogQuery, LogReader } from '../model/log-query.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';

/** Entries that are in memory at once while somebody reads all of them. */
const pageSize = 200;

/** What was written down, and what is to come. */
export function records({ config, context }: House): Pick<Harbor, 'windows' | 'log' | 'history' | 'audit' | 'trace'> {
  const { log, journal, clock } = context;

  const assertDeclared = (name: string): void => {
    const { declared } = config();
    if (declared.includes(name)) return;
    const hint = declared.length === 0 ? 'There is none.' : `There are: ${declared.join(', ')}.`;
    throw new HarborError(`there is no app ${name} on this host`, { code: 'app-unknown', hint });
  };

  /** What apps were called before is asked for with them. */
  const whole = (query: LogQuery): LogQuery => ({
    ...query,
    formerly: (query.apps ?? []).flatMap((app) => formerNames(journal.all(), app)),
  });

  const newest = async (query: LogQuery, most: number): Promise<readonly Entry[]> => {
    const found: Entry[] = [];
    for (let before: number | undefined; found.length < most; ) {
      const { entries, next } = await log.page(whole(query), { order: 'newest', before, limit: most - found.length });
      found.push(...entries);
      if (next === undefined) break;
      before = next;
    }
    return found;
  };

  const unknown = (app: string): HarborError => {
    const meant = nearest(app, Object.keys(journal.all().apps));
    return new HarborError(`the deployment log knows no app ${app}`, {
      code: 'app-unknown',
      hint: meant === undefined ? undefined : `Did you mean ${meant}?`,
    });
  };

  async function* oldest(query: LogQuery): AsyncGenerator<Entry> {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { entries, next } = await log.page(whole(query), { order: 'oldest', after, limit: pageSize });
      yield* entries;
      after = next;
    }
  }
  /** One at a time: many who ask for much must not take the time of those who deploy. */
  const throughAll = createLane(1);
  const reader: LogReader = {
    oldest,
    head: async () => {
      for await (const entry of oldest({ kinds: ['opened'] })) return entry;
      return undefined;
    },
  };

  return {
    async windows(names) {
      names.forEach(assertDeclared);
      const concerned = config().windows.filter(
        (window) => names.length === 0 || names.some((name) => concerns(window, name)),
      );
      return concerned.map((window) => windowReport(window, clock.now().getTime()));
    },
    log: (query, page) => log.page(whole(query), page),
    async history(app, limit) {
      // Of each attempt there are two entries at most: how it began, and how it ended.
      const entries = await newest({ apps: [app], steps: false }, 2 * limit);
      const report = historyReport(app, entries.toReversed(), journal.of(app));
      if (report !== undefined) return { ...report, attempts: report.attempts.slice(0, limit) };
      throw unknown(app);
    },
    async audit(app, question) {
      const found = await throughAll(() => audit(app, question, reader));
      if (found.isKnown) return found;
      throw unknown(app);
    },
    trace: (what) => throughAll(() => walk(what, reader)),
  };
}
