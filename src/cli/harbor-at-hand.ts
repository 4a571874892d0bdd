import type { Served } from '../api/served.ts';
import type { Harbor } from '../reconcile/harbor.ts';
import { assertSameConfig } from './same-config.ts';
import type { Call } from './verb.ts';
import type { Wired } from './wired.ts';

/** Asks the daemon if one answers, else a Harbor of this process. Throws `usage` if the daemon runs with another configuration. */
export async function withHarbor<Result>(
  { wired, settings, signal }: Call,
  own: (wired: Wired) => Promise<Harbor & AsyncDisposable>,
  use: (harbor: Served) => Promise<Result>,
): Promise<Result> {
  const parts = await wired();
  const { daemonAnswers } = await import('../api/probe.ts');
  const daemon = await daemonAnswers(parts.socketPath);
  if (daemon !== undefined) {
    await assertSameConfig(daemon, settings);
    const { daemonHarbor } = await import('../api/client.ts');
    return use(daemonHarbor(parts.socketPath, signal));
  }
  await using harbor = await own(parts);
  return await use(harbor);
}
