import type { Served } from '../api/served.ts';
import type { Harbor } from '../reconcile/harbor.ts';
import type { Call } from './verb.ts';
import type { Wired } from './wired.ts';

/** Asks the daemon if one answers, else a Harbor of this process. */
export async function withHarbor<Result>(
  { wired, signal }: Call,
  own: (wired: Wired) => Promise<Harbor & AsyncDisposable>,
  use: (harbor: Served) => Promise<Result>,
): Promise<Result> {
  const parts = await wired();
  const { daemonAnswers } = await import('../api/probe.ts');
  if (await daemonAnswers(parts.socketPath)) {
    const { daemonHarbor } = await import('../api/client.ts');
    return use(daemonHarbor(parts.socketPath, signal));
  }
  await using harbor = await own(parts);
  return await use(harbor);
}
