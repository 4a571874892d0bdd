import { note } from '../operate.ts';
import { mayReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const forget: Verb = {
  name: 'forget',
  group: 'By hand',
  summary: 'drops an app and leaves its containers running',
  operands: '<app>',
  options: [reason],
  details: `For an app that left the configuration, or is about to: its containers, networks and volumes stay as they are, and Harbormaster no longer counts
them as its own. \`adopt\` takes them back. To stop and remove them instead, take the app out of the configuration and \`harbormaster apply APP\`.`,
  examples: [{ command: 'harbormaster forget shop --reason "moves to another tool"', does: 'let it go, running' }],
  async run(call) {
    const [app = ''] = call.operands;
    return note(call, 'forget', (harbor, trigger) => harbor.forget(app, mayReason(call), trigger));
  },
};
