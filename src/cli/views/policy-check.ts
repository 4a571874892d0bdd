import type { CheckReport } from '../../model/report.ts';
import { bad, good, type Line, strong, warn } from '../line.ts';
import { counted } from './count.ts';
import { paintedVerdict } from './plan.ts';

/** What is denied and warned of; what is allowed by somebody's word is counted. */
export function checkView({ preset, verdicts, warnings }: CheckReport): readonly Line[] {
  const denied = verdicts.filter(({ ruling }) => ruling === 'deny');
  const told = verdicts.filter(({ ruling }) => ruling !== 'allow');
  const granted = verdicts.filter(({ gate, ruling }) => ruling === 'allow' && gate !== 'policy').length;
  return [
    ...warnings.map((warning): Line => [warn(`  ! ${warning}`)]),
    ...told.flatMap(paintedVerdict),
    [
      denied.length === 0 ? good('Allowed') : bad(`Denied: ${counted(denied.length, 'thing')}`),
      ' by the preset ',
      strong(preset),
      granted === 0 ? '.' : `; ${counted(granted, 'thing')} asked for and granted.`,
    ],
  ];
}
