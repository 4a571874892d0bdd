import { note } from '../operate.ts';
import { mayReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const tokenRevoke: Verb = {
  name: 'token revoke',
  group: 'The daemon',
  summary: 'from now on the token opens nothing',
  operands: '<name>',
  options: [reason],
  examples: [
    {
      command: 'harbormaster token revoke ci --reason "it left with the laptop"',
      does: 'at once, also for a daemon that runs',
    },
  ],
  async run(call) {
    const [name = ''] = call.operands;
    const why = mayReason(call);
    return note(call, 'token revoke', (harbor, trigger) => harbor.revokeToken(name, why, trigger));
  },
};
