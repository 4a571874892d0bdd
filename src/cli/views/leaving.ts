import { removalWords } from '../../core/removal.ts';
import type { HostStatus, LeavingStatus } from '../../model/report.ts';
import { bad, type Line, nextStep, paragraph, strong, warn } from '../line.ts';
import { when } from '../moment.ts';
import { remediesOf } from './block.ts';
import { names } from './count.ts';

/** What left the configuration and is still here, each with what becomes of it, when, and what is in the way. */
export const leavingLines = ({ leaving = [] }: HostStatus, now: Date): readonly Line[] =>
  leaving.flatMap((app) => ['', ...leavingView(app, now)]);

export function leavingView(leaving: LeavingStatus, now: Date): readonly Line[] {
  const { app, blockedBy, containers, since } = leaving;
  return [
    [strong(app), ' ', title(leaving), `, since ${when(since, now)} (${names(containers)})`],
    ...blockedBy.flatMap((block) => [
      ...paragraph(block.detail, 2),
      ...remediesOf(block).flatMap((remedy) => nextStep(remedy, 2)),
    ]),
  ];
}

function title({ onRemove, moved, blockedBy }: LeavingStatus) {
  if (moved) return warn('is declared under another project now: what it has in the old one is removed');
  if (blockedBy.length === 0) return warn(`left the configuration: it is ${removalWords[onRemove]} in the next pass`);
  return blockedBy.every(({ code }) => code === 'removal-pending')
    ? warn('left the configuration')
    : bad('left the configuration, and waits');
}
