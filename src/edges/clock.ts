import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The longest that a timer of Node can be; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The machine's own time. `sleep` rejects with the signal's reason when it is aborted. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    for (let left = milliseconds; left > 0; left -= longestTimer) await nap(Math.min(left, longestTimer), signal);
    signal?.throwIfAborted();
  },
};

async function nap(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
