import { failurePolicy } from '../core/failure-policy.ts';
import { sentence } from '../core/format-plan.ts';
import { calm, fingerprintOf, healRuling } from '../core/heals.ts';
import { subjectOf } from '../core/subject.ts';
import { asHarborError } from '../errors.ts';
import type { EntryOf } from '../model/entry.ts';
import type { AppHistory } from '../model/history.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Release } from '../model/release.ts';
import type { PassReport } from '../model/report.ts';
import { deploy } from './deploy.ts';
import { denials } from './forbid.ts';
import { failure } from './operate.ts';
import type { Context, Pass } from './pass.ts';
import { type Proposal, propose } from './propose.ts';
import { whileSuspended } from './suspend.ts';
import { closed, opensIn, overriding } from './windows.ts';

type Drifted = Pick<EntryOf<'drifted'>, 'state' | 'causes' | 'fingerprint'>;

/** The app as it was deployed, and the pass that looks after it. */
interface Kept {
  readonly pass: Pass;
  readonly release: Release;
}

const unchanged = ({ app }: Pass, entry?: number): PassReport => ({
  app: app.name,
  outcome: { kind: 'unchanged' },
  entry,
  revision: undefined,
});

/** Keeps what was deployed as it was deployed, also while a newer release cannot be had; brings it back after one that failed. */
export async function keep(pass: Pass, advanced: PassReport, context: Context): Promise<PassReport> {
  const { app } = pass;
  const history = context.journal.of(app.name);
  const isBack = history?.applied !== history?.deployed?.release;
  if (isBack && failurePolicy(app, history) !== 'rollback') return unchanged(pass);
  const release = await deployedRelease(pass, context);
  if (release === undefined) return unchanged(pass);
  try {
    const { outcome } = advanced;
    const hasActed = outcome.kind === 'failed' && (outcome.step !== undefined || isBack);
    const observed = hasActed ? await context.engine.observe() : pass.observed;
    const kept = { pass: { ...pass, observed }, release };
    return isBack ? await goBack(kept, context) : await correct(kept, context);
  } catch (thrown) {
    const error = asHarborError(thrown);
    if (error.code === 'log-unwritable') throw error;
    const drift = { state: 'failed', causes: [error.message], fingerprint: error.code } as const;
    const { entry } = await note({ pass, release }, drift, context);
    return { ...unchanged(pass, entry), outcome: context.journal.redacted(failure(error, undefined)) };
  }
}

async function deployedRelease({ app, target }: Pass, { journal, releases }: Context): Promise<Release | undefined> {
  const deployed = journal.of(app.name)?.deployed?.release;
  if (deployed === undefined) return undefined;
  if (target?.kind === 'release' && target.release.digest === deployed) return target.release;
  return (await releases.load(app.name, deployed))?.release;
}

/** Another release was begun after the deployed one, and did not come to a good end. */
async function goBack(kept: Kept, context: Context): Promise<PassReport> {
  const { pass, release } = kept;
  const { app, trigger, observed } = pass;
  const history = context.journal.of(app.name);
  const proposal = await propose({ app, revision: release.revision, release, observed, history }, context);
  if (isNextToCome(pass, history)) return unchanged(pass);
  // It runs as it was deployed all the same: what failed had not come far.
  if (proposal.plan.steps.length === 0) return undisturbed(pass, context);
  const left = leftAlone(pass, context);
  if (left) return left;
  if (trigger.kind !== 'request' && !context.retries.mayTry(app.name, release.digest)) return unchanged(pass);
  const denied = deniedDrift(proposal);
  if (denied) return note(kept, denied, context);
  pass.progress(`brings back release ${release.digest.slice(0, 12)}, which was deployed before`);
  return deploy(pass, { ...proposal, cause: { purpose: 'restore' } }, context);
}

/** The engine went away in the middle of a newer release: a full pass, which comes at once, goes on with that one. */
function isNextToCome({ target }: Pass, history: AppHistory | undefined): boolean {
  const outcome = history?.attempted?.outcome;
  return target === undefined && outcome?.kind === 'failed' && outcome.code === 'engine-unreachable';
}

/** What runs left the deployed release without Git having moved. */
async function correct(kept: Kept, context: Context): Promise<PassReport> {
  const { pass, release } = kept;
  const { app, observed } = pass;
  const history = context.journal.of(app.name);
  const situation = { app, revision: release.revision, release, observed, history };
  const small = await propose(situation, context);
  if (small.plan.steps.length === 0) return undisturbed(pass, context);
  const left = leftAlone(pass, context);
  if (left) return left;
  const ruling = rule(pass, small, context);
  if (ruling.kind === 'leave') return unchanged(pass);
  if (ruling.kind === 'wait') return { ...unchanged(pass), again: ruling.milliseconds };
  if (ruling.kind === 'tell') return note(kept, ruling.drift, context);
  if (ruling.kind === 'closed') return waiting(kept, small, ruling.reasons, context);
  const proposal = ruling.thorough ? await propose({ ...situation, thorough: true }, context) : small;
  const fingerprint = fingerprintOf(small.changes);
  const past = overriding({ app, trigger: pass.trigger, acts: ['heal'], now: context.clock.now() });
  const cause = { purpose: 'heal', fingerprint, ...past } as const;
  const report = await deploy(pass, { ...proposal, cause }, context);
  return report.outcome.kind === 'failed' ? { ...report, ...nextTry(pass, fingerprint, context) } : report;
}

