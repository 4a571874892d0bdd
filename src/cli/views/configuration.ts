import { originText } from '../../core/configuration-words.ts';
import { faultOf } from '../../errors.ts';
import type { HostStatus } from '../../model/report.ts';
import { bad, dim, type Line, nextStep, paragraph } from '../line.ts';
import { when } from '../moment.ts';

/** Where the configuration in force comes from, where that is not plain, and why it is not the newest one. */
export function configurationLines({ configuration }: HostStatus, now: Date): readonly Line[] {
  if (configuration === undefined) return [];
  const { origin, since, troubles, troubledSince } = configuration;
  const age = since === undefined ? '' : `, in force since ${when(since, now)}`;
  const source: readonly Line[] =
    origin.revision === undefined && troubles.length === 0
      ? []
      : [[dim(`Configuration: ${originText(origin)}${age}.`)]];
  return [
    ...troubles.flatMap(({ of, code, message, hint }) => [
      [
        bad(`The newest ${of} ${faultOf(code) === 'world' ? 'cannot be looked at' : 'is refused'}`),
        `${troubledSince === undefined ? '' : `, since ${when(troubledSince, now)}`}; what was in force stays so:`,
      ],
      ...message.split('\n').flatMap((line) => paragraph(line, 2)),
      ...(hint === undefined ? [] : nextStep(hint, 2)),
      '',
    ]),
    ...source,
  ];
}
