import { backoff } from '../core/backoff.ts';
import type { Clock } from '../ports.ts';

/** Slows down attempts at a release that failed; looking at Git goes on at the app's own pace, and a newer release is tried at once. */
export interface Retries {
  mayTry(app: string, release: string): boolean;
  failed(app: string, release: string): void;
  succeeded(app: string): void;
}

interface Failing {
  readonly release: string;
  readonly failures: number;
  /** On the monotonic clock. */
  readonly notBefore: number;
}

/** Milliseconds. After about ten failures the slow lane is reached, and kept, for ever. */
export const retryLimits = { first: 10_000, most: 30 * 60_000 } as const;

export function createRetries(clock: Clock, random: () => number): Retries {
  const failing = new Map<string, Failing>();
  return {
    mayTry(app, release) {
      const last = failing.get(app);
      return last?.release !== release || clock.elapsed() >= last.notBefore;
    },
    failed(app, release) {
      const last = failing.get(app);
      const failures = last?.release === release ? last.failures + 1 : 1;
      failing.set(app, { release, failures, notBefore: clock.elapsed() + backoff(failures, retryLimits, random()) });
    },
    succeeded: (app) => {
      failing.delete(app);
    },
  };
}
