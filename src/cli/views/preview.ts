import type { PlanReport } from '../../model/report.ts';

export const isPreview = (report: PlanReport): boolean => report.kind !== 'failed' && report.preview !== undefined;

/** What one must know of a preview: what it is compared with, and what it could not know. */
export function previewNotes(reports: readonly PlanReport[], placeholders: readonly string[]): readonly string[] {
  const against = new Set(
    reports.flatMap((report) => (report.kind === 'failed' ? [] : (report.preview?.against ?? []))),
  );
  return [
    ...[...against].map((what) => `Compared with ${what}.`),
    ...(placeholders.length > 0 ? [`Placeholders stand for what is not here: ${placeholders.join(', ')}.`] : []),
    ...(reports.some(isPreview) ? ['Nothing of it is done: it is only what would happen.'] : []),
  ];
}
