import { bad, good, type Line, nextStep, type Span, strong, warn } from '../line.ts';
import type { Check } from '../wired.ts';
import { counted } from './count.ts';

/** What was looked at, and what to do about what is not well. */
export function doctorView(checks: readonly Check[]): readonly Line[] {
  const width = Math.max(0, ...checks.map(({ name }) => name.length)) + 2;
  return [...checks.flatMap((check) => checkLines(check, width)), '', summary(checks)];
}

const marks: Readonly<Record<Check['state'], Span>> = { ok: good('✓ '), warn: warn('! '), fail: bad('✗ ') };

const checkLines = ({ name, state, detail, hint }: Check, width: number): readonly Line[] => [
  [marks[state], strong(name.padEnd(width)), detail],
  ...(hint === undefined || state === 'ok' ? [] : nextStep(hint, width + 2)),
];

function summary(checks: readonly Check[]): Line {
  const failed = checks.filter(({ state }) => state === 'fail').length;
  const warnings = checks.filter(({ state }) => state === 'warn').length;
  if (failed > 0) return [bad(`${counted(failed, 'check')} failed.`), ' Harbormaster cannot work like this.'];
  return warnings > 0
    ? [warn(`${counted(warnings, 'warning')}.`), ' Harbormaster works, but look at it.']
    : [good('All is well.')];
}
