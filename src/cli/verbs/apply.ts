import { outcomeExitCode, worst } from '../exit-codes.ts';
import { operate } from '../operate.ts';
import { overrideOf, overrideOptions } from '../override.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';

export const apply: Verb = {
  name: 'apply',
  group: 'Every day',
  summary: 'one pass now, over all apps or the named ones',
  operands: '[apps...]',
  options: overrideOptions,
  details: `Waits until what it changed is healthy. Naming an app also deploys what waits under \`deploy: manual\`, and removes an app that left the
configuration. A release that was found bad is tried again by \`retry\`, not by this. If a daemon runs, it does the work. Exits with the code of the worst
outcome; a release that a newer one superseded counts as 0.`,
  examples: [
    { command: 'harbormaster apply', does: 'every app of this host' },
    { command: 'harbormaster apply shop', does: 'one app, also when it is deployed by hand only' },
    {
      command: 'harbormaster apply shop --override-window --reason "broken checkout"',
      does: 'also while a window is closed; the log says so',
    },
    {
      command: 'harbormaster apply shop --ignore-order --reason "the fix that db waits for"',
      does: 'also while an app that it depends on is not there',
    },
    { command: 'harbormaster apply --json', does: 'the outcomes for a program; progress stays on stderr' },
  ],
  endsInOrder: true,
  async run(call) {
    const override = overrideOf(call, 'apply');
    const { reports, took } = await operate(call, 'apply', (harbor, trigger, progress) =>
      harbor.apply(call.operands, { ...trigger, ...override }, progress),
    );
    call.answer({ reports }, () => applyView(reports, took));
    return worst(reports.map(({ outcome }) => outcomeExitCode(outcome)));
  },
};
