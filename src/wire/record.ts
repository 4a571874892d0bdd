import { systemClock } from '../edges/clock.ts';
import type { LogOptions } from '../edges/deployment-log/open-log.ts';
import { instanceOf } from '../edges/host-key.ts';
import { repositoryAt } from '../edges/record/prove.ts';
import { type Frame, hostKeyOf, locked } from './frame.ts';

/** By hand, on the log alone: nobody else may work with it meanwhile, and it may be damaged. */
export async function onTheLog<Result>(
  frame: Pick<Frame, 'invocation' | 'paths' | 'config' | 'logger'>,
  command: string,
  act: (options: LogOptions) => Promise<Result>,
): Promise<Result> {
  const { invocation, paths, config, logger } = frame;
  await config.load();
  await using _lock = await locked(frame, command);
  const instance = instanceOf(await hostKeyOf(frame));
  const { version } = invocation;
  const { host } = config.current();
  const { redact } = config;
  // Awaited here: the lock is given back as soon as this function returns.
  return await act({
    directory: paths.log,
    keys: paths.keys,
    host,
    instance,
    version,
    clock: systemClock,
    redact,
    logger,
  });
}

/** With the configured credentials, if it is the configured one. */
export async function witnessOf(
  { config, environment }: Frame,
  { url, branch }: { readonly url: string; readonly branch: string | undefined },
) {
  const configured = (await config.load().catch(() => undefined))?.log.witness;
  const same = configured?.repository.url === url ? configured : undefined;
  const repository = same?.repository ?? repositoryAt(url, environment['HARBORMASTER_WITNESS_TOKEN']);
  return { repository, branch: branch ?? same?.branch ?? 'harbormaster-witness', environment };
}
