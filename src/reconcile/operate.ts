import { runsOf } from '../core/jobs.ts';
import { asHarborError, type HarborError } from '../errors.ts';
import type { Consent } from '../model/approval.ts';
import type { CheckResult } from '../model/check.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { RemovalPolicy } from '../model/removal.ts';
import type { PassReport } from '../model/report.ts';
import type { Revision } from '../model/revision.ts';
import type { Purpose, ServiceRecord } from '../model/service-record.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Clock } from '../ports.ts';
import type { Barred, Journal } from './journal.ts';
import type { Performed } from './perform.ts';

/** What the intent says of why it is done. */
export interface Cause {
  readonly purpose: Purpose;
  /** Of a heal: which drift it corrects. */
  readonly fingerprint?: string | undefined;
  /** What the person said who asked for it. */
  readonly reason?: string | undefined;
  readonly hold?: boolean | undefined;
  /** Of a deployment that had to be approved. */
  readonly consent?: Consent | undefined;
  /** Closed windows that the person overrode. */
  readonly overridden?: readonly string[] | undefined;
  /** Apps that it should have waited for, and that the person did not wait for. */
  readonly unordered?: readonly string[] | undefined;
  /** What becomes of the app when it leaves the configuration, where that is not what is usual; of a removal: now. */
  readonly removal?: RemovalPolicy | undefined;
  /** Of a removal: only of what another project than the declared one has. */
  readonly moved?: boolean | undefined;
}

/** An act on the host: what is asked for, how it is done, and what is found afterwards. */
export interface Operation {
  readonly app: string;
  readonly project: string;
  readonly trigger: Trigger;
  readonly revision: Revision | undefined;
  readonly plan: Plan;
  readonly verdicts: readonly Verdict[];
  readonly cause: Cause;
  /** The answer to whoever asked, if by now it must not begin: much may have been said since it was decided. */
  barred(): PassReport | undefined;
  act(desk: Desk): Promise<Performed>;
  /** What is done when everything was done, and is not as it should be all the same. */
  failed?(error: HarborError, desk: Desk): Promise<Performed>;
  /** Looks at the host again: the records, and what is still not as it should be. */
  look(): Promise<{ readonly services: readonly ServiceRecord[]; readonly amiss: HarborError | undefined }>;
}

/** Where an operation writes down what it does. */
export interface Desk {
  /** Its own entry. */
  readonly intent: number;
  begins(step: Step, title: string): Promise<void>;
  checked(result: CheckResult): void;
}

interface Ended {
  readonly kind: 'ended';
  /** Of the entry that tells the outcome. */
  readonly seq: number;
  /** As it was written. */
  readonly outcome: Outcome;
}

/** Intent, each step, act, look, outcome: nothing is done without a flushed intent, and every intent gets exactly one outcome. */
export async function operate(operation: Operation, journal: Journal, clock: Clock): Promise<Ended | Barred> {
  const { app, project, trigger, revision, plan, verdicts, cause } = operation;
  const { purpose, fingerprint, reason, hold, consent, overridden, unordered, removal, moved } = cause;
  const started = {
    kind: 'started' as const,
    app,
    project,
    trigger,
    revision,
    release: plan.release,
    steps: plan.steps,
    verdicts,
    purpose,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(reason !== undefined && { reason }),
    ...(hold && { hold }),
    ...(consent && { consent }),
    ...(overridden !== undefined && { overridden }),
    ...(unordered !== undefined && { unordered }),
    ...(removal && { removal }),
    ...(moved && { moved }),
  };
  const begun = await journal.begin(started, operation.barred);
  if (begun.kind === 'barred') return begun;
  const { intent } = begun;
  const since = clock.elapsed();
  const checks: CheckResult[] = [];
  const desk: Desk = {
    intent: intent.seq,
    checked: (result) => void checks.push(result),
    async begins(step, title) {
      await journal.record({ kind: 'step', app, intent: intent.seq, act: step.kind, title });
    },
  };
  const performed = await operation.act(desk);
  const found = await operation.look().catch((error: unknown) => ({ services: [], amiss: asHarborError(error) }));
  const isAmiss = performed.kind === 'done' && found.amiss !== undefined;
  const last = isAmiss && operation.failed ? await operation.failed(found.amiss, desk) : performed;
  const outcome = journal.redacted(outcomeOf(last, found.amiss));
  const hooks = runsOf(journal.of(app), plan.release);
  const { seq } = await journal.record({
    kind: 'finished',
    app,
    intent: intent.seq,
    trigger,
    revision,
    release: plan.release,
    outcome,
    services: found.services,
    duration: Math.round(clock.elapsed() - since),
    purpose,
    ...(hooks.length > 0 && { hooks }),
    ...(checks.length > 0 && { checks }),
  });
  return { kind: 'ended', seq, outcome };
}

function outcomeOf(performed: Performed, amiss: HarborError | undefined): Outcome {
  if (performed.kind === 'failed') return failure(performed.error, performed.step);
  if (performed.kind !== 'done') return performed;
  return amiss === undefined ? { kind: 'applied' } : failure(amiss, undefined);
}

export const failure = ({ code, message, hint }: HarborError, step: string | undefined): Outcome => ({
  kind: 'failed',
  code,
  message,
  hint,
  step,
});
