import { askedBy } from '../../core/actor.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const logChangeKey: Verb = {
  name: 'log change-key',
  group: 'The record',
  summary: 'signs the checkpoints of the log with a new key from now on',
  options: [reason],
  details: `The old key signs its last checkpoint and a word for the new one, which the log keeps: who has the old public key goes on trusting, and who gets the new one can prove all of the log.
Then the old key is deleted. A daemon must be stopped for it.`,
  examples: [
    { command: 'harbormaster log change-key --reason "an operator left"', does: 'a new key; the record says why' },
  ],
  async run(call) {
    const why = mustReason(call, ['log', 'change-key']);
    const key = await (await call.wired()).log.changeKey(why, askedBy(call.user));
    call.answer({ key }, () => [key]);
    return 0;
  },
};
