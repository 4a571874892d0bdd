import { note } from '../operate.ts';
import { assertFresh, planOption, showPlan } from '../plan-at-hand.ts';
import { mustReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';

export const reject: Verb = {
  name: 'reject',
  group: 'By hand',
  summary: 'turns a plan down that waits under `deploy: approve`',
  operands: '<app>',
  options: [planOption, reason],
  details: `Without --plan it shows the plan and does nothing. The plan is not performed unless somebody else approves it; a new commit makes a new plan. What
runs is kept running.`,
  examples: [
    { command: 'harbormaster reject shop --plan 3f9c1a7be002 --reason "not before Monday"', does: 'not this one' },
  ],
  async run(call) {
    const [app = ''] = call.operands;
    const plan = call.option(planOption);
    if (plan === undefined) return showPlan(call, app);
    const why = mustReason(call, ['reject', app, '--plan', plan]);
    await assertFresh(call, app, plan);
    return note(call, 'reject', (harbor, trigger) => harbor.reject({ app, plan, reason: why }, trigger));
  },
};
