import { note } from '../operate.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const acceptHistory: Verb = {
  name: 'accept-history',
  group: 'By hand',
  summary: 'lets a rewritten history through, this once',
  operands: '<app>',
  options: [reason],
  details: `Where commits are verified, a branch that was rewound or rewritten is not followed; nor is a range of versions back to a lower one, because a tag was
deleted. This lets through what Git has now, and what comes after it; the next such turn is refused again. It lifts no signature that is missing or bad.`,
  examples: [
    {
      command: 'harbormaster accept-history shop --reason "took a secret out of the history"',
      does: 'follow the branch again',
    },
  ],
  async run(call) {
    const [app = ''] = call.operands;
    const why = mustReason(call, ['accept-history', app]);
    return note(call, 'accept-history', (harbor, trigger) => harbor.acceptHistory(app, why, trigger));
  },
};
