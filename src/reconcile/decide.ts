import { isAuthor, isSamePerson, shortPlan } from '../core/approval.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Decision, Ruling } from '../model/approval.ts';
import type { Revision } from '../model/revision.ts';
import type { Trigger } from '../model/trigger.ts';
import { type Heard, hear } from './approval.ts';
import type { DecisionRequest, Harbor, Noted } from './harbor.ts';
import type { House } from './house.ts';
import { lookAt } from './looks.ts';
import { propose } from './propose.ts';
import { recover } from './recover.ts';
import { selectOne } from './selection.ts';
import { speaker } from './speaker.ts';

/** A plan as it is now, before the one who speaks of it. */
interface Laid {
  readonly app: App;
  readonly by: string;
  readonly revision: Revision;
  readonly release: string;
  readonly heard: Heard;
  /** What was said of this very plan. */
  readonly said: readonly Decision[];
}

/** What people say of plans. */
export function deciding(house: House): Pick<Harbor, 'approve' | 'reject'> {
  const { config, context, passes, inTurn } = house;
  const { journal } = context;

  /** The plan is made anew, and nothing else happens to the app until the word on it is written down. */
  const over = <Result>(
    request: DecisionRequest,
    trigger: Trigger,
    decide: (laid: Laid) => Promise<Result>,
  ): Promise<Result> => {
    const app = selectOne(config(), request.app);
    const by = speaker(trigger, 'approves or rejects this plan');
    assertAsks(app);
    return inTurn(app.project, async () => decide(await lay(app, by, trigger, house).then(meant(request))));
  };

  const write = async (
    kind: Decision['kind'],
    { app, release, heard }: Laid,
    reason: string | undefined,
    trigger: Trigger,
  ) => journal.record({ kind, app: app.name, plan: heard.plan, release, trigger, reason });

  return {
    async approve(request, trigger, progress) {
      const app = await over(request, trigger, async (laid) => {
        assertMayApprove(laid);
        if (!counts(laid)) await write('approved', laid, request.reason, trigger);
        return laid.app;
      });
      const [report] = await passes.over([app], [], { trigger, progress, named: true });
      if (report) return report;
      throw new HarborError(`the pass over ${app.name} told nothing`, { code: 'bug' });
    },
    reject: (request, trigger) =>
      over(request, trigger, async (laid): Promise<Noted> => {
        const { app, by, heard } = laid;
        const what = `plan ${shortPlan(heard.plan)} of ${app.name}`;
        if (heard.ruling.kind === 'rejected' && isSamePerson(heard.ruling.by, by)) {
          return { app: app.name, entry: undefined, summary: `${what} is rejected by you already` };
        }
        const { seq } = await write('rejected', laid, request.reason, trigger);
        const summary = `${what} is rejected. It is not performed unless somebody else approves it; a new commit makes a new plan.`;
        return { app: app.name, entry: seq, summary };
      }),
  };
}

function assertAsks({ name, deploy }: App): void {
  if (deploy === 'approve') return;
  const how = deploy === 'auto' ? 'is deployed by itself' : `waits for: harbormaster apply ${name}`;
  throw new HarborError(`a new release of ${name} needs no approval: it ${how}`, {
    code: 'usage',
    hint: `Approval is asked for with apps.${name}.deploy: approve.`,
  });
}

async function lay(
  app: App,
  by: string,
  trigger: Trigger,
  { context, find, inspections, inTurn }: House,
): Promise<Laid> {
  const { journal, clock } = context;
  const error = (await inTurn(' recovery', () => recover(trigger, journal, context))).get(app.name);
  if (error) throw error;
  const look = await lookAt([app], context);
  const target = await find(app, look);
  if (target.kind === 'unknown') throw target.error;
  const { revision, release } = target;
  const history = journal.of(app.name);
  const observed = await inspections.within(look.observed, app);
  const proposal = await propose({ app, revision, release, observed, history }, context);
  const heard = hear({ app, proposal, history, now: clock.now() });
  if (heard === undefined) throw nothingToApprove(app);
  const said = (history?.decisions ?? []).filter(({ plan }) => plan === heard.plan);
  return { app, by, revision, release: release.digest, heard, said };
}

const nothingToApprove = ({ name }: App): HarborError =>
  new HarborError(`there is no plan of ${name} to approve or reject: Git asks for what is deployed`, {
    code: 'usage',
    hint: `See: harbormaster status ${name}`,
  });

/** The plan of now is the one that was meant. Throws `usage` if it is another one. */
const meant =
  ({ app, plan }: DecisionRequest) =>
  (laid: Laid): Laid => {
    const now = laid.heard.plan;
    if (/^[0-9a-f]{12,64}$/i.test(plan) && now.startsWith(plan.toLowerCase())) return laid;
    throw new HarborError(`${plan} is not the plan of ${app} as it is now, which is ${shortPlan(now)}`, {
      code: 'usage',
      hint: `Something changed since, or the digest is cut short. Read what it would do now: harbormaster plan ${app}`,
    });
  };

function assertMayApprove({ app, by, revision, said }: Laid): void {
  const { author, committer, commit } = revision;
  if (app.approval.notByAuthor && isAuthor(by, [author, committer])) {
    throw new HarborError(
      `${by} made the commit ${commit.slice(0, 10)} (author ${author.name} <${author.email}>, committer ${committer.name} <${committer.email}>) and may not approve its plan`,
      {
        code: 'usage',
        hint: `Somebody else must approve it. Or, for good: apps.${app.name}.approval.not_by_author: false`,
      },
    );
  }
  const rejection = said.findLast(({ kind }) => kind === 'rejected');
  if (rejection && isSamePerson(rejection.by, by)) {
    throw new HarborError(`${by} rejected this plan, and cannot lift that alone`, {
      code: 'usage',
      hint: 'Somebody else must approve it, or a new commit must make a new plan.',
    });
  }
}

/** Whether this person's approval is among those that count now: saying it twice changes nothing. */
const counts = ({ by, heard }: Laid): boolean => approvalsOf(heard.ruling).some((one) => isSamePerson(one.by, by));

function approvalsOf(ruled: Ruling) {
  if (ruled.kind === 'approved') return ruled.approvals;
  return ruled.kind === 'rejected' ? [] : ruled.have;
}
