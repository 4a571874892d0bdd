import { HarborError } from '../../errors.ts';
import type { Verb } from '../verb.ts';

export const logKey: Verb = {
  name: 'log key',
  group: 'The record',
  summary: 'the public key that checkpoints of the log are signed with',
  details:
    'Note it somewhere else when the host is set up: with it `log verify --public-key` proves a copy of the log anywhere. The form is that of https://c2sp.org/signed-note.',
  examples: [{ command: 'harbormaster log key', does: 'one line: name, id and key' }],
  async run(call) {
    const key = await (await call.wired()).log.key();
    if (key === undefined) {
      throw new HarborError('the log has no key yet', {
        code: 'usage',
        hint: 'It is made by the first `harbormaster run` or `harbormaster apply`.',
      });
    }
    call.answer({ key }, () => [key]);
    return 0;
  },
};
