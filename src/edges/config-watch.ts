import { asHarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { Logger } from '../ports.ts';
import { watchFiles } from './watch.ts';

export interface Reloading {
  readonly config: {
    /** Reads the configuration anew; one that is wrong is thrown and leaves the last good one in force. */
    load(): Promise<HostConfig>;
    current(): HostConfig;
  };
  readonly logger: Logger;
  /** Called after each load that succeeded. */
  readonly reloaded: () => void;
}

/** A changed file or SIGHUP loads the configuration anew; one that is wrong is reported and changes nothing. */
export async function watchConfiguration({ config, logger, reloaded }: Reloading): Promise<AsyncDisposable> {
  let isClosing = false;
  let work = Promise.resolve();
  const onChange = (): void => {
    work = work.then(reload);
  };
  let watched = config.current().files;
  let watching = await watchFiles(watched, onChange);
  process.on('SIGHUP', onChange);

  async function reload(): Promise<void> {
    if (isClosing) return;
    try {
      while (await follow((await config.load()).files));
      logger.info({ apps: config.current().apps.length }, 'the configuration was loaded anew');
      reloaded();
    } catch (error) {
      logger.error(fault(error), 'the changed configuration is not valid; the last good one stays in force');
    }
  }
  /** True if they were not watched until now: what changed in between is only seen by loading once more. */
  async function follow(files: readonly string[]): Promise<boolean> {
    if (isSame(files, watched)) return false;
    const before = watching;
    watching = await watchFiles(files, onChange);
    watched = files;
    await before[Symbol.asyncDispose]();
    return true;
  }

  return {
    async [Symbol.asyncDispose]() {
      isClosing = true;
      process.off('SIGHUP', onChange);
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
