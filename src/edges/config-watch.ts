import { setTimeout as delay } from 'node:timers/promises';
import { asHarborError } from '../errors.ts';
import type { Logger } from '../ports.ts';
import { watchFiles } from './watch.ts';

export interface Reloading {
  readonly config: {
    /** Reads the configuration anew; one that is wrong is thrown and leaves the last good one in force. `fresh`: also what Git has. */
    load(fresh: boolean): Promise<unknown>;
    /** Everything that was read for it, also for one that is wrong. */
    files(): readonly string[];
  };
  readonly logger: Logger;
  /** Called after each load, also after one that failed: what is in force says why. `asked`: by a person, who may expect more than what changed. */
  readonly reloaded: (asked: boolean) => void;
}

export interface Watching extends AsyncDisposable {
  /** For whatever else than a file has changed. Resolves when that is taken over. */
  reload(): Promise<void>;
}

/** Milliseconds that the first load here is waited for: a Git server that never answers must not keep a daemon from being ready. */
const patience = 2_000;

/**
 * A changed file or SIGHUP loads the configuration anew; one that is wrong changes nothing. It is loaded once more before this resolves, or soon
 * afterwards: it may have changed since it was loaded, when nobody watched it yet.
 */
export async function watchConfiguration(
  { config, logger, reloaded }: Reloading,
  firstWait = patience,
): Promise<Watching> {
  let isClosing = false;
  let work = Promise.resolve();
  const begin = (asked: boolean): Promise<void> => {
    work = work.then(() => reload(asked)).catch((error) => logger.error({ error }, 'the configuration is not watched'));
    return work;
  };
  const onChange = (): void => void begin(false);
  const onHangUp = (): void => void begin(true);
  let watched = config.files();
  let watching = await watchFiles(watched, onChange);
  process.on('SIGHUP', onHangUp);

  async function reload(asked: boolean): Promise<void> {
    if (isClosing) return;
    do await loadOnce(asked);
    while (await follow(config.files()));
    reloaded(asked);
  }

  /** What is wrong with it stands in what is in force; a fault of our own does not, with where it was thrown. */
  async function loadOnce(fresh: boolean): Promise<void> {
    try {
      await config.load(fresh);
    } catch (error) {
      if (asHarborError(error).code === 'bug') logger.error({ error }, 'the configuration could not be loaded');
    }
  }

  /** True if they were not watched until now: what changed in between is only seen by loading once more. */
  async function follow(files: readonly string[]): Promise<boolean> {
    if (isSame(files, watched)) return false;
    const isMore = files.some((file) => !watched.includes(file));
    const before = watching;
    watching = await watchFiles(files, onChange);
    watched = files;
    await before[Symbol.asyncDispose]();
    return isMore;
  }

  const done = new AbortController();
  const waited = delay(firstWait, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([begin(false), waited]);
  done.abort();
  return {
    reload: () => begin(false),
    async [Symbol.asyncDispose]() {
      isClosing = true;
      process.off('SIGHUP', onHangUp);
      await work;
      await watching[Symbol.asyncDispose]();
    },
  };
}

const isSame = (files: readonly string[], others: readonly string[]): boolean =>
  files.length === others.length && files.every((file) => others.includes(file));
