import { asHarborError, faultOf } from '../errors.ts';
import type { AppHistory } from '../model/entry.ts';
import type { PassReport } from '../model/report.ts';
import { deploy } from './deploy.ts';
import { forbidden, notYet, probe } from './forbid.ts';
import { failure } from './operate.ts';
import type { Aim, Context, Pass } from './pass.ts';
import { propose } from './propose.ts';
import { refuse } from './refuse.ts';
import { settle } from './settle.ts';
import type { Target } from './target.ts';

/** Toward the release that Git asks for, if there is a new one and nothing forbids it: intent, perform, outcome. */
export async function advance(pass: Pass, context: Context): Promise<PassReport> {
  const { app, target } = pass;
  if (target === undefined) return nothing(pass);
  if (target.kind === 'release') return toward(pass, target, context);
  const unfinished = await begunBefore(target, context.journal.of(app.name), app.name, context);
  if (unfinished) return toward(pass, unfinished, context);
  return refuse(pass, { outcome: failure(target.error, undefined), revision: target.revision }, context);
}

const nothing = ({ app }: Pass): PassReport => ({
  app: app.name,
  outcome: { kind: 'unchanged' },
  entry: undefined,
  revision: undefined,
});

/** What was cut short is brought to its end also while Git is out of reach: it was asked for, and it is on disk. */
async function begunBefore(
  { error }: Extract<Target, { kind: 'unknown' }>,
  history: AppHistory | undefined,
  app: string,
  { releases }: Context,
): Promise<Aim | undefined> {
  if (history?.unfinished === undefined || faultOf(error.code) !== 'world') return undefined;
  const stored = await releases.load(app, history.unfinished);
  return stored && { release: stored.release, revision: stored.release.revision };
}

async function toward(pass: Pass, aim: Aim, context: Context): Promise<PassReport> {
  const { app, trigger, observed } = pass;
  const { revision, release } = aim;
  const history = context.journal.of(app.name);
  const about = { revision, release: release.digest };
  // What leaves the deployed release is drift, and not this function's.
  if (history?.deployed?.release === release.digest && history.applied === release.digest)
    return settle(pass, aim, context);
  try {
    const proposal = await propose({ app, revision, release, observed, history }, context);
    if (proposal.plan.steps.length === 0) return await settle(pass, aim, context);
    const blocked = forbidden(pass, proposal, history);
    if (blocked) return await refuse(pass, { outcome: blocked, verdicts: proposal.verdicts, ...about }, context);
    const waiting = notYet(pass, aim, context);
    if (waiting) return waiting;
    await probe(proposal, history, context);
    const report = await deploy(pass, { ...proposal, cause: { purpose: 'deploy' } }, context);
    await holdAfter(pass, report, context);
    return report;
  } catch (thrown) {
    const error = asHarborError(thrown);
    // What cannot be written down is not done: the pass ends here, and nothing more is tried.
    if (error.code === 'log-unwritable') throw error;
    return refuse({ app, trigger }, { outcome: failure(error, undefined), ...about }, context);
  }
}

/** With `on_failure: hold` a release that failed on the host is left as it is, and nothing newer comes until a person says so. */
async function holdAfter({ app, trigger }: Pass, { outcome }: PassReport, { journal }: Context): Promise<void> {
  const history = journal.of(app.name);
  const isLeft = outcome.kind === 'failed' && history?.applied !== history?.deployed?.release;
  if (app.onFailure !== 'hold' || !isLeft || history?.hold) return;
  const reason = `release ${history?.applied?.slice(0, 12)} failed: ${outcome.message}`;
  await journal.record({
    kind: 'held',
    app: app.name,
    release: history?.applied,
    trigger: { kind: trigger.kind },
    reason,
  });
}
