import { backoff } from '../core/backoff.ts';
import type { Clock } from '../ports.ts';

/** Slows down attempts at a release that failed; looking at Git goes on at the app's own pace, and a newer release is tried at once. */
export interface Retries {
  mayTry(app: string, release: string): boolean;
  failed(app: string, release: string): void;
  /** That one release runs says nothing of the others. */
  succeeded(app: string, release: string): void;
  /** When a release is tried again; undefined: nothing keeps it waiting. */
  next(app: string, release: string): Date | undefined;
}

interface Failing {
  readonly failures: number;
  /** On the monotonic clock. */
  readonly notBefore: number;
}

/** Milliseconds. After about ten failures the slow lane is reached, and kept, for ever. */
export const retryLimits = { first: 10_000, most: 30 * 60_000 } as const;

export function createRetries(clock: Clock, random: () => number): Retries {
  const failing = new Map<string, Failing>();
  const key = (app: string, release: string): string => `${app} ${release}`;
  const left = (app: string, release: string): number =>
    (failing.get(key(app, release))?.notBefore ?? 0) - clock.elapsed();
  return {
    mayTry: (app, release) => left(app, release) <= 0,
    failed(app, release) {
      const failures = (failing.get(key(app, release))?.failures ?? 0) + 1;
      const notBefore = clock.elapsed() + backoff(failures, retryLimits, random());
      failing.set(key(app, release), { failures, notBefore });
    },
    succeeded(app, release) {
      failing.delete(key(app, release));
    },
    next(app, release) {
      const wait = left(app, release);
      return wait > 0 ? new Date(clock.now().getTime() + wait) : undefined;
    },
  };
}
