import type { PassReport } from '../../model/report.ts';
import { type Line, nextStep } from '../line.ts';

/** What happens next to an app that was rolled back: that is what one must know before one goes home. */
export function afterRollback(reports: readonly PassReport[], hold: boolean): readonly Line[] {
  return reports.flatMap(({ app, outcome }) => {
    if (outcome.kind !== 'applied' && outcome.kind !== 'unchanged') return [];
    return hold
      ? [
          `${app} stays there: nothing newer is deployed until somebody releases it.`,
          ...nextStep(`harbormaster release ${app}`),
        ]
      : [
          'Automatic deployment stays on: the next different release that Git asks for is deployed by itself.',
          ...nextStep(`To stay here instead: harbormaster hold ${app} --reason "WHY"`),
        ];
  });
}
