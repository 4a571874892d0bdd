import type { Redact } from '../core/redact.ts';
import { visibleProse } from '../core/visible.ts';
import { asHarborError } from '../errors.ts';
import type { PlanReport } from '../model/report.ts';

/** Why there is no plan. What Compose, Git or a registry say of a file may quote a secret, or what acts on a terminal. */
export function planFailure(app: string, error: unknown, redact: Redact): PlanReport {
  const { code, message, hint } = asHarborError(error);
  const said = (text: string): string => visibleProse(redact(text));
  return { kind: 'failed', app, code, message: said(message), hint: hint && said(hint) };
}
