import type { DeliveryStatus } from '../../model/delivery.ts';
import { bad, type Line, nextStep, paragraph } from '../line.ts';
import { when } from '../moment.ts';

/** Who cannot be told what happens; nothing while everybody can. */
export function deliveryLines(deliveries: readonly DeliveryStatus[] = [], now: Date): readonly Line[] {
  return deliveries.flatMap(({ target, waiting, trouble }): readonly Line[] =>
    trouble === undefined
      ? []
      : [
          [bad(`${target} cannot be told`), `, since ${when(trouble.since, now)}; ${waitingText(waiting)}.`],
          ...paragraph(trouble.message, 2),
          ...(trouble.hint === undefined ? [] : nextStep(trouble.hint, 2)),
          '',
        ],
  );
}

const waitingText = (count: number): string => (count === 1 ? '1 message waits' : `${count} messages wait`);
