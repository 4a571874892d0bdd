import { exitCodeOf } from '../errors.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlanReport } from '../model/report.ts';
import { prospectOf } from './views/plan.ts';

export const exitCodes = { ok: 0, world: 1, changes: 2, blocked: 3, user: 4, bug: 70 } as const;

/** Least bad first: where several hold, the worst is told. */
const ranking: readonly number[] = [
  exitCodes.ok,
  exitCodes.changes,
  exitCodes.blocked,
  exitCodes.world,
  exitCodes.user,
  exitCodes.bug,
];

export const worst = (codes: readonly number[]): number =>
  codes.reduce<number>((worse, code) => (ranking.indexOf(code) > ranking.indexOf(worse) ? code : worse), exitCodes.ok);

export function planExitCode(report: PlanReport): number {
  if (report.kind === 'failed') return exitCodeOf(report.code);
  const prospect = prospectOf(report);
  if (prospect === 'blocked') return exitCodes.blocked;
  return prospect === 'unchanged' ? exitCodes.ok : exitCodes.changes;
}

export function outcomeExitCode(outcome: Outcome): number {
  if (outcome.kind === 'failed') return exitCodeOf(outcome.code);
  if (outcome.kind === 'interrupted') return exitCodes.world;
  return outcome.kind === 'blocked' ? exitCodes.blocked : exitCodes.ok;
}
