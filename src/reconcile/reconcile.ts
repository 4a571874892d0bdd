import { diff } from '../core/diff.ts';
import { ownContainers } from '../core/ownership.ts';
import { asHarborError } from '../errors.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Release } from '../model/release.ts';
import type { PassReport } from '../model/report.ts';
import { deploy } from './deploy.ts';
import { denials, isTrouble, notYet, probe, quarantine } from './forbid.ts';
import { failure } from './operate.ts';
import type { Aim, Context, Pass } from './pass.ts';
import { propose } from './propose.ts';
import { refuse } from './refuse.ts';

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
