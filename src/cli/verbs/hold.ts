import { note } from '../operate.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const hold: Verb = {
  name: 'hold',
  group: 'By hand',
  summary: 'keeps an app at what is deployed, until `release`',
  operands: '<app>',
  options: [reason],
  details: `Nothing newer is deployed; what stops or drifts is still healed. Git is still looked at, and \`status\` says what waits.`,
  examples: [{ command: 'harbormaster hold shop --reason "no changes during the sale"', does: 'until it is released' }],
  async run(call) {
    const [app = ''] = call.operands;
    const why = mustReason(call, ['hold', app]);
    return note(call, 'hold', (harbor, trigger) => harbor.hold(app, why, trigger));
  },
};
