import type { BackoffLimits } from '../../core/backoff.ts';
import { asHarborError, type HarborError } from '../../errors.ts';
import type { Fact } from '../../model/fact.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { Cursor } from './cursor.ts';
import { createLedger } from './ledger.ts';
import { type Pending, type Queue, queueFor } from './queue.ts';
import type { Target } from './target.ts';
import { within } from './within.ts';

export interface LaneOptions {
  /** What the log says after an entry, from disk. */
  readonly factsAfter: (seq: number) => AsyncIterable<Fact>;
  readonly save: (cursor: Cursor) => Promise<void>;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pauses: BackoffLimits;
  /** Milliseconds that one delivery may take, for targets that forget a limit of their own. */
  readonly limit: number;
}

/** One target with a queue of its own: it waits for no other, and none waits for it. */
export interface Lane {
  take(fact: Fact): void;
  /** The same target, which the configuration describes otherwise by now: also what waits already is sent there. */
  become(target: Target, head: number): void;
  /** Resolves when nothing is to be told, or it could not be told and waits for another attempt. */
  settled(): Promise<void>;
  /** Lets go at once, and says how far it came. */
  close(): Promise<void>;
}

/** A message that the receiver refuses so many times is given up: else it would hold up all others for ever. */
const usualPatience = 5;

/** `begin`: the newest entry of the log. */
export function openLane(given: Target, saved: Cursor, begin: number, options: LaneOptions): Lane {
  const ending = new AbortController();
  const rests: (() => void)[] = [];
  let [target, queue, newest] = [given, queueFor(given, saved), begin];
  let state: 'idle' | 'working' | 'resting' = 'idle';
  let nudge = new AbortController();
  const ledger = createLedger(saved, { ...options, label: () => target.label, waiting: () => queue.length });
  const deliver = createDelivery(options);

  /** One message, or as many entries as it takes to find one. False: there is nothing left to do. */
  const step = async (): Promise<boolean> => {
    if (queue.length === 0 && queue.reached < newest) await catchUp(queue, newest, options.factsAfter);
    const [from, pending] = [queue, queue.first()];
    if (pending === undefined) return queue.reached < newest;
    const refusal = await deliver(pending, target);
    from.drop();
    await ledger.settle(pending, refusal);
    if (from !== queue) queue = queueFor(target, ledger.cursor);
    return true;
  };

  const turn = (next: typeof state): void => {
    state = next;
    if (next !== 'working') for (const resolve of rests.splice(0)) resolve();
  };

  const rest = async (error: unknown): Promise<void> => {
    const pause = await ledger.fail(error);
    turn('resting');
    await options.clock.sleep(pause, AbortSignal.any([ending.signal, nudge.signal])).catch(() => undefined);
    turn('working');
  };

  const work = async (): Promise<void> => {
    turn('working');
    for (let more = true; more && !ending.signal.aborted; ) {
      try {
        more = await step();
      } catch (error) {
        await rest(error);
      }
    }
    if (queue.length === 0) await ledger.pass(queue);
    turn('idle');
    if (queue.length > 0 || queue.reached < newest) wake();
  };

  const wake = (): void => {
    if (state === 'idle' && !ending.signal.aborted) void work();
  };
  wake();

  return {
    take(fact) {
      newest = fact.entry.seq;
      if (newest === queue.reached + 1 && !queue.isFull) queue.look(fact);
      wake();
    },
    become(next, head) {
      [target, queue, newest] = [next, queueFor(next, ledger.cursor), head];
      nudge.abort();
      nudge = new AbortController();
      wake();
    },
    settled: () => (state === 'working' ? new Promise<void>((resolve) => void rests.push(resolve)) : Promise.resolve()),
    close: () => {
      ending.abort();
      return ledger.close();
    },
  };
}

/** Reads what is not in the queue yet. What the log cannot tell any more, nobody is told. */
async function catchUp(queue: Queue, newest: number, factsAfter: LaneOptions['factsAfter']): Promise<void> {
  for await (const fact of factsAfter(queue.reached)) {
    queue.look(fact);
    if (queue.isFull) return;
  }
  queue.skipTo(newest);
}

/** Delivers a message, or tells why it was refused for good. Throws while it may be taken later. */
function createDelivery({ limit, logger }: LaneOptions) {
  let refusals = 0;
  return async (
    { seq, send }: Pending,
    { label, patience = usualPatience }: Target,
  ): Promise<HarborError | undefined> => {
    try {
      await within(limit, send);
      refusals = 0;
      return undefined;
    } catch (thrown) {
      const error = asHarborError(thrown);
      refusals = error.code === 'notify-refused' ? refusals + 1 : 0;
      if (refusals < patience) throw error;
      logger.warn({ target: label, entry: seq, error }, 'a target refuses a message, which is given up');
      refusals = 0;
      return error;
    }
  };
}
