import { diff } from '../core/diff.ts';
import { needsEntry, signatureOf } from '../core/history.ts';
import { ownContainers } from '../core/ownership.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory, Trigger } from '../model/entry.ts';
import type { Observed } from '../model/observed.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Release } from '../model/release.ts';
import type { PassReport } from '../model/report.ts';
import type { Revision } from '../model/revision.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Journal } from './journal.ts';
import { failure, operate } from './operate.ts';
import type { Parts } from './parts.ts';
import { lookAgain, perform } from './perform.ts';
import { type Proposal, propose } from './propose.ts';
import { serviceRecords } from './record.ts';
import type { Retries } from './retries.ts';
import type { Target } from './target.ts';
import { type Retention, tidyUp } from './tidy.ts';

/** One pass over one app. */
export interface Pass {
  readonly app: App;
  readonly target: Target;
  readonly observed: Observed;
  readonly trigger: Trigger;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

export type Context = Parts & {
  readonly journal: Journal;
  readonly retention: () => Retention;
  readonly retries: Retries;
  /** Lets only so many operations act at once. */
  readonly inLane: <R>(work: () => Promise<R>) => Promise<R>;
  /** Digests of releases that are known to be on disk. */
  readonly stored: Set<string>;
};

/** Where a pass goes. `restores`: back to what was deployed, because the newer release cannot be had. */
interface Aim {
  readonly revision: Revision;
  readonly release: Release;
  readonly restores: boolean;
}

/** Propose, and if there is something to do and nothing forbids it: intent, perform, outcome. The one place where a pass ends. */
export async function reconcile(pass: Pass, context: Context): Promise<PassReport> {
  const { target } = pass;
  const report =
    target.kind === 'release'
      ? await toward(pass, { ...target, restores: false }, context)
      : await refuse(pass, { outcome: failure(target.error, undefined), revision: target.revision }, context);
  if (isTrouble(report.outcome) && !pass.signal.aborted) await restore(pass, report.outcome, context);
  return report;
}

const isTrouble = ({ kind }: Outcome): boolean => kind === 'failed' || kind === 'blocked';

async function toward(pass: Pass, aim: Aim, context: Context): Promise<PassReport> {
  const { app, trigger, observed } = pass;
  const { revision, release, restores } = aim;
  const history = context.journal.of(app.name);
  const about = { revision, release: release.digest };
  try {
    const proposal = await propose({ app, revision, release, observed, history }, context);
    if (proposal.plan.steps.length === 0) return await settle(pass, aim, context);
    const denied = denials(proposal) ?? quarantine(proposal, history, trigger);
    if (denied) return await refuse(pass, { outcome: denied, verdicts: proposal.verdicts, ...about }, context);
    const waiting = notYet(pass, aim, context);
    if (waiting) return waiting;
    await probe(proposal, history, context);
    return await context.inLane(() => deploy(pass, { ...proposal, restores }, context));
  } catch (thrown) {
    const error = asHarborError(thrown);
    // What cannot be written down is not done: the pass ends here, and nothing more is tried.
    if (error.code === 'log-unwritable') throw error;
    return refuse(pass, { outcome: failure(error, undefined), ...about }, context);
  }
}

/**
 * While the newer release cannot be had (Git is out of reach, it is refused, or it was found bad), what was deployed last is kept running, or
 * brought back from the stored release.
 */
async function restore(pass: Pass, trouble: Outcome, context: Context): Promise<void> {
  const { app, target } = pass;
  const history = context.journal.of(app.name);
  const deployed = history?.deployed?.release;
  if (deployed === undefined || (target.kind === 'release' && target.release.digest === deployed)) return;
  const stored = await context.releases.load(app.name, deployed);
  if (stored === undefined) return;
  const { release } = stored;
  const hasActed = trouble.kind === 'failed' && trouble.step !== undefined;
  const observed = hasActed ? await context.engine.observe() : pass.observed;
  const containers = ownContainers(observed, app, context.instance);
  if (diff({ release, deployed: release, history, containers }).length === 0) return;
  pass.progress(`keeping release ${deployed.slice(0, 12)}, which was deployed before`);
  await toward({ ...pass, observed }, { revision: release.revision, release, restores: true }, context);
}

interface Refusal {
  readonly outcome: Outcome;
  readonly revision: Revision | undefined;
  readonly release?: string;
  readonly verdicts?: readonly Verdict[];
}

/** An attempt that ended before any side effect. It is written once, not once a cycle. */
export async function refuse(
  { app, trigger }: Pick<Pass, 'app' | 'trigger'>,
  refusal: Refusal,
  { journal }: Context,
): Promise<PassReport> {
  const { revision, release, verdicts = [] } = refusal;
  const outcome = journal.redacted(refusal.outcome);
  const history = journal.of(app.name);
  const signature = signatureOf(outcome, release, revision?.commit);
  const isKnown = isAftermath(history, outcome, release) || !needsEntry(history, outcome, signature);
  if (isKnown) return { app: app.name, outcome, entry: history?.trouble?.seq, revision };
  const entry = await journal.record({ kind: 'refused', app: app.name, trigger, revision, release, outcome, verdicts });
  return { app: app.name, outcome, entry: entry.seq, revision };
}

/** That a release which just failed is not tried again is part of that failure, not news. */
const isAftermath = (history: AppHistory | undefined, outcome: Outcome, release: string | undefined): boolean =>
  outcome.kind === 'blocked' &&
  history?.trouble?.kind === 'failed' &&
  release !== undefined &&
  history.attempted?.release === release &&
  history.quarantined.includes(release);

async function settle({ app }: Pass, { revision, release, restores }: Aim, context: Context): Promise<PassReport> {
  const { journal } = context;
  const trouble = restores ? undefined : journal.of(app.name)?.trouble;
  const entry = trouble && (await journal.record({ kind: 'recovered', app: app.name, after: trouble.seq }));
  await keepStored(release, context);
  return { app: app.name, outcome: { kind: 'unchanged' }, entry: entry?.seq, revision };
}

/** A release that somebody took off the disk is put back: status, healing without Git, and rollback live on it. */
async function keepStored(release: Release, { stored, releases }: Context): Promise<void> {
  if (stored.has(release.digest)) return;
  if ((await releases.load(release.app, release.digest)) === undefined) await releases.save(release);
  stored.add(release.digest);
}

function denials({ verdicts }: Proposal): Outcome | undefined {
  const denied = verdicts.filter(({ ruling }) => ruling === 'deny');
  if (denied.length === 0) return undefined;
  return {
    kind: 'blocked',
    reasons: denied.map(({ service, reason, lift }) => ({
      reason: service === undefined ? reason : `service ${service} ${reason}`,
      lift,
    })),
  };
}

function quarantine(
  { app, release }: Proposal,
  history: AppHistory | undefined,
  trigger: Trigger,
): Outcome | undefined {
  if (trigger.kind === 'request' || !history?.quarantined.includes(release.digest)) return undefined;
  const reason = `release ${release.digest.slice(0, 12)} was tried and found bad; it is not tried again by itself`;
  return {
    kind: 'blocked',
    reasons: [{ reason, lift: `push a fix, or try it again: harbormaster apply ${app.name}` }],
  };
}

/** After a failure, or a mending, the same release is tried again slower and slower; meanwhile the last word on it holds. */
function notYet({ app, trigger }: Pass, { release }: Aim, { journal, retries }: Context): PassReport | undefined {
  if (trigger.kind === 'request' || retries.mayTry(app.name, release.digest)) return undefined;
  const last = journal.of(app.name)?.attempted;
  const isSame = last?.release === release.digest && isTrouble(last.outcome);
  return {
    app: app.name,
    outcome: isSame ? last.outcome : { kind: 'unchanged' },
    entry: isSame ? last.seq : undefined,
    revision: undefined,
  };
}

/** A pull that failed before is asked for at the registry first: no new intent for the same old answer. */
async function probe(
  { plan, release }: Proposal,
  history: AppHistory | undefined,
  { registry }: Context,
): Promise<void> {
  if (history?.trouble === undefined || history.attempted?.release !== release.digest) return;
  for (const step of plan.steps) if (step.kind === 'pull') await registry.resolve(step.image);
}

async function deploy(
  pass: Pass,
  proposal: Proposal & { readonly restores: boolean },
  context: Context,
): Promise<PassReport> {
  const { app, trigger, progress, signal } = pass;
  const { revision, release, plan, verdicts, changes, restores } = proposal;
  const wasDeployed = context.journal.of(app.name)?.deployed?.release === release.digest;
  const stored = await context.releases.save(release);
  const before = ownContainers(pass.observed, app, context.instance);
  const entry = await operate(
    {
      app: app.name,
      project: app.project,
      trigger,
      revision,
      plan,
      verdicts,
      restores,
      act: () => perform({ plan, deployment: { app, stored, revision }, progress, signal }, context),
      async look() {
        const after = await lookAgain(app, context);
        // A rebuilt image has another id than the one deployed before: what runs now is what was deployed.
        const history = context.journal.of(app.name);
        const left = diff({
          release,
          deployed: release,
          history: history && { ...history, deployed: undefined },
          containers: after,
        });
        const names = [
          ...new Set(
            left.map((change) =>
              'to' in change ? change.to.name : 'service' in change ? change.service : change.network.name,
            ),
          ),
        ];
        const amiss =
          left.length === 0
            ? undefined
            : new HarborError(`after the deployment this is still not as declared: ${names.join(', ')}`, {
                code: 'engine-refused',
              });
        return { services: serviceRecords(changes, release, before, after), amiss };
      },
    },
    context.journal,
    context.clock,
  );
  const outcome: Outcome = entry.kind === 'finished' ? entry.outcome : { kind: 'unchanged' };
  if (outcome.kind === 'failed') context.retries.failed(app.name, release.digest);
  else if (wasDeployed) context.retries.mended(app.name, release.digest);
  else context.retries.succeeded(app.name);
  if (outcome.kind === 'applied') await tidyUp(app, release, context.retention(), context);
  return { app: app.name, outcome, entry: entry.seq, revision };
}
