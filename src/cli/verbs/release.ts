import { note } from '../operate.ts';
import { mayReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const release: Verb = {
  name: 'release',
  group: 'By hand',
  summary: 'ends a hold: what Git asks for is deployed again',
  operands: '<app>',
  options: [reason],
  details: 'A running daemon deploys what waits in its next pass; without one, `harbormaster apply APP` does.',
  examples: [{ command: 'harbormaster release shop --reason "the sale is over"', does: 'deploy again by itself' }],
  async run(call) {
    const [app = ''] = call.operands;
    return note(call, 'release', (harbor, trigger) => harbor.release(app, mayReason(call), trigger));
  },
};
