import type { PlanReport } from '../../model/report.ts';
import { checkoutOptions, checkoutRequest } from '../checkout-options.ts';
import { planExitCode, worst } from '../exit-codes.ts';
import { withHarbor } from '../harbor-at-hand.ts';
import { flag, text } from '../option.ts';
import type { Call, Verb } from '../verb.ts';
import { planView } from '../views/plan.ts';
import { planMarkdown } from '../views/plan-markdown.ts';

const options = {
  ref: text('ref', 'name', 'a commit, branch or tag that is not deployed, in place of what the apps follow'),
  markdown: flag('markdown', 'as Markdown, for a comment on a pull request'),
} as const;

export const plan: Verb = {
  name: 'plan',
  group: 'Every day',
  summary: 'what would happen, why, and what forbids it',
  operands: '[apps...]',
  options: [...Object.values(options), ...Object.values(checkoutOptions)],
  details: `Changes nothing. Exits with 0 if there is nothing to do, 2 if there is, 3 if a gate forbids it, 1 or 4 if an app could not be planned. With --ref the daemon
goes on following what it follows; signatures are told, windows and suspensions are not. With --checkout neither host, state, engine nor root is needed, only Git and the Compose
plugin: what is committed is rendered, judged by the gates, and compared. Without names it is about the apps whose repository the clone is of.`,
  examples: [
    { command: 'harbormaster plan', does: 'for every app of this host' },
    { command: 'harbormaster plan shop blog', does: 'for these two' },
    { command: 'harbormaster plan --ref pool-size shop', does: 'what merging this branch would do' },
    {
      command: 'harbormaster plan --checkout . --against-ref origin/main --placeholders --markdown',
      does: 'in a pipeline: what the pull request would do',
    },
    { command: 'harbormaster plan --json', does: 'for a program' },
  ],
  async run(call) {
    const { plans, ...rest } = await plansOf(call);
    if (call.option(options.markdown)) call.print.lines(planMarkdown(plans, rest.placeholders));
    else call.answer({ plans, ...rest }, () => planView(plans, call.now(), rest.placeholders));
    return worst(plans.map(planExitCode));
  },
};

interface Planned {
  readonly plans: readonly PlanReport[];
  /** Of a checkout: what they stand for. */
  readonly placeholders?: readonly string[];
}

async function plansOf(call: Call): Promise<Planned> {
  const ref = call.option(options.ref);
  const checkout = checkoutRequest(call, ref);
  if (checkout !== undefined) return (await call.wired()).preview(checkout);
  const plans = await withHarbor(
    call,
    (wired) => wired.reader(call.signal),
    (harbor) => (ref === undefined ? harbor.plan(call.operands) : harbor.preview(call.operands, ref)),
  );
  return { plans };
}
