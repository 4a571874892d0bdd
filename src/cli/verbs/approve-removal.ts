import { outcomeExitCode, worst } from '../exit-codes.ts';
import { operate } from '../operate.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';

export const approveRemoval: Verb = {
  name: 'approve-removal',
  group: 'By hand',
  summary: 'lets go apps that wait because too many left the configuration at once',
  operands: '<apps...>',
  options: [reason],
  details: `Name exactly the apps that wait, as \`status\` lists them: the approval is for this set alone, counts for a day, and is void as soon as one of them is
back in the configuration. What else is in the way of one of them (a suspension, a window, its grace) stays in the way. Who approved it and why is kept in the log.
Exits as \`apply\` does.`,
  examples: [
    {
      command: 'harbormaster approve-removal shop blog wiki --reason "moved to web-2"',
      does: 'all three may go',
    },
  ],
  endsInOrder: true,
  async run(call) {
    const why = mustReason(call, ['approve-removal', ...call.operands]);
    const { reports, took } = await operate(call, 'approve-removal', (harbor, trigger, progress) =>
      harbor.approveRemoval(call.operands, why, trigger, progress),
    );
    call.answer({ reports }, () => applyView(reports, took));
    return worst(reports.map(({ outcome }) => outcomeExitCode(outcome)));
  },
};
