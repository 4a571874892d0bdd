import type { Block } from '../../model/report.ts';
import { moment, when } from '../moment.ts';

/** What a person can do about it: the advice, then the exact command, unless the advice has it in it already. */
export function remediesOf({ hint, lift }: Block): readonly string[] {
  if (hint === undefined) return [lift];
  return hint.includes(lift) ? [hint] : [hint, lift];
}

/** `since 12 min ago (…), tried again at …`, or `until …` what lifts itself. */
export function sinceText({ code, since, until }: Block, now: Date): string {
  const end = until === undefined ? '' : `, ${code === 'suspended' ? 'until' : 'tried again at'} ${moment(until)}`;
  return `since ${when(since, now)}${end}`;
}
