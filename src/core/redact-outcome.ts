import type { Outcome } from '../model/outcome.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Redact } from './redact.ts';

/** The outcome with secrets masked in its sentences: as it will be written, so that it compares with what was written. */
export function redactOutcome(redact: Redact, outcome: Outcome): Outcome {
  if (outcome.kind === 'failed') {
    return { ...outcome, message: redact(outcome.message), hint: outcome.hint && redact(outcome.hint) };
  }
  if (outcome.kind !== 'blocked') return outcome;
  return {
    kind: 'blocked',
    reasons: outcome.reasons.map(({ reason, lift, ...rest }) => ({
      ...rest,
      reason: redact(reason),
      lift: lift && redact(lift),
    })),
  };
}

/** What a gate says quotes the model: a path, a port or a name in it may be a secret. */
export const redactVerdict = (redact: Redact, verdict: Verdict): Verdict =>
  verdict.ruling === 'deny'
    ? { ...verdict, reason: redact(verdict.reason), lift: redact(verdict.lift) }
    : { ...verdict, reason: redact(verdict.reason), lift: verdict.lift && redact(verdict.lift) };