/** No event tells that it is time to try again. */
function nextTry({ app }: Pass, fingerprint: string, { journal, clock }: Context): Pick<PassReport, 'again'> {
  const now = clock.now().getTime();
  const ruling = healRuling(journal.of(app.name)?.heals ?? [], fingerprint, now);
  return { again: ruling.kind === 'now' ? 0 : ruling.until - now };
}

/** While it is suspended the status tells how it drifted, and the log nothing new. Whoever asked for it is told why nothing is done. */
function leftAlone(pass: Pass, context: Context): PassReport | undefined {
  const blocked = whileSuspended(pass, context);
  return blocked && pass.trigger.kind !== 'request' ? unchanged(pass) : blocked;
}

type Ruling =
  | { readonly kind: 'correct'; readonly thorough: boolean }
  | { readonly kind: 'tell'; readonly drift: Drifted }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'closed'; readonly reasons: readonly BlockReason[] }
  | { readonly kind: 'leave' };

/** What the policy, the gates and the story so far say of correcting it. A person who names the app wants it corrected. */
function rule({ app, named, trigger }: Pass, proposal: Proposal, { journal, clock }: Context): Ruling {
  const fingerprint = fingerprintOf(proposal.changes);
  const causes = causesOf(proposal);
  if (app.drift === 'ignore' && !named) return { kind: 'leave' };
  if (app.drift === 'report' && !named) return { kind: 'tell', drift: { state: 'reported', causes, fingerprint } };
  const denied = deniedDrift(proposal);
  if (denied) return { kind: 'tell', drift: denied };
  const reasons = closed({ app, trigger, acts: ['heal'], now: clock.now() });
  if (reasons.length > 0) return { kind: 'closed', reasons };
  const now = clock.now().getTime();
  const ruling = healRuling(journal.of(app.name)?.heals ?? [], fingerprint, now);
  if (ruling.kind === 'now') return { kind: 'correct', thorough: ruling.thorough };
  if (trigger.kind === 'request') return { kind: 'correct', thorough: true };
  if (ruling.kind === 'wait') return { kind: 'wait', milliseconds: ruling.until - now };
  return { kind: 'tell', drift: { state: 'fought', causes, fingerprint } };
}

const causesOf = ({ changes }: Proposal): readonly string[] =>
  changes.map((change) => `${subjectOf(change)}: ${sentence(change.cause)}`);

function deniedDrift(proposal: Proposal): Drifted | undefined {
  const denied = denials(proposal.verdicts).map(({ reason, lift }) =>
    lift === undefined ? reason : `${reason} (${lift})`,
  );
  if (denied.length === 0) return undefined;
  const fingerprint = `denied ${fingerprintOf(proposal.changes)}`;
  return { state: 'failed', causes: [...causesOf(proposal), ...denied], fingerprint };
}

/** Until a window lets it be corrected. */
async function waiting(
  kept: Kept,
  proposal: Proposal,
  reasons: readonly BlockReason[],
  context: Context,
): Promise<PassReport> {
  const { app, trigger } = kept.pass;
  const causes = [...causesOf(proposal), ...reasons.map(({ reason }) => reason)];
  const drift = { state: 'waiting', causes, fingerprint: `window ${fingerprintOf(proposal.changes)}` } as const;
  const outcome = { kind: 'blocked', reasons } as const;
  const again = opensIn({ app, trigger, acts: ['heal'], now: context.clock.now() }, outcome);
  const noted = await note(kept, drift, context);
  return { ...noted, outcome, ...(again !== undefined && { again }) };
}

/** What runs is what was deployed: a trouble with it is over, and a fight once nothing was undone for a while. */
async function undisturbed(pass: Pass, { journal, clock }: Context): Promise<PassReport> {
  const { app } = pass;
  const history = journal.of(app.name);
  if (history?.drift === undefined) return unchanged(pass);
  const last = history.heals.at(-1);
  const isCalm = last === undefined || Math.abs(clock.now().getTime() - Date.parse(last.at)) > calm;
  if (history.drift.state === 'fought' && !isCalm) return unchanged(pass);
  const { seq } = await journal.record({ kind: 'recovered', app: app.name, after: history.drift.seq, of: 'drift' });
  return unchanged(pass, seq);
}

/** Written once, not once a cycle. */
async function note({ pass, release }: Kept, drift: Drifted, { journal }: Context): Promise<PassReport> {
  const { app } = pass;
  const { state, causes, fingerprint } = drift;
  const known = journal.of(app.name)?.drift;
  if (known?.state === state && known.fingerprint === fingerprint) return unchanged(pass, known.seq);
  const entry = await journal.record({
    kind: 'drifted',
    app: app.name,
    release: release.digest,
    state,
    causes,
    fingerprint,
  });
  return unchanged(pass, entry.seq);
}
