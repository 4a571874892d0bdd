import type { AppHistory, Trigger } from '../model/entry.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Aim, Context, Pass } from './pass.ts';
import type { Proposal } from './propose.ts';

export function denials({ verdicts }: Proposal): Outcome | undefined {
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

export function quarantine(
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
export function notYet(
  { app, trigger }: Pass,
  { release }: Aim,
  { journal, retries }: Context,
): PassReport | undefined {
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
export async function probe(
  { plan, release }: Proposal,
  history: AppHistory | undefined,
  { registry }: Context,
): Promise<void> {
  if (history?.trouble === undefined || history.attempted?.release !== release.digest) return;
  for (const step of plan.steps) if (step.kind === 'pull') await registry.resolve(step.image);
}

export const isTrouble = ({ kind }: Outcome): boolean => kind === 'failed' || kind === 'blocked';
