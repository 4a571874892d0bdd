import { asHarborError, type HarborError } from '../errors.ts';
import type { Entry, ServiceRecord, Trigger } from '../model/entry.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan } from '../model/plan.ts';
import type { Revision } from '../model/revision.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Clock } from '../ports.ts';
import type { Journal } from './journal.ts';
import type { Performed } from './perform.ts';

/** An act on the host: what is asked for, how it is done, and what is found afterwards. */
export interface Operation {
  readonly app: string;
  readonly project: string;
  readonly trigger: Trigger;
  readonly revision: Revision | undefined;
  readonly plan: Plan;
  readonly verdicts: readonly Verdict[];
  /** The deployed release is kept or brought back because the newer one cannot be had. */
  readonly restores: boolean;
  act(): Promise<Performed>;
  /** Looks at the host again: the records, and what is still not as it should be. */
  look(): Promise<{ readonly services: readonly ServiceRecord[]; readonly amiss: HarborError | undefined }>;
}

/** Intent, act, look, outcome: nothing is done without a flushed intent, and every intent gets exactly one outcome. */
export async function operate(operation: Operation, journal: Journal, clock: Clock): Promise<Entry> {
  const { app, project, trigger, revision, plan, verdicts, restores } = operation;
  const intent = await journal.record({
    kind: 'started',
    app,
    project,
    trigger,
    revision,
    release: plan.release,
    steps: plan.steps,
    verdicts,
    ...(restores && { restores }),
  });
  const begun = clock.elapsed();
  const performed = await operation.act();
  const found = await operation.look().catch((error: unknown) => ({ services: [], amiss: asHarborError(error) }));
  return journal.record({
    kind: 'finished',
    app,
    intent: intent.seq,
    trigger,
    revision,
    release: plan.release,
    outcome: outcomeOf(performed, found.amiss),
    services: found.services,
    duration: Math.round(clock.elapsed() - begun),
    ...(restores && { restores }),
  });
}

function outcomeOf(performed: Performed, amiss: HarborError | undefined): Outcome {
  if (performed.kind === 'interrupted') return performed;
  if (performed.kind === 'failed') return failure(performed.error, performed.step);
  return amiss === undefined ? { kind: 'applied' } : failure(amiss, undefined);
}

export const failure = ({ code, message, hint }: HarborError, step: string | undefined): Outcome => ({
  kind: 'failed',
  code,
  message,
  hint,
  step,
});
