import { all, allOrOne } from '../all-or-one.ts';
import { note } from '../operate.ts';
import { mayReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const resume: Verb = {
  name: 'resume',
  group: 'By hand',
  summary: 'ends a suspension: what waits is done',
  operands: '[app]',
  options: [all, reason],
  details: `A running daemon begins at once; without one, \`harbormaster apply\` does. An app that was suspended by its own name stays so after \`resume --all\`, and
an app of a suspended host stays suspended after \`resume APP\`: the answer says so.`,
  examples: [
    { command: 'harbormaster resume shop', does: 'this app' },
    { command: 'harbormaster resume --all --reason "the move is done"', does: 'the host' },
  ],
  async run(call) {
    const app = allOrOne(call, 'resume');
    return note(call, 'resume', (harbor, trigger) => harbor.resume(app, mayReason(call), trigger));
  },
};
