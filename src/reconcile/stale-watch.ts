import { isStale } from '../core/staleness.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Freshness } from './freshness.ts';
import type { Journal } from './journal.ts';

interface StaleWatchOptions {
  readonly config: () => Pick<HostConfig, 'apps'>;
  readonly journal: Pick<Journal, 'of' | 'record'>;
  readonly freshness: Freshness;
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Looks which apps were not compared with Git for too long, and writes that down: once for each time. It hangs on no pass, because passes may hang. */
export function createStaleWatch({
  config,
  journal,
  freshness,
  clock,
  logger,
}: StaleWatchOptions): () => Promise<void> {
  const begun = clock.elapsed();
  let isWritten = true;

  const isOverdue = ({ name, staleAfter }: App): boolean =>
    isStale({ age: freshness.age(name), limit: staleAfter, up: clock.elapsed() - begun }) &&
    journal.of(name)?.stale === undefined;

  return async () => {
    try {
      for (const { name, staleAfter } of config().apps.filter(isOverdue))
        await journal.record({ kind: 'stale', app: name, compared: freshness.at(name), limit: staleAfter });
      isWritten = true;
    } catch (error) {
      if (isWritten) logger.warn({ error }, 'that an app was not compared with Git could not be written down');
      isWritten = false;
    }
  };
}
