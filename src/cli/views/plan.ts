import { approvalBlock, approveCommand, people, shortPlan } from '../../core/approval.ts';
import { stepLines, verdictLines } from '../../core/format-plan.ts';
import { removalWords } from '../../core/removal.ts';
import type { Plan, Step } from '../../model/plan.ts';
import type { PlanReport } from '../../model/report.ts';
import type { Verdict } from '../../model/verdict.ts';
import { bad, dim, good, type Line, nextStep, paragraph, type Span, strong, warn } from '../line.ts';
import { counted, names, share, tally } from './count.ts';
import { isPreview, previewNotes } from './preview.ts';
import { revisionText } from './revision.ts';

export type Prospect = 'unchanged' | 'changes' | 'removal' | 'blocked' | 'failed';

/** What a plan means for its app. */
export function prospectOf(report: PlanReport): Prospect {
  if (report.kind === 'failed') return 'failed';
  if (report.kind === 'planned' && report.plan.steps.length === 0) return 'unchanged';
  if (report.verdicts.some(({ ruling }) => ruling === 'deny')) return 'blocked';
  return report.kind === 'removal' ? 'removal' : 'changes';
}

/** What would happen, why, and what forbids it: what matters first, what stays as it is in one line. */
export function planView(
  reports: readonly PlanReport[],
  now: Date,
  placeholders: readonly string[] = [],
): readonly Line[] {
  if (reports.length === 0)
    return ['No app is declared for this host.', ...nextStep('Add one under `apps:` in the configuration.')];
  const unchanged = reports.filter((report) => prospectOf(report) === 'unchanged').map(({ app }) => app);
  const notes = previewNotes(reports, placeholders);
  if (unchanged.length === reports.length && reports.some(isPreview))
    return [`Nothing would change: ${names(unchanged)}.`, ...notes];
  if (unchanged.length === reports.length) return [`Nothing to do: ${whatIsFine(unchanged)} as Git declares.`];
  const others = reports.filter((report) => prospectOf(report) !== 'unchanged');
  return [
    ...others.flatMap((report) => [...appLines(report, now), '']),
    ...(unchanged.length > 0
      ? [`${reports.some(isPreview) ? 'Unchanged' : 'As Git declares'}: ${names(unchanged)}.`, '']
      : []),
    summary(reports),
    ...notes,
    ...(reports.some(wouldAct)
      ? nextStep('`harbormaster apply` does it now; a running daemon does it by itself.')
      : []),
  ];
}

const wouldAct = (report: PlanReport): boolean =>
  !isPreview(report) &&
  ['changes', 'removal'].includes(prospectOf(report)) &&
  !(report.kind === 'planned' && report.approval && report.approval.ruling.kind !== 'approved');

const whatIsFine = (apps: readonly string[]): string =>
  apps.length === 1 ? `${apps[0]} is` : `${share(apps.length, apps.length)} apps are`;

function appLines(report: PlanReport, now: Date): readonly Line[] {
  switch (report.kind) {
    case 'failed':
      return [
        [strong(report.app), ': ', bad('could not be planned')],
        ...paragraph(report.message, 2),
        ...(report.hint === undefined ? [] : nextStep(report.hint, 2)),
      ];
    case 'removal':
      return [
        [
          strong(report.app),
          ': ',
          ...(prospectOf(report) === 'blocked'
            ? [bad('blocked'), ': it left the configuration, but is not removed']
            : [warn(`left the configuration; it would be ${removalWords[report.onRemove ?? 'down']}`)]),
        ],
        ...body(report),
      ];
    case 'planned':
      return [plannedTitle(report, now), ...body(report), ...approvalLines(report)];
    default:
      return report satisfies never;
  }
}

const plannedTitle = (report: Extract<PlanReport, { kind: 'planned' }>, now: Date): Line => [
  strong(report.app),
  ': ',
  ...(prospectOf(report) === 'blocked' ? [bad('blocked'), ' on the way to '] : [good('would change'), ', to ']),
  revisionText(report.revision, now),
];

function body(report: {
  readonly plan: Plan;
  readonly verdicts: readonly Verdict[];
  readonly warnings?: readonly string[];
}): readonly Line[] {
  return [
    ...report.plan.steps.flatMap(paintedStep),
    ...(report.warnings ?? []).map((warning): Line => [warn(`  ! ${warning}`)]),
    ...report.verdicts.filter(isWorthTelling).flatMap(paintedVerdict),
  ];
}

/** Who signed what is previewed is told, too. */
const isWorthTelling = ({ ruling, gate }: Verdict): boolean => ruling !== 'allow' || gate === 'signature';

/** What people said of the plan, and how to say more. */
function approvalLines({ app, release, approval }: Extract<PlanReport, { kind: 'planned' }>): readonly Line[] {
  if (approval === undefined) return [];
  const { plan, ruling } = approval;
  if (ruling.kind === 'approved')
    return [[good(`  ✓ plan ${shortPlan(plan)} is approved by ${people(ruling.approvals)}`)]];
  return [
    [warn(`  ! ${approvalBlock({ app, release, plan }, ruling).reason}`)],
    ...nextStep(`to approve it: ${approveCommand(app, plan)}`, 4),
    ...nextStep(`to reject it: harbormaster reject ${app} --plan ${shortPlan(plan)} --reason "WHY"`, 4),
  ];
}

const verbStyles: Readonly<Record<Step['kind'], (text: string) => Span>> = {
  pull: dim,
  build: dim,
  files: dim,
  await: dim,
  hook: warn,
  check: dim,
  create: good,
  start: good,
  mend: good,
  refresh: good,
  replace: warn,
  stop: warn,
  remove: bad,
  'remove-network': bad,
};

/** Two blanks and the verb in eight columns: the part that is painted. */
const verbWidth = 10;

export const paintedStep = (step: Step): readonly Line[] =>
  stepLines(step).map((line) => [verbStyles[step.kind](line.slice(0, verbWidth)), line.slice(verbWidth)]);

export const paintedVerdict = (verdict: Verdict): readonly Line[] =>
  verdictLines([verdict]).map((line, index) =>
    index > 0 || verdict.ruling === 'allow' ? line : [(verdict.ruling === 'deny' ? bad : warn)(line)],
  );

export const endings: Readonly<Record<Exclude<Prospect, 'unchanged'>, readonly [string, string]>> = {
  changes: ['would change', 'would change'],
  removal: ['would be removed', 'would be removed'],
  blocked: ['is blocked', 'are blocked'],
  failed: ['could not be planned', 'could not be planned'],
};

function summary(reports: readonly PlanReport[]): Line {
  const words = reports.map(prospectOf).flatMap((prospect) => (prospect === 'unchanged' ? [] : [endings[prospect]]));
  return [strong(`Of ${counted(reports.length, 'app')}: ${tally(words)}.`)];
}
