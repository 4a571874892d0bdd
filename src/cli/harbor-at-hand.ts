import { setTimeout as delay } from 'node:timers/promises';
import type { Remote } from '../api/served.ts';
import { HarborError } from '../errors.ts';
import type { Harbor } from '../reconcile/harbor.ts';
import { assertSameConfig } from './same-config.ts';
import type { Call } from './verb.ts';
import type { Wired } from './wired.ts';

/** Milliseconds that a daemon may take from its lock to its socket. */
const patience = 5_000;
const lookEvery = 100;
/** How the lock names a daemon. */
const daemonVerb = 'harbormaster run ';

/** Asks the daemon if one answers, else a Harbor of this process. Throws `usage` if the daemon runs with another configuration. */
export async function withHarbor<Result>(
  call: Call,
  own: (wired: Wired) => Promise<Harbor & AsyncDisposable>,
  use: (harbor: Remote) => Promise<Result>,
): Promise<Result> {
  const parts = await call.wired();
  const daemon = await daemonOf(parts, call);
  if (daemon) return use(daemon);
  try {
    await using harbor = await own(parts);
    return await use(harbor);
  } catch (error) {
    const late = await starting(error, parts, call);
    if (late) return use(late);
    throw error;
  }
}

async function daemonOf({ socketPath }: Wired, { settings, signal }: Call): Promise<Remote | undefined> {
  const { daemonAnswers } = await import('../api/probe.ts');
  const daemon = await daemonAnswers(socketPath);
  if (daemon === undefined) return undefined;
  await assertSameConfig(daemon, settings);
  const { daemonHarbor } = await import('../api/client.ts');
  return daemonHarbor(socketPath, signal);
}

/** Who holds the lock may be a daemon that has just started: it answers in a moment. */
async function starting(error: unknown, parts: Wired, call: Call): Promise<Remote | undefined> {
  const isDaemons = error instanceof HarborError && error.code === 'lock-held' && error.message.includes(daemonVerb);
  if (!isDaemons) return undefined;
  const end = call.now().getTime() + patience;
  while (call.now().getTime() < end && !call.signal.aborted) {
    await delay(lookEvery);
    const daemon = await daemonOf(parts, call);
    if (daemon) return daemon;
  }
  return undefined;
}
