import { imageText, sentence, stepTitle } from '../../../src/core/format-plan.ts';
import type { Cause } from '../../../src/model/change.ts';
import type { Step } from '../../../src/model/plan.ts';
import type { PlanReport } from '../../../src/model/report.ts';

/** One field that a plan changes; a value that is not known, or is secret, is not told. */
export interface FieldRow {
  readonly service: string;
  readonly field: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Which fields of which services change. */
export function fieldRows({ steps }: { readonly steps: readonly Step[] }): readonly FieldRow[] {
  const rows = steps.flatMap((step) =>
    'services' in step
      ? step.services.flatMap((of) => (typeof of === 'string' ? [] : rowsOf(of.service, of.cause)))
      : [],
  );
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = JSON.stringify(row);
    return !seen.has(key) && seen.add(key);
  });
}

const row = (service: string, field: string, from?: string, to?: string): FieldRow => ({ service, field, from, to });

function rowsOf(service: string, cause: Cause): readonly FieldRow[] {
  switch (cause.kind) {
    case 'image':
      return [row(service, 'image', imageText(cause.from), imageText(cause.to))];
    case 'scale':
      return [row(service, 'replicas', String(cause.from), String(cause.to))];
    case 'renamed':
      return [row(service, 'container name', cause.from, cause.to)];
    case 'configuration':
      return cause.fields.map((field) => {
        const known = cause.values?.find((one) => one.field === field);
        return row(service, field, known?.from, known?.to);
      });
    case 'altered':
      return cause.fields.map((field) => row(service, field));
    case 'content':
      return cause.paths.map((path) => row(service, path));
    default:
      return [row(service, sentence(cause))];
  }
}

export const stepTitles = ({ steps }: { readonly steps: readonly Step[] }): readonly string[] => steps.map(stepTitle);

export function planSentence(report: PlanReport): string {
  if (report.kind === 'failed') return `It could not be planned: ${report.message}`;
  if (report.plan.steps.length === 0) return 'Nothing to do: it is as Git declares.';
  const isDenied = report.verdicts.some(({ ruling }) => ruling === 'deny');
  const count = report.plan.steps.length;
  return `${count} ${count === 1 ? 'step' : 'steps'}${isDenied ? ', and it is blocked' : ''}.`;
}
