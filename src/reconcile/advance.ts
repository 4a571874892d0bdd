import { actsOf } from '../core/acts.ts';
import { failurePolicy, irreversibleText } from '../core/failure-policy.ts';
import { asHarborError, faultOf } from '../errors.ts';
import type { Consent } from '../model/approval.ts';
import type { Unfinished } from '../model/history.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import { clearance } from './approval.ts';
import { deploy } from './deploy.ts';
import { forbidden, held, notYet, outOfOrder, outsideWindows, probe, unwaited } from './forbid.ts';
import { failure } from './operate.ts';
import { type Aim, type Context, type Pass, untouched } from './pass.ts';
import { type Proposal, propose } from './propose.ts';
import { refuse } from './refuse.ts';
import { settle } from './settle.ts';
import { suspended, whileSuspended } from './suspend.ts';
import { opensIn, overriding } from './windows.ts';

/** Toward the release that Git asks for, if there is a new one and nothing forbids it: intent, perform, outcome. */
export async function advance(pass: Pass, context: Context): Promise<PassReport> {
  const { app, target } = pass;
  if (target === undefined) return untouched(pass.app);
  const unfinished = context.journal.of(app.name)?.unfinished;
  const begun = unfinished && (await begunBefore(pass, unfinished, context));
  if (begun && unfinished.purpose === 'rollback')
    return whileSuspended(pass, context) ?? guarded(pass, begun, context, finishRollback);
  if (target.kind === 'release') return guarded(pass, target, context, toward);
  if (begun && faultOf(target.error.code) === 'world') return guarded(pass, begun, context, toward);
  return refuse(pass, { outcome: failure(target.error, undefined), revision: target.revision }, context);
}

/** What was cut short is brought to its end also while Git is out of reach: it was asked for, and it is on disk. */
async function begunBefore({ app }: Pass, { release }: Unfinished, { releases }: Context): Promise<Aim | undefined> {
  const stored = await releases.load(app.name, release);
  return stored && { release: stored.release, revision: stored.release.revision };
}

type Way = (pass: Pass, aim: Aim, context: Context) => Promise<PassReport>;

/** What goes wrong before the first act is an outcome of the pass. */
async function guarded(pass: Pass, aim: Aim, context: Context, way: Way): Promise<PassReport> {
  try {
    return await way(pass, aim, context);
  } catch (thrown) {
    const error = asHarborError(thrown);
    // What cannot be written down is not done: the pass ends here, and nothing more is tried.
    if (error.code === 'log-unwritable') throw error;
    const { revision, release } = aim;
    return refuse(pass, { outcome: failure(error, undefined), revision, release: release.digest }, context);
  }
}

/** A person asked for it; that Harbormaster was stopped meanwhile changes nothing about that. */
async function finishRollback(pass: Pass, aim: Aim, context: Context): Promise<PassReport> {
  const { app, observed } = pass;
  const history = context.journal.of(app.name);
  const proposal = await propose({ app, ...aim, observed, history, goesBack: true }, context);
  const { reason, hold } = history?.unfinished ?? {};
  return deploy(pass, { ...proposal, cause: { purpose: 'rollback', reason, hold } }, context);
}

async function toward(pass: Pass, aim: Aim, context: Context): Promise<PassReport> {
  const { app, observed } = pass;
  const { revision, release } = aim;
  const history = context.journal.of(app.name);
  // What leaves the deployed release is drift, and not this function's.
  if (history?.deployed?.release === release.digest && history.applied === release.digest)
    return settle(pass, aim, context);
  const proposal = await propose({ app, revision, release, observed, history }, context);
  if (proposal.plan.steps.length === 0) return settle(pass, aim, context);
  const now = context.clock.now();
  const cleared = clearance({ app, proposal, history, now });
  const waits = await outOfOrder(pass, aim, context);
  const bars = { clearance: cleared, suspended: suspended(app.name, context), waits, now };
  const blocked = forbidden(pass, proposal, history, bars);
  if (blocked) return block(pass, proposal, blocked, context);
  const waiting = notYet(pass, aim, context);
  if (waiting) return waiting;
  await probe(proposal, history, context);
  const consent = cleared.kind === 'clear' ? cleared.consent : undefined;
  const report = await begin(pass, { ...proposal, consent }, context);
  await holdAfter(pass, report, context);
  return report;
}

/** What people had to agree to is agreed to. */
type Agreed = Proposal & { readonly consent: Consent | undefined };

/** Asking the registry may have taken its time: whether windows let it begin is judged last. */
async function begin(pass: Pass, proposal: Agreed, context: Context): Promise<PassReport> {
  const now = context.clock.now();
  const { app, trigger } = pass;
  const reasons = outsideWindows(pass, proposal, context.journal.of(app.name), now);
  if (reasons.length > 0) return block(pass, proposal, { kind: 'blocked', reasons }, context);
  const past = {
    ...overriding({ app, trigger, acts: actsOf(proposal.changes), now }),
    ...(await unwaited(pass, proposal, context)),
  };
  const cause = { purpose: 'deploy', consent: proposal.consent, ...past } as const;
  return deploy(pass, { ...proposal, cause, bars: () => saidMeanwhile(pass, proposal, context) }, context);
}

/** Registries may have been asked and others waited for since it was let in. The next pass writes down what keeps it now. */
function saidMeanwhile(pass: Pass, proposal: Proposal, { journal, clock }: Context): readonly BlockReason[] {
  const history = journal.of(pass.app.name);
  const now = clock.now();
  const cleared = clearance({ app: pass.app, proposal, history, now });
  return [
    ...held(pass, history),
    ...(cleared.kind === 'barred' ? [cleared.reason] : []),
    ...outsideWindows(pass, proposal, history, now),
  ];
}

/** What windows keep waiting is looked at again when they open. */
async function block(pass: Pass, proposal: Proposal, outcome: Outcome, context: Context): Promise<PassReport> {
  const { app, trigger } = pass;
  const { verdicts, revision, release, changes, plan } = proposal;
  const refusal = { outcome, verdicts, revision, release: release.digest, steps: plan.steps };
  const report = await refuse(pass, refusal, context);
  const opens = opensIn({ app, trigger, acts: actsOf(changes), now: context.clock.now() }, outcome);
  return { ...report, opens };
}

/**
 * With `on_failure: hold`, and after a hook that cannot be undone, a release that failed on the host is left as it is, and nothing newer comes until a
 * person says so. That the engine went away is no failure: it goes on.
 */
async function holdAfter({ app, trigger }: Pass, { outcome }: PassReport, { journal }: Context): Promise<void> {
  const history = journal.of(app.name);
  const isLeft = outcome.kind === 'failed' && history?.applied !== history?.deployed?.release;
  if (failurePolicy(app, history) !== 'hold' || !isLeft || history?.hold) return;
  if (outcome.code === 'engine-unreachable') return;
  const release = history?.applied;
  const [first] = outcome.message.split('\n', 1);
  const crossed = history?.irreversible ? `, and ${irreversibleText(history.irreversible)}` : '';
  const reason = `release ${release?.slice(0, 12)} failed${crossed}: ${first}`;
  await journal.record({ kind: 'held', app: app.name, release, trigger: { kind: trigger.kind }, reason });
}
