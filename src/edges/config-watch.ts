import { asHarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { Logger } from '../ports.ts';
import { watchFiles } from './watch.ts';

export interface Reloading {
  readonly config: {
    /** Reads the configuration anew; one that is wrong is thrown and leaves the last good one in force. */
    load(): Promise<HostConfig>;
    current(): HostConfig;
    /** Everything that was read for it, also for one that is wrong. */
    files(): readonly string[];
  };
  readonly logger: Logger;
  /** Called after each load, also after one that failed: then what is in force says why. `asked`: by a person, who may expect more than what changed. */
  readonly reloaded: (asked: boolean) => void;
}

/** A changed file or SIGHUP loads the configuration anew; one that is wrong is reported and changes nothing. */
export async function watchConfiguration({ config, logger, reloaded }: Reloading): Promise<AsyncDisposable> {
  let isClosing = false;
  let work = Promise.resolve();
  const later = (asked: boolean) => (): void => {
    work = work.then(() => reload(asked)).catch((error) => logger.error({ error }, 'the configuration is not watched'));
  };
  const [onChange, onHangUp] = [later(false), later(true)];
  let watched = config.files();
  let watching = await watchFiles(watched, onChange);
  process.on('SIGHUP', onHangUp);

  async function reload(asked: boolean): Promise<void> {
    if (isClosing) return;
    try {
      do await loadOnce();
      while (await follow(config.files()));
    } finally {
      reloaded(asked);
    }
  }

  async function loadOnce(): Promise<void> {
    try {
      await config.load();
      logger.info({ apps: config.current().apps.length }, 'the configuration was loaded anew');
    } catch (error) {
      logger.error(fault(error), 'the changed configuration is not valid; the last good one stays in force');
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

  return {
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

/** Where in our code it was thrown matters only for our own mistakes. */
function fault(error: unknown): object {
  const { code, message, hint } = asHarborError(error);
  return code === 'bug' ? { error } : { error: { code, message, hint } };
}
