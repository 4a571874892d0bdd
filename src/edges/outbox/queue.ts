import type { Fact } from '../../model/fact.ts';
import type { Cursor } from './cursor.ts';
import type { Message, Target } from './target.ts';

/** A message, and the entry that it is about. */
export interface Pending {
  readonly seq: number;
  readonly message: Message;
}

/** So many messages of a target are held in memory; the log has the others. */
const most = 500;

/** What waits for one target. Only memory: it can be made anew from the log at any time. */
export interface Queue {
  /** Up to this entry everything has been looked at. */
  readonly reached: number;
  readonly length: number;
  readonly isFull: boolean;
  first(): Pending | undefined;
  drop(): void;
  look(fact: Fact): void;
  /** There is nothing to be had up to there. */
  skipTo(seq: number): void;
}

export function queueFor(target: Target, { cursor, open }: Pick<Cursor, 'cursor' | 'open'>): Queue {
  const pending: Pending[] = [];
  const expected = new Set(open);
  let reached = cursor;
  return {
    get reached() {
      return reached;
    },
    get length() {
      return pending.length;
    },
    get isFull() {
      return pending.length >= most;
    },
    first: () => pending[0],
    drop: () => void pending.shift(),
    skipTo(seq) {
      reached = Math.max(reached, seq);
    },
    look(fact) {
      if (fact.entry.seq <= reached) return;
      reached = fact.entry.seq;
      const message = target.select(fact, expected);
      if (message === undefined) return;
      if (message.opens) expected.add(message.subject);
      else expected.delete(message.subject);
      pending.push({ seq: reached, message });
    },
  };
}
