import type { PassReport } from '../../model/report.ts';
import { exitCodes, outcomeExitCode, worst } from '../exit-codes.ts';
import { good, type Line, nextStep } from '../line.ts';
import { operate } from '../operate.ts';
import { assertFresh, planOption, showPlan } from '../plan-at-hand.ts';
import { mayReason, reason } from '../reason.ts';
import type { Verb } from '../verb.ts';
import { applyView } from '../views/apply.ts';

export const approve: Verb = {
  name: 'approve',
  group: 'By hand',
  summary: 'agrees to a plan that waits under `deploy: approve`',
  operands: '<app>',
  options: [planOption, reason],
  details: `Without --plan it shows the plan, with the command that approves it, and does nothing. An approval is for that plan alone: a new commit, another
state of the containers or another policy makes another plan. The last approval that was missing deploys at once. Author and committer of the commit may not
approve it, unless \`approval.not_by_author: false\`. Exits with 0 also when more approvals are missing, with 4 if the plan is no longer the one of now, else as \`apply\` does.`,
  examples: [
    { command: 'harbormaster approve shop', does: 'what is there to approve?' },
    {
      command: 'harbormaster approve shop --plan 3f9c1a7be002 --reason "tested on staging"',
      does: 'agree to this plan',
    },
  ],
  endsInOrder: true,
  async run(call) {
    const [app = ''] = call.operands;
    const plan = call.option(planOption);
    if (plan === undefined) return showPlan(call, app);
    await assertFresh(call, app, plan);
    const request = { app, plan, reason: mayReason(call) };
    const { reports, took } = await operate(call, 'approve', async (harbor, trigger, progress) => [
      await harbor.approve(request, trigger, progress),
    ]);
    call.answer({ reports }, () =>
      reports.flatMap((report) => (isNoted(report) ? noted(report) : applyView([report], took))),
    );
    return worst(reports.map((report) => (isNoted(report) ? exitCodes.ok : outcomeExitCode(report.outcome))));
  },
};

/** What was asked for is done, and others have to do the same. */
const isNoted = ({ outcome }: PassReport): boolean =>
  outcome.kind === 'blocked' && outcome.reasons.every(({ code }) => code === 'approval');

function noted({ app, outcome }: PassReport): readonly Line[] {
  const reasons = outcome.kind === 'blocked' ? outcome.reasons : [];
  return [
    [good('✓ '), `your approval of ${app} is written down`],
    ...reasons.flatMap(({ reason: why, lift = '' }) => [`  ${why}`, ...nextStep(`somebody else: ${lift}`, 2)]),
  ];
}
