import { backoff } from '../../core/backoff.ts';
import type { Cursor } from './cursor.ts';
import type { LaneOptions } from './lane.ts';
import { after, troubled } from './memory.ts';
import type { Pending } from './queue.ts';

/** How far a target was told, in memory and on disk. */
export interface Ledger {
  readonly cursor: Cursor;
  settle(pending: Pending, isTaken: boolean): Promise<void>;
  /** Gives the milliseconds until the next attempt. */
  fail(error: unknown): Promise<number>;
  /** Nothing waits, up to this entry. */
  pass(seq: number): Promise<void>;
  /** Says how far it came, and nothing more after that. */
  close(): Promise<void>;
}

/** While there is nothing to tell, the cursor goes to disk only once in so many entries. */
const lazily = 200;

type LedgerOptions = Pick<LaneOptions, 'save' | 'redact' | 'clock' | 'logger' | 'random' | 'pauses'> & {
  readonly label: () => string;
  /** How many messages wait. */
  readonly waiting: () => number;
};

export function createLedger(saved: Cursor, options: LedgerOptions): Ledger {
  const { save, redact, clock, logger, random, pauses, label, waiting } = options;
  let cursor = saved;
  let written = saved.cursor;
  let isClosed = false;
  let saving: Promise<void> = Promise.resolve();

  const remember = async (next: Cursor): Promise<void> => {
    cursor = { ...next, target: label(), waiting: waiting() };
    written = cursor.cursor;
    if (isClosed) return;
    saving = save(cursor).catch((error: unknown) => {
      logger.warn({ target: label(), error }, 'it could not be written down how far a target was told');
    });
    await saving;
  };

  return {
    get cursor() {
      return cursor;
    },
    async settle(pending, isTaken) {
      if (isTaken && cursor.trouble) logger.info({ target: label() }, 'a target can be reached again');
      await remember(after(pending, cursor, isTaken));
    },
    async fail(error) {
      const attempts = (cursor.trouble?.attempts ?? 0) + 1;
      const pause = backoff(attempts, pauses, random());
      if (attempts === 1) logger.warn({ target: label(), error }, 'a target cannot be told; it is tried again');
      await remember(troubled(cursor, error, { at: clock.now(), pause, redact }));
      return pause;
    },
    async pass(seq) {
      cursor = { ...cursor, cursor: Math.max(seq, cursor.cursor) };
      if (cursor.cursor - written >= lazily) await remember(cursor);
    },
    async close() {
      if (cursor.cursor !== written) await remember(cursor);
      isClosed = true;
      await saving;
    },
  };
}
