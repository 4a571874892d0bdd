import { exitCodes } from '../exit-codes.ts';
import { bad, good, type Line, nextStep } from '../line.ts';
import type { Verb } from '../verb.ts';
import type { NotifierTrial } from '../wired.ts';

export const notifyTest: Verb = {
  name: 'notify test',
  group: 'Set up',
  summary: 'tells every notifier something, and whether it arrived',
  details:
    'Each notifier of the configuration gets a message with the event `test`, whatever else it wants to hear. Exits with 1 if one of them did not take it.',
  examples: [{ command: 'harbormaster notify test', does: 'after you changed `notifiers`' }],
  async run(call) {
    const trials = await (await call.wired()).tryNotifiers();
    call.answer({ trials }, () => lines(trials));
    return trials.some(({ failure }) => failure !== undefined) ? exitCodes.world : exitCodes.ok;
  },
};

function lines(trials: readonly NotifierTrial[]): readonly Line[] {
  if (trials.length === 0) {
    return [
      'There are no notifiers: a broken deployment would go unnoticed.',
      ...nextStep('add one under `notifiers:`'),
    ];
  }
  return trials.flatMap(({ type, failure }): readonly Line[] =>
    failure === undefined
      ? [[good('✓ '), `${type}: taken; look whether it arrived`]]
      : [[bad('✗ '), `${type}: ${failure.message}`], ...(failure.hint === undefined ? [] : nextStep(failure.hint, 2))],
  );
}
