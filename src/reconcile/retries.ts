import { backoff } from '../core/backoff.ts';
import type { Clock } from '../ports.ts';

/** Slows down attempts at a release that failed; looking at Git goes on at the app's own pace, and a newer release is tried at once. */
export interface Retries {
  mayTry(app: string, release: string): boolean;
  failed(app: string, release: string): void;
  succeeded(app: string): void;
  /** A deployed release had to be mended: what keeps stopping is mended slower and slower, too. */
  mended(app: string, release: string): void;
}

interface Failing {
  readonly failures: number;
  /** On the monotonic clock. */
  readonly notBefore: number;
}

/** Milliseconds. After about ten failures the slow lane is reached, and kept, for ever. */
export const retryLimits = { first: 10_000, most: 30 * 60_000 } as const;

/** What held so long since it was mended last is no longer the same story. */
const calm = 10 * 60_000;

export function createRetries(clock: Clock, random: () => number): Retries {
  const failing = new Map<string, Failing>();
  const key = (app: string, release: string): string => `${app} ${release}`;
  const again = (app: string, release: string, before: number): void => {
    const failures = before + 1;
    failing.set(key(app, release), { failures, notBefore: clock.elapsed() + backoff(failures, retryLimits, random()) });
  };
  return {
    mayTry: (app, release) => clock.elapsed() >= (failing.get(key(app, release))?.notBefore ?? 0),
    failed: (app, release) => again(app, release, failing.get(key(app, release))?.failures ?? 0),
    mended(app, release) {
      const last = failing.get(key(app, release));
      again(app, release, last && clock.elapsed() < last.notBefore + calm ? last.failures : 0);
    },
    succeeded(app) {
      for (const known of failing.keys()) if (known.startsWith(`${app} `)) failing.delete(known);
    },
  };
}
