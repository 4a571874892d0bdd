import type { Decision } from '../model/approval.ts';
import type { EntryOf } from '../model/entry.ts';
import type { AppHistory } from '../model/history.ts';

/** Per app: what is older belongs to plans that nobody asks for any more. */
const most = 20;

/** What a person said of a plan is remembered until the plan is performed, or so many other words were said. */
export function decided(history: AppHistory, entry: EntryOf<'approved' | 'rejected'>): AppHistory {
  const { kind, seq, at, trigger, plan, release, reason } = entry;
  // Nobody's word is no word.
  if (trigger.by === undefined) return history;
  const decision: Decision = { kind, seq, at, by: trigger.by, plan, release, reason };
  return { ...history, decisions: [...(history.decisions ?? []), decision].slice(-most) };
}

/** A release that was found bad needs new approvals, whoever lets it be tried again. */
export const decisionsWithout = ({ decisions }: AppHistory, bad: string | undefined): AppHistory['decisions'] =>
  decisions?.filter(({ release }) => release !== bad);
