import { outcomeExitCode, worst } from '../exit-codes.ts';
import { operate } from '../operate.ts';
import { flag, text } from '../option.ts';
import { overrideWindow } from '../override.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';
import { afterRollback } from '../views/rollback.ts';

const options = {
  to: text('to', 'release', 'first digits of a release or of its commit (default: the last good one before what runs)'),
  reason,
  hold: flag('hold', 'stay there: nothing is deployed until `harbormaster release`'),
  overrideWindow,
} as const;

export const rollback: Verb = {
  name: 'rollback',
  group: 'By hand',
  summary: 'goes back to an earlier release that is kept on disk',
  operands: '<app>',
  options: Object.values(options),
  details: `Needs neither Git nor a registry. The release that it leaves is not tried again by itself, but the next different one that Git asks for is
deployed; with --hold not even that. \`history\` lists what one can go back to. Data is not rolled back. Exits as \`apply\` does.`,
  examples: [
    { command: 'harbormaster rollback shop --reason "checkout is slow"', does: 'to the last good release' },
    { command: 'harbormaster rollback shop --to 4f06b3a6 --reason "bad prices"', does: 'to this one' },
    { command: 'harbormaster rollback shop --hold --reason "until Monday"', does: 'and stay there' },
  ],
  endsInOrder: true,
  async run(call) {
    const [app = ''] = call.operands;
    const to = call.option(options.to);
    const hold = call.option(options.hold);
    const past = call.option(options.overrideWindow);
    const words = [
      'rollback',
      app,
      ...(to === undefined ? [] : ['--to', to]),
      ...(hold ? ['--hold'] : []),
      ...(past ? ['--override-window'] : []),
    ];
    const request = { app, to, hold, reason: mustReason(call, words) };
    const { reports, took } = await operate(call, 'rollback', async (harbor, trigger, progress) => [
      await harbor.rollback(request, { ...trigger, ...(past && { override: request.reason }) }, progress),
    ]);
    call.answer({ reports }, () => [...applyView(reports, took, 'rollback'), ...afterRollback(reports, hold)]);
    return worst(reports.map(({ outcome }) => outcomeExitCode(outcome)));
  },
};
