import { shortPlan } from '../core/approval.ts';
import { HarborError } from '../errors.ts';
import type { PlanReport } from '../model/report.ts';
import { planExitCode, worst } from './exit-codes.ts';
import { withHarbor } from './harbor-at-hand.ts';
import { text } from './option.ts';
import type { Call } from './verb.ts';
import { planView } from './views/plan.ts';

/** Which plan is meant: what was read is what is decided about. */
export const planOption = text('plan', 'digest', 'the plan that is meant, by the digest that `plan` shows');

const plansOf = (call: Call, app: string): Promise<readonly PlanReport[]> =>
  withHarbor(
    call,
    (wired) => wired.reader(call.signal),
    (harbor) => harbor.plan([app]),
  );

/** Without a digest nothing is decided: the plan is shown, with the command that would. */
export async function showPlan(call: Call, app: string): Promise<number> {
  const plans = await plansOf(call, app);
  call.answer({ plans }, () => planView(plans, call.now()));
  return worst(plans.map(planExitCode));
}

/** Shows the plan of now and throws `usage` if it is another one than was meant. */
export async function assertFresh(call: Call, app: string, digest: string): Promise<void> {
  const plans = await plansOf(call, app);
  const [plan] = plans;
  if (plan?.kind !== 'planned' || plan.approval === undefined) return;
  const now = plan.approval.plan;
  if (digest.length >= shortPlan(now).length && now.startsWith(digest.toLowerCase())) return;
  if (!call.json) call.print.lines([...planView(plans, call.now()), '']);
  throw new HarborError(`${digest} is not the plan of ${app} as it is now, which is ${shortPlan(now)}`, {
    code: 'usage',
    hint: `Something changed since, or the digest is cut short. Read the plan${call.json ? `: harbormaster plan ${app}` : ' above'}, then decide about that one.`,
  });
}
