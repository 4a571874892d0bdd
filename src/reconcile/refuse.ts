import { needsEntry, signatureOf } from '../core/signature.ts';
import { asHarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { PassReport } from '../model/report.ts';
import type { Revision } from '../model/revision.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Verdict } from '../model/verdict.ts';
import { failure } from './operate.ts';
import type { Context } from './pass.ts';

interface Refusal {
  readonly outcome: Outcome;
  readonly revision: Revision | undefined;
  readonly release?: string;
  readonly verdicts?: readonly Verdict[];
  readonly steps?: readonly Step[];
}

/** An attempt that ended before any side effect. It is written once, not once a cycle. */
export async function refuse(
  { app, trigger }: { readonly app: Pick<App, 'name'>; readonly trigger: Trigger },
  refusal: Refusal,
  { journal }: Pick<Context, 'journal'>,
): Promise<PassReport> {
  const { revision, release, verdicts = [], steps } = refusal;
  const outcome = journal.redacted(refusal.outcome);
  const history = journal.of(app.name);
  const signature = signatureOf(outcome, release, revision?.commit);
  const isToldOf = isAftermath(history, outcome, release) || !needsEntry(history, outcome, signature);
  if (isToldOf && !isWantedAgain(history, refusal))
    return { app: app.name, outcome, entry: history?.trouble?.seq, revision };
  const attempt = { app: app.name, trigger, revision, release, outcome, verdicts };
  const entry = await journal.record({ kind: 'refused', ...attempt, ...(steps && { steps }) });
  return { app: app.name, outcome, entry: entry.seq, revision };
}

/** What must come before anything else is done, and the engine refuses it: that is the outcome. Any other error ends the pass. */
export async function refusedByEngine(
  of: Parameters<typeof refuse>[0],
  thrown: unknown,
  context: Pick<Context, 'journal'>,
): Promise<PassReport> {
  const error = asHarborError(thrown);
  if (error.code !== 'engine-refused') throw error;
  return refuse(of, { outcome: failure(error, undefined), revision: undefined }, context);
}

/** Git asked for another release since, which never came to its end: the log must say what it asks for now, or nobody could try that again. */
const isWantedAgain = (history: AppHistory | undefined, { release, outcome }: Refusal): boolean =>
  outcome.kind !== 'unchanged' && release !== undefined && history?.desired?.release !== release;

/** That a release which just failed is not tried again is part of that failure, not news. */
const isAftermath = (history: AppHistory | undefined, outcome: Outcome, release: string | undefined): boolean =>
  outcome.kind === 'blocked' &&
  history?.trouble?.kind === 'failed' &&
  release !== undefined &&
  history.attempted?.release === release &&
  history.quarantined.some((bad) => bad.release === release);
