import { planExitCode, worst } from '../exit-codes.ts';
import { withHarbor } from '../harbor-at-hand.ts';
import { flag, text } from '../option.ts';
import type { Verb } from '../verb.ts';
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
  options: Object.values(options),
  details: `Changes nothing. Exits with 0 if there is nothing to do, 2 if there is, 3 if a gate forbids it, 1 or 4 if an app could not be planned. With --ref the daemon
goes on following what it follows; signatures are told, windows and suspensions are not.`,
  examples: [
    { command: 'harbormaster plan', does: 'for every app of this host' },
    { command: 'harbormaster plan shop blog', does: 'for these two' },
    { command: 'harbormaster plan --ref pool-size shop', does: 'what merging this branch would do' },
    { command: 'harbormaster plan --json', does: 'for a program' },
  ],
  async run(call) {
    const ref = call.option(options.ref);
    const plans = await withHarbor(
      call,
      (wired) => wired.reader(call.signal),
      (harbor) => (ref === undefined ? harbor.plan(call.operands) : harbor.preview(call.operands, ref)),
    );
    if (call.option(options.markdown)) call.print.lines(planMarkdown(plans));
    else call.answer({ plans }, () => planView(plans, call.now()));
    return worst(plans.map(planExitCode));
  },
};
