import { realpath } from 'node:fs/promises';
import type { DaemonFacts } from '../api/probe.ts';
import { HarborError } from '../errors.ts';
import { sourceNameOf } from './from-settings.ts';
import type { Settings } from './settings.ts';

/**
 * A daemon answers for its own configuration: whoever means another one must not take that for an answer. A file that nobody named and that is not
 * there is meant by nobody. Throws `usage`.
 */
export async function assertSameConfig(daemon: DaemonFacts, settings: Settings): Promise<void> {
  const { from } = settings;
  if (from !== undefined && daemon.from !== sourceNameOf(from))
    throw other(daemon, daemon.from ?? `${daemon.config}, and no repository`, sourceNameOf(from));
  if (from === undefined || settings.configIsChosen) await assertSameFile(daemon, settings);
}

async function assertSameFile(daemon: DaemonFacts, { configFile, configIsChosen }: Settings): Promise<void> {
  const { config } = daemon;
  if (config === undefined) return;
  const [theirs, ours] = await Promise.all([realPath(config), realPath(configFile)]);
  if ((theirs ?? config) === (ours ?? configFile)) return;
  if (ours === undefined && !configIsChosen) return;
  throw other(daemon, config, configFile);
}

const other = ({ pid, config }: DaemonFacts, theirs: string, ours: string): HarborError =>
  new HarborError(`the daemon of this state directory (pid ${pid}) runs with ${theirs}, not with ${ours}`, {
    code: 'usage',
    hint: `Use its file with --config ${config}, choose another state directory with --state-dir DIR, or stop the daemon first.`,
  });

const realPath = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);
