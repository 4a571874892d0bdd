import type { RecordStatus, WitnessStatus } from '../../model/report.ts';
import { bad, type Line, nextStep, paragraph, warn } from '../line.ts';
import { when } from '../moment.ts';

/** Milliseconds that a witness may be behind before anybody is told. */
const patience = 120_000;

/** What is wrong with the deployment log or its witness; nothing while all is well. */
export function recordLines(record: RecordStatus | undefined, now: Date): readonly Line[] {
  if (record === undefined) return [];
  return [...conditionLines(record.condition, now), ...witnessLines(record.witness, now)];
}

function conditionLines(condition: RecordStatus['condition'], now: Date): readonly Line[] {
  if (condition?.kind !== 'unwritable') return [];
  const { since, message, hint } = condition;
  return [
    [bad('Nothing is deployed or healed'), `, since ${when(since, now)}: what runs goes on running.`],
    ...paragraph(message, 2),
    ...(hint === undefined ? [] : nextStep(hint, 2)),
    '',
  ];
}

function witnessLines(witness: WitnessStatus | undefined, now: Date): readonly Line[] {
  if (witness?.state === 'contradicted') {
    return [
      [bad('ALARM: the record was rewritten'), `, found ${when(witness.since, now)}.`],
      ...paragraph(
        `The witness ${witness.url} holds a checkpoint of ${witness.size} entries that the deployment log contradicts.`,
        2,
      ),
      ...nextStep(`harbormaster log verify --witness ${witness.url}`, 2),
      '',
    ];
  }
  if (witness?.state !== 'behind' || now.getTime() - Date.parse(witness.since) < patience) return [];
  return [
    [
      warn('The witness of the record is behind'),
      `, since ${when(witness.since, now)}; it vouches for entries up to ${witness.witnessed}.`,
    ],
    ...paragraph(witness.message, 2),
    ...(witness.hint === undefined ? [] : nextStep(witness.hint, 2)),
    '',
  ];
}
