import { planExitCode, worst } from '../exit-codes.ts';
import { withHarbor } from '../harbor-at-hand.ts';
import type { Verb } from '../verb.ts';
import { planView } from '../views/plan.ts';

export const plan: Verb = {
  name: 'plan',
  group: 'Every day',
  summary: 'what would happen, why, and what forbids it',
  operands: '[apps...]',
  details:
    'Changes nothing. Exits with 0 if there is nothing to do, 2 if there is, 3 if a gate forbids it, 1 or 4 if an app could not be planned.',
  examples: [
    { command: 'harbormaster plan', does: 'for every app of this host' },
    { command: 'harbormaster plan shop blog', does: 'for these two' },
    { command: 'harbormaster plan --json', does: 'for a program' },
  ],
  async run(call) {
    const plans = await withHarbor(
      call,
      (wired) => wired.reader(call.signal),
      (harbor) => harbor.plan(call.operands),
    );
    call.answer({ plans }, () => planView(plans, call.now()));
    return worst(plans.map(planExitCode));
  },
};
