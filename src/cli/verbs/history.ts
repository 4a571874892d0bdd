import { foldHistory, historyOf } from '../../core/history.ts';
import { historyReport } from '../../core/history-report.ts';
import { nearest } from '../../core/nearest.ts';
import { HarborError } from '../../errors.ts';
import type { Entry, HostSnapshot } from '../../model/entry.ts';
import { count } from '../option.ts';
import type { Verb } from '../verb.ts';
import { names } from '../views/count.ts';
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
    const entries = await (await call.wired()).log.entries();
    const snapshot = foldHistory(entries);
    const report = historyReport(app, entries, historyOf(snapshot, app));
    if (report === undefined) throw unknown(app, entries, snapshot);
    const most = call.option(limit) ?? (call.json ? 0 : 20);
    const attempts = most === 0 ? report.attempts : report.attempts.slice(0, most);
    call.answer({ ...report, attempts }, () => historyView({ ...report, attempts }, report.attempts.length));
    return 0;
  },
};

function unknown(app: string, entries: readonly Entry[], { apps }: HostSnapshot): HarborError {
  const known = [...new Set([...Object.keys(apps), ...entries.flatMap((entry) => ('app' in entry ? entry.app : []))])];
  const meant = nearest(app, known);
  const all = known.length === 0 ? 'The log knows no app yet.' : `The log knows: ${names(known.sort())}.`;
  return new HarborError(`the deployment log knows no app ${app}`, {
    code: 'app-unknown',
    hint: meant === undefined ? all : `Did you mean ${meant}? ${all}`,
  });
}
