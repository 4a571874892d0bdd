import type { Fact } from '../../model/fact.ts';
import type { Cursor } from './cursor.ts';
import type { Message, Target } from './target.ts';

/** A message, the entry that it is about, and what is open once it is told. */
export interface Pending {
  readonly seq: number;
  readonly send: () => Promise<void>;
  readonly open: readonly string[];
}

/** So many messages of a target are held in memory; the log has the others. */
const most = 500;

/** What waits for one target. Only memory: it can be made anew from the log at any time. */
export interface Queue {
  /** Up to this entry everything has been looked at. */
  readonly reached: number;
  /** What is open up to there. */
  readonly open: readonly string[];
  readonly length: number;
  readonly isFull: boolean;
  first(): Pending | undefined;
  drop(): void;
  look(fact: Fact): void;
  /** There is nothing to be had up to there. */
  skipTo(seq: number): void;
}

export function queueFor(target: Target, { cursor, open: saved }: Pick<Cursor, 'cursor' | 'open'>): Queue {
  const pending: Pending[] = [];
  let open: readonly string[] = saved;
  let reached = cursor;
  return {
    get reached() {
      return reached;
    },
    get open() {
      return open;
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
      const message = target.select(fact, new Set(open));
      if (message === undefined) return;
      open = openAfter(open, message);
      if (message.send) pending.push({ seq: reached, send: message.send, open });
    },
  };
}

const openAfter = (open: readonly string[], { closes, opens }: Message): readonly string[] => [
  ...open.filter((subject) => !closes.includes(subject) && !opens.includes(subject)),
  ...opens,
];
