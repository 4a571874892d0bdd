import type { Following } from '../model/configuration.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Sightings } from './sightings.ts';

interface FollowOptions {
  readonly sightings: Sightings;
  readonly follows: () => readonly Following[];
  /** Reads the configuration anew. */
  readonly moved: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Milliseconds: at least between two looks, and at most between two thoughts of what is followed. */
const shortest = 100;
const longest = 60_000;

/** Looks at what the configuration hangs on in Git, each at its own interval, until the signal. Looks of apps at the same repository spare ours. */
export async function followConfiguration(options: FollowOptions): Promise<void> {
  const { sightings, follows, moved, clock, logger, signal } = options;
  const takenUp = sightings.followed(signal);
  while (!signal.aborted) {
    try {
      await sightings.look(follows().filter((following) => sightings.dueIn(following) <= 0));
      if (!signal.aborted && follows().some(sightings.isNews)) await moved();
    } catch (error) {
      logger.error({ error }, 'the configuration in Git could not be followed; it is tried again');
    }
    takenUp();
    const idle = Math.min(longest, ...follows().map(sightings.dueIn));
    await sightings.bell.wait(Math.max(shortest, idle), { clock, signal });
  }
}
