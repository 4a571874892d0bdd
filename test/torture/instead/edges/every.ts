import * as real from '../../../../src/edges/every.ts';

/** What looks after the log every ten seconds does so every second: a death must not wait for it. */
export const every: typeof real.every = (milliseconds, act) => real.every(Math.max(500, milliseconds / 10), act);
