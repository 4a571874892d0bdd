import type { Clock } from '../ports.ts';

/** Ends a nap early. What rang before the nap began ends it at once: nothing is slept through. */
export interface Bell {
  ring(): void;
  wait(milliseconds: number, options: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<void>;
}

export function createBell(): Bell {
  let nap = new AbortController();
  return {
    ring: () => nap.abort(),
    async wait(milliseconds, { clock, signal }) {
      await clock.sleep(milliseconds, AbortSignal.any([signal, nap.signal])).catch(() => undefined);
      nap = new AbortController();
    },
  };
}
