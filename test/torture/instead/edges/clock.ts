import * as real from '../../../../src/edges/clock.ts';
import { orderNow } from '../../inside/point.ts';

/** Its wall clock can jump; what is measured and slept runs on, as on a real host. */
export const systemClock: typeof real.systemClock = {
  ...real.systemClock,
  now: () => new Date(Date.now() + (orderNow().clockOff ?? 0)),
};
