import type { Outcome } from '../model/outcome.ts';
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
