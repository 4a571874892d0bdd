import { backoff } from '../core/backoff.ts';
import type { App } from '../model/app.ts';
import type { Clock, Engine, Logger } from '../ports.ts';

interface EventWatch {
  readonly events: Engine['events'];
  readonly apps: () => readonly App[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Something happened to what these apps run, or may have happened unheard. */
  readonly notice: (apps: readonly string[]) => void;
}

/** Milliseconds between two tries to listen. */
const reconnect = { first: 500, most: 10_000 } as const;

/** Listens to the engine until the signal. After each gap in the listening every app is looked at: what happened meanwhile was not heard. */
export async function watchEvents(watch: EventWatch): Promise<void> {
  const { events, apps, clock, logger, random, signal, notice } = watch;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await events((event) => {
        const concerned = apps().filter(({ project }) => event.kind === 'connected' || event.project === project);
        if (event.kind === 'connected') failures = 0;
        notice(concerned.map(({ name }) => name));
      }, signal);
    } catch (error) {
      if (failures === 0) logger.warn({ error }, 'the engine tells no events: what happens is found at the next look');
    }
    if (signal.aborted) return;
    failures += 1;
    await clock.sleep(backoff(failures, reconnect, random()), signal).catch(() => undefined);
  }
}
