import { outcomeExitCode, worst } from '../exit-codes.ts';
import { withHarbor } from '../harbor-at-hand.ts';
import { sayOnInterrupt } from '../interrupt.ts';
import { showProgress } from '../progress.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';

export const apply: Verb = {
  name: 'apply',
  group: 'Every day',
  summary: 'one pass now, over all apps or the named ones',
  operands: '[apps...]',
  details: `Waits until what it changed is healthy. Naming an app also tries a release again that was found bad, and removes an app that left the
configuration. If a daemon runs, it does the work. Exits with the code of the worst outcome.`,
  examples: [
    { command: 'harbormaster apply', does: 'every app of this host' },
    { command: 'harbormaster apply shop', does: 'one app' },
    { command: 'harbormaster apply --json', does: 'the outcomes for a program; progress stays on stderr' },
  ],
  endsInOrder: true,
  async run(call) {
    const { print, operands, user, signal, now } = call;
    const begun = now().getTime();
    const reports = await withHarbor(
      call,
      (wired) => {
        sayOnInterrupt(call);
        return wired.operator('apply', signal);
      },
      async (harbor) => {
        using progress = showProgress(print, now);
        return await harbor.apply(operands, { kind: 'request', by: user }, progress.tell);
      },
    );
    call.answer({ reports }, () => applyView(reports, now().getTime() - begun));
    return worst(reports.map(({ outcome }) => outcomeExitCode(outcome)));
  },
};
