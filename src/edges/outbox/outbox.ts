import type { BackoffLimits } from '../../core/backoff.ts';
import type { Fact } from '../../model/fact.ts';
import type { Clock, Logger, Outbox } from '../../ports.ts';
import { serially } from '../serially.ts';
import { type Cursor, cursorsIn } from './cursor.ts';
import { type Lane, openLane } from './lane.ts';
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
const usualPauses: BackoffLimits = { first: 5_000, most: 300_000 };
const usualLimit = 90_000;
const farewell = 5_000;

/** Everybody who is told what the log says. Only for whoever holds the lock of the state directory. */
export async function openOutbox(options: OutboxOptions): Promise<Outbox & AsyncDisposable> {
  const { targets, folder, factsAfter, clock, logger } = options;
  const cursors = cursorsIn(folder);
  const lanes = new Map<string, Lane>();
  let known: readonly Target[] = [];
  let newest = options.head;

  const open = async (target: Target, head: number): Promise<void> => {
    const isNew: Cursor = { v: 1, target: target.label, cursor: head, open: [], waiting: 0, refused: 0 };
    const saved = await cursors.load(target.key).catch((error: unknown) => {
      logger.warn({ target: target.label, error }, 'how far a target was told cannot be read; it begins anew');
      return undefined;
    });
    const save = (cursor: Cursor): Promise<void> => cursors.save(target.key, cursor);
    if (saved === undefined)
      await save(isNew).catch((error: unknown) =>
        logger.warn({ target: target.label, error }, 'a new target could not be written down'),
      );
    const { pauses = usualPauses, limit = usualLimit } = options;
    const lane = openLane(target, saved ?? isNew, newest, {
      ...options,
      factsAfter,
      save: serially(save),
      pauses,
      limit,
    });
    lanes.set(target.key, lane);
  };

  /** The targets that the configuration has by now; one that is new begins with what comes next. */
  const follow = serially(async (head: number): Promise<void> => {
    const wanted = targets();
    if (wanted === known) return;
    known = wanted;
    const keys = wanted.map(({ key }) => key);
    for (const [key, lane] of lanes) {
      if (keys.includes(key)) continue;
      lanes.delete(key);
      await lane.close();
    }
    await cursors.keepOnly(keys).catch((error: unknown) => {
      logger.warn({ folder, error }, 'the cursors of former targets cannot be removed');
    });
    for (const target of wanted) {
      const lane = lanes.get(target.key);
      if (lane) lane.become(target, newest);
      else await open(target, head);
    }
  });
  let following = follow(newest);
  await following;

  const settled = async (): Promise<void> => {
    await following;
    await Promise.all([...lanes.values()].map((lane) => lane.settled()));
  };

  return {
    take(fact) {
      const before = newest;
      newest = fact.entry.seq;
      if (targets() === known) for (const lane of lanes.values()) lane.take(fact);
      else
        following = follow(before).catch((error: unknown) => logger.error({ error }, 'targets could not be taken up'));
    },
    settled,
    async [Symbol.asyncDispose]() {
      const enough = new AbortController();
      await Promise.race([settled(), clock.sleep(farewell, enough.signal).catch(() => undefined)]);
      enough.abort();
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
    },
  };
}

/** For whoever only reads: nothing happens that anybody is to be told of. */
export const noOutbox: Outbox & AsyncDisposable = {
  take: () => undefined,
  settled: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};
