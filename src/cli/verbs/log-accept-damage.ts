import { askedBy } from '../../core/actor.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const logAcceptDamage: Verb = {
  name: 'log accept-damage',
  group: 'The record',
  summary: 'lets the log go on although a part of it is damaged',
  options: [reason],
  details: `Nothing is repaired or taken away: the damaged file stays as it is, and an entry says for ever which entries are lost, who accepted that and why. Where the newest file is
damaged, a new one begins after it with what can still be read of the state. Also after the state folder was put back from an older copy, when the witness knows more than the log.
Look first: \`harbormaster log verify\`; and copy the log folder away as evidence. A daemon must be stopped for it.`,
  examples: [
    {
      command: 'harbormaster log accept-damage --reason "disk fault on 2026-11-20, see ticket 4711"',
      does: 'deployments go on; the lost entries are named in the record',
    },
  ],
  async run(call) {
    const why = mustReason(call, ['log', 'accept-damage']);
    const { log } = await call.wired();
    const { lost, salvaged } = await log.acceptDamage(why, askedBy(call.user));
    call.answer({ lost, salvaged }, () => [
      ...lost.map(({ file, line, from, to }) =>
        from > to
          ? `Accepted: line ${line} of ${file}.`
          : `Accepted: line ${line} of ${file}; entries ${from} to ${to} are lost.`,
      ),
      ...(salvaged > 0
        ? [`${salvaged} lines after it still count for the state of today, though nothing proves them any more.`]
        : []),
      'The log goes on.',
    ]);
    return 0;
  },
};
