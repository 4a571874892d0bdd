import { outcomeExitCode, worst } from '../exit-codes.ts';
import { good } from '../line.ts';
import { operate } from '../operate.ts';
import { overrideOf, overrideOptions } from '../override.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';

export const retry: Verb = {
  name: 'retry',
  group: 'By hand',
  summary: 'tries again what failed: lifts quarantine and waiting',
  operands: '[apps...]',
  options: overrideOptions,
  details: `Without a name: every app that is in trouble. A release that was found bad is not tried again by itself; a fault of the world is, but later
and later. This tries both now. It does not lift a hold, and no gate. Exits as \`apply\` does.`,
  examples: [
    { command: 'harbormaster retry shop', does: 'try the release that failed once more' },
    { command: 'harbormaster retry', does: 'after an outage: all that wait' },
  ],
  endsInOrder: true,
  async run(call) {
    const override = overrideOf(call, 'retry');
    const { reports, took } = await operate(call, 'retry', (harbor, trigger, progress) =>
      harbor.retry(call.operands, { ...trigger, ...override }, progress),
    );
    call.answer({ reports }, () =>
      reports.length === 0 ? [[good('Nothing to try again: no app is in trouble.')]] : applyView(reports, took),
    );
    return worst(reports.map(({ outcome }) => outcomeExitCode(outcome)));
  },
};
