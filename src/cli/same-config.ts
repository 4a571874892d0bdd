import { realpath } from 'node:fs/promises';
import type { DaemonFacts } from '../api/probe.ts';
import { HarborError } from '../errors.ts';
import type { Settings } from './settings.ts';

/**
 * A daemon answers for its own configuration: whoever means another file must not take that for an answer. A file that nobody named and that is not
 * there is meant by nobody. Throws `usage`.
 */
export async function assertSameConfig({ pid, config }: DaemonFacts, settings: Settings): Promise<void> {
  const { configFile, configIsChosen } = settings;
  if (config === undefined) return;
  const [theirs, ours] = await Promise.all([realPath(config), realPath(configFile)]);
  if ((theirs ?? config) === (ours ?? configFile)) return;
  if (ours === undefined && !configIsChosen) return;
  throw new HarborError(`the daemon of this state directory (pid ${pid}) runs with ${config}, not with ${configFile}`, {
    code: 'usage',
    hint: `Use its file with --config ${config}, choose another state directory with --state-dir DIR, or stop the daemon first.`,
  });
}

const realPath = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);
