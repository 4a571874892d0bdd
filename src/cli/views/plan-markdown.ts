import { stepLines, verdictLines } from '../../core/format-plan.ts';
import type { PlanReport } from '../../model/report.ts';
import { counted, tally } from './count.ts';
import { endings, prospectOf } from './plan.ts';
import { previewNotes } from './preview.ts';
import { commitText } from './revision.ts';

const signs = { unchanged: '⚪', changes: '🟢', removal: '🟠', blocked: '🔴', failed: '🔴' } as const;

/**
 * Plans as Markdown. Whatever comes from a repository stands in fences, where it is neither a link nor a mention, and cannot end what surrounds it:
 * who opens a pull request writes none of the comment.
 */
export function planMarkdown(reports: readonly PlanReport[], placeholders: readonly string[] = []): readonly string[] {
  const changed = reports.filter((report) => prospectOf(report) !== 'unchanged');
  const unchanged = reports.filter((report) => prospectOf(report) === 'unchanged').map(({ app }) => `\`${app}\``);
  const notes = previewNotes(reports, placeholders);
  return [
    '### Harbormaster plan',
    '',
    `${summary(reports)}`,
    ...changed.flatMap((report) => ['', ...section(report)]),
    ...(unchanged.length > 0 ? ['', `${signs.unchanged} Unchanged: ${unchanged.join(', ')}`] : []),
    ...(notes.length > 0 ? ['', ...fenced(notes)] : []),
  ];
}

function summary(reports: readonly PlanReport[]): string {
  if (reports.length === 0) return 'No app is concerned.';
  const words = reports.map(prospectOf).flatMap((prospect) => (prospect === 'unchanged' ? [] : [endings[prospect]]));
  return words.length === 0 ? 'Nothing would change.' : `Of ${counted(reports.length, 'app')}: ${tally(words)}.`;
}

function section(report: PlanReport): readonly string[] {
  const prospect = prospectOf(report);
  const [ending] = prospect === 'unchanged' ? ['is unchanged'] : endings[prospect];
  return [`#### ${signs[prospect]} \`${report.app}\` ${ending}`, '', ...fenced(linesOf(report))];
}

function linesOf(report: PlanReport): readonly string[] {
  if (report.kind === 'failed')
    return [...report.message.split('\n'), ...(report.hint === undefined ? [] : [`→ ${report.hint}`])];
  const warnings = report.kind === 'planned' ? report.warnings.map((warning) => `  ! ${warning}`) : [];
  return [
    ...(report.kind === 'planned' ? [`to ${commitText(report.revision)}`] : []),
    ...report.plan.steps.flatMap(stepLines),
    ...warnings,
    ...verdictLines(report.verdicts.filter(({ ruling }) => ruling !== 'allow')),
  ];
}

function fenced(lines: readonly string[]): readonly string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines.flatMap((line) => line.split('\n')), fence];
}
