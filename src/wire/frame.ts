import { join } from 'node:path';
import type { Invocation } from '../cli/wired.ts';
import { composeEngine } from '../edges/engines/engine.ts';
import { loadHostKey } from '../edges/host-key.ts';
import { keyTraces } from '../edges/key-traces.ts';
import { acquireLock, type HeldLock } from '../edges/lock.ts';
import { prepareState, type StatePaths } from '../edges/state-folder.ts';
import type { Logger, Meter } from '../ports.ts';
import type { Configuration } from './configuration.ts';
import type { GitAtHand } from './git.ts';

/** What every part of one call of the program shares. */
export interface Frame {
  readonly invocation: Invocation;
  readonly paths: StatePaths;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Configuration;
  readonly git: GitAtHand;
  readonly logger: Logger;
  readonly meter: Meter;
}

export const engineOf = ({ paths, environment, logger }: Frame, instance: string) =>
  composeEngine({ ...dockerOptions(environment), runDirectory: paths.run, instance, logger });

export async function locked(
  { invocation, paths }: Pick<Frame, 'invocation' | 'paths'>,
  command: string,
): Promise<HeldLock> {
  await prepareState(invocation.stateDir, 'write');
  const holder = { command: `harbormaster ${command}`, pid: process.pid, since: new Date().toISOString() };
  return acquireLock({ file: paths.lock, holder });
}

export const hostKeyOf = ({ paths }: Pick<Frame, 'paths'>): Promise<Buffer> =>
  loadHostKey(paths.keys, () => keyTraces(paths));

export const definedOnly = (environment: Invocation['environment']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

export const dockerOptions = (environment: Readonly<Record<string, string>>) => ({
  dockerHost: environment['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
  dockerConfig: environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? '/root', '.docker'),
  environment,
});
