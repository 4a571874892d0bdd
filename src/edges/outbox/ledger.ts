import { backoff } from '../../core/backoff.ts';
import { asHarborError, type HarborError } from '../../errors.ts';
import type { Cursor } from './cursor.ts';
import type { LaneOptions } from './lane.ts';
import { refused, told, troubled } from './memory.ts';
import type { Pending, Queue } from './queue.ts';
import { NotBefore } from './target.ts';

/** How far a target was told, in memory and on disk. */
export interface Ledger {
  readonly cursor: Cursor;
  /** `refusal`: why it was not taken, and never will be. */
  settle(pending: Pending, refusal: HarborError | undefined): Promise<void>;
  /** Gives the milliseconds until the next attempt. */
  fail(error: unknown): Promise<number>;
  /** Nothing waits, up to where the queue has come. */
  pass(queue: Pick<Queue, 'reached' | 'open'>): Promise<void>;
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
    async settle(pending, refusal) {
      if (refusal === undefined && cursor.trouble) logger.info({ target: label() }, 'a target can be reached again');
      const at = clock.now().toISOString();
      await remember(
        refusal === undefined
          ? told(pending, cursor)
          : refused(pending, cursor, { at, message: redact(refusal.message), hint: refusal.hint }),
      );
    },
    async fail(error) {
      const attempts = (cursor.trouble?.attempts ?? 0) + 1;
      const pause = Math.max(backoff(attempts, pauses, random()), askedFor(error));
      if (attempts === 1) logger.warn({ target: label(), error }, 'a target cannot be told; it is tried again');
      await remember(troubled(cursor, error, { at: clock.now(), pause, redact }));
      return pause;
    },
    async pass({ reached, open }) {
      if (reached > cursor.cursor) cursor = { ...cursor, cursor: reached, open: [...open] };
      if (cursor.cursor - written >= lazily) await remember(cursor);
    },
    async close() {
      if (cursor.cursor !== written) await remember(cursor);
      isClosed = true;
      await saving;
    },
  };
}

/** Milliseconds: whatever a receiver asks for, it is tried again within the hour. */
const mostAsked = 3600_000;

function askedFor(error: unknown): number {
  const { cause } = asHarborError(error);
  return cause instanceof NotBefore ? Math.min(cause.wait, mostAsked) : 0;
}
