import { type AuditQuestion, audit as auditOf, auditQuestion, momentIn } from '../../core/audit.ts';
import { momentOf, since, spanOf, until } from '../log-filters.ts';
import { text } from '../option.ts';
import { recordAtHand } from '../record.ts';
import { unknownApp } from '../unknown-app.ts';
import type { Call, Verb } from '../verb.ts';
import { auditAtView, auditView } from '../views/audit.ts';

const at = text('at', 'when', 'what ran at that moment, with images, containers and who let it through');

export const audit: Verb = {
  name: 'audit',
  group: 'The record',
  summary: 'what ran when, and what ran at one moment',
  operands: '<app>',
  options: [since, until, at],
  details: `A line for each time between two acts of Harbormaster, oldest first: which release ran, of which commit and author, and what brought it. Without --since: the last thirty days.
--at answers for one moment. Times without a zone are UTC. It reads the log only; \`log verify\` proves that nobody changed it.`,
  examples: [
    { command: 'harbormaster audit shop --since 2026-01-01', does: 'what ran when, this year' },
    { command: 'harbormaster audit shop --at "2026-01-31 14:05"', does: 'what ran when the shop was slow' },
    { command: 'harbormaster audit shop --since 90d --json', does: 'for a program, with every image and container' },
  ],
  async run(call) {
    const [app = ''] = call.operands;
    const asked = askedOf(call);
    const record = await recordAtHand(call);
    const story = await auditOf(app, asked, record);
    if (!story.isKnown) throw unknownApp(app, await record.apps());
    const { host, spans, jumps } = story;
    if (asked.at === undefined) {
      const answer = { app, host, since: asked.since.toISOString(), until: asked.until?.toISOString(), spans, jumps };
      call.answer(answer, () => auditView(answer, call.now()));
    } else {
      const moment = momentIn(spans, asked.at);
      call.answer({ app, host, at: asked.at.toISOString(), ...moment, jumps }, () =>
        auditAtView({ app, host, at: asked.at, ...moment }),
      );
    }
    for (const seq of jumps)
      call.print.note(`The host's clock went back before entry ${seq}: times around it are not to be relied on.`);
    return record.exitCode();
  },
};

/** Throws `usage`. */
const askedOf = (call: Call): AuditQuestion =>
  auditQuestion({ ...spanOf(call), at: momentOf(at, call) }, call.now(), (name) => `--${name}`);
