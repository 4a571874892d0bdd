import type { BackoffLimits } from '../../core/backoff.ts';
import type { Fact } from '../../model/fact.ts';
import type { Clock, Logger, Outbox } from '../../ports.ts';
import { serially } from '../serially.ts';
import { createLanes } from './lanes.ts';
import type { Target } from './target.ts';

export interface OutboxOptions {
  /** Those of the configuration in force: the same list as long as that is the same. */
  readonly targets: () => readonly Target[];
  /** Absolute; one file for each target is kept here. */
  readonly folder: string;
  /** Sequence number of the last entry of the log. */
  readonly head: number;
  readonly factsAfter: (seq: number) => AsyncIterable<Fact>;
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pauses?: BackoffLimits;
  readonly limit?: number;
}

/** Milliseconds. */
const farewell = 5_000;

/** Everybody who is told what the log says. Only for whoever holds the lock of the state directory. */
export async function openOutbox(options: OutboxOptions): Promise<Outbox & AsyncDisposable> {
  const { targets, clock, logger } = options;
  let known: readonly Target[] = [];
  let newest = options.head;
  const lanes = createLanes(options, () => newest);

  /** The targets that the configuration has by now. */
  const follow = serially(async (head: number): Promise<void> => {
    const wanted = targets();
    if (wanted === known) return;
    known = wanted;
    await lanes.follow(wanted, head);
  });
  const followed = (head: number): Promise<void> =>
    follow(head).catch((error: unknown) => logger.error({ error }, 'targets could not be taken up'));
  let following = follow(newest);
  await following;

  const settled = async (): Promise<void> => {
    await following;
    await Promise.all(lanes.all().map((lane) => lane.settled()));
  };

  return {
    take(fact) {
      const before = newest;
      newest = fact.entry.seq;
      if (targets() === known) for (const lane of lanes.all()) lane.take(fact);
      else following = followed(before);
    },
    reconfigured() {
      if (targets() !== known) following = followed(newest);
    },
    settled,
    async [Symbol.asyncDispose]() {
      const enough = new AbortController();
      await Promise.race([settled(), clock.sleep(farewell, enough.signal).catch(() => undefined)]);
      enough.abort();
      await Promise.all(lanes.all().map((lane) => lane.close()));
    },
  };
}

/** For whoever only reads: nothing happens that anybody is to be told of. */
export const noOutbox: Outbox & AsyncDisposable = {
  take: () => undefined,
  reconfigured: () => undefined,
  settled: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};
