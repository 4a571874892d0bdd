import type { BackoffLimits } from '../../core/backoff.ts';
import { serially } from '../serially.ts';
import { type Cursor, type Cursors, cursorsIn } from './cursor.ts';
import { heirs } from './heirs.ts';
import { type Lane, openLane } from './lane.ts';
import type { OutboxOptions } from './outbox.ts';
import type { Target } from './target.ts';

/** A lane for each target, and a cursor on disk for each lane. */
export interface Lanes {
  all(): readonly Lane[];
  /** From now on it is these. One that is new begins after the entry `head`, unless it takes over from one that is gone. */
  follow(wanted: readonly Target[], head: number): Promise<void>;
}

/** Milliseconds. */
const usualPauses: BackoffLimits = { first: 5_000, most: 300_000 };
const usualLimit = 90_000;

/** `newest`: sequence number of the last entry by now. */
export function createLanes(options: OutboxOptions, newest: () => number): Lanes {
  const { folder, logger, pauses = usualPauses, limit = usualLimit } = options;
  const cursors = cursorsIn(folder);
  const lanes = new Map<string, Lane>();

  const closeAllBut = async (keys: readonly string[]): Promise<void> => {
    for (const [key, lane] of lanes) {
      if (keys.includes(key)) continue;
      lanes.delete(key);
      await lane.close();
    }
  };

  const open = async ({ target, known, head }: Opening): Promise<void> => {
    const { key, like, label } = target;
    const begins: Cursor = { v: 1, target: label, cursor: head, open: [], waiting: 0, refused: 0 };
    const cursor = { ...(known ?? begins), ...(like !== undefined && { like }) };
    const save = (now: Cursor): Promise<void> => cursors.save(key, now);
    await save(cursor).catch((error: unknown) =>
      logger.warn({ target: label, error }, 'a target could not be written down'),
    );
    lanes.set(key, openLane(target, cursor, newest(), { ...options, save: serially(save), pauses, limit }));
  };

  return {
    all: () => [...lanes.values()],
    async follow(wanted, head) {
      const keys = wanted.map(({ key }) => key);
      await closeAllBut(keys);
      const fresh = wanted.filter(({ key }) => !lanes.has(key));
      for (const target of wanted) lanes.get(target.key)?.become(target, newest());
      const known = fresh.length === 0 ? new Map<string, Cursor>() : await cursorsOf(fresh, keys, { cursors, logger });
      for (const target of fresh) await open({ target, known: known.get(target.key), head });
      await cursors.keepOnly(keys).catch((error: unknown) => {
        logger.warn({ folder, error }, 'the cursors of former targets cannot be removed');
      });
    },
  };
}

interface Opening {
  readonly target: Target;
  readonly known: Cursor | undefined;
  readonly head: number;
}

/** By key what is known of targets: from before, or from what they take over. */
async function cursorsOf(
  fresh: readonly Target[],
  keys: readonly string[],
  { cursors, logger }: { readonly cursors: Cursors } & Pick<OutboxOptions, 'logger'>,
): Promise<ReadonlyMap<string, Cursor>> {
  const own = new Map<string, Cursor>();
  for (const { key, label } of fresh) {
    const cursor = await cursors.load(key).catch((error: unknown) => {
      logger.warn({ target: label, error }, 'how far a target was told cannot be read; it begins anew');
    });
    if (cursor) own.set(key, cursor);
  }
  const newcomers = fresh.filter(({ key }) => !own.has(key));
  return newcomers.length === 0 ? own : new Map([...own, ...heirs(newcomers, await cursors.others(keys))]);
}
