import { historyOf } from '../../core/history.ts';
import { historyReport } from '../../core/history-report.ts';
import type { Entry } from '../../model/entry.ts';
import { count } from '../option.ts';
import { recordAtHand } from '../record.ts';
import { unknownApp } from '../unknown-app.ts';
import type { Verb } from '../verb.ts';
import { historyView } from '../views/history.ts';

const limit = count('limit', 'at most the last n; 0: all (default 20, with --json all)');

export const history: Verb = {
  name: 'history',
  group: 'The record',
  summary: 'every attempt with one app, and what one can go back to',
  operands: '<app>',
  options: [limit],
  details: `Newest first, an attempt and its outcome in one line: deployments, heals, restores, rollbacks, refusals, and what people did. Reads the log only, so it also
knows apps that are gone. \`log show ENTRY\` tells one of them in full.`,
  examples: [
    { command: 'harbormaster history shop', does: 'the last twenty' },
    { command: 'harbormaster history shop --limit 0 --json', does: 'all of it, for a program' },
  ],
  async run(call) {
    const [app = ''] = call.operands;
    const record = await recordAtHand(call);
    const most = call.option(limit) ?? (call.json ? 0 : 20);
    const entries = await newest(record.newest({ apps: [app], steps: false }), most);
    const report = historyReport(app, entries, historyOf(await record.history(app), app));
    if (report === undefined) throw unknownApp(app, await record.apps());
    const attempts = most === 0 ? report.attempts : report.attempts.slice(0, most);
    const isMore = report.attempts.length > attempts.length;
    call.answer({ ...report, attempts }, () => historyView({ ...report, attempts }, isMore));
    return record.exitCode();
  },
};

/** The entries of at least one attempt more than is shown: of each there are two, how it began and how it ended. Oldest first. */
async function newest(entries: AsyncIterable<Entry>, attempts: number): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const entry of entries) {
    found.push(entry);
    if (attempts > 0 && found.length === 2 * attempts + 2) break;
  }
  return found.reverse();
}
