import type { Redact } from '../core/redact.ts';
import { asHarborError } from '../errors.ts';
import type { PlanReport } from '../model/report.ts';

/** Why there is no plan. What Compose, Git or a registry say of a file may quote a secret. */
export function planFailure(app: string, error: unknown, redact: Redact): PlanReport {
  const { code, message, hint } = asHarborError(error);
  return { kind: 'failed', app, code, message: redact(message), hint: hint && redact(hint) };
}
