import type { Logger } from '../ports.ts';
import { run } from './process.ts';
import { serially } from './serially.ts';

/** Whoever started us and wants to know how we are: systemd, or nobody. */
export interface ServiceManager {
  /** Everything is open: what waits for us may go on. `status` is one line for people. */
  ready(status: string): Promise<void>;
  stopping(): Promise<void>;
  /** The loop turns. Told on only as often as the watchdog wants to hear it. */
  alive(): void;
}

interface ServiceManagerOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

const nobody: ServiceManager = {
  ready: () => Promise.resolve(),
  stopping: () => Promise.resolve(),
  alive: () => undefined,
};

/** Milliseconds. */
const limit = 10_000;

/**
 * Speaks the protocol of sd_notify(3), where NOTIFY_SOCKET says that somebody listens. Node opens no datagram sockets of the file system, so that
 * systemd's own `systemd-notify` does it, which is wherever systemd is. What cannot be said is a warning and harms nothing else.
 */
export function serviceManager(options: ServiceManagerOptions): ServiceManager {
  const { environment, pid, elapsed, logger } = options;
  const socket = environment['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return nobody;
  let isFailing = false;
  const say = serially(async (...words: readonly string[]): Promise<void> => {
    try {
      const argv = ['systemd-notify', ...words] as const;
      const { exitCode, stderr } = await run([...argv], { env: childEnvironment(environment, socket), limit });
      if (exitCode !== 0) throw new Error(stderr.trim() || `systemd-notify ended with ${exitCode}`);
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn({ error }, 'could not tell the service manager');
      isFailing = true;
    }
  });
  const every = watchdogInterval(environment, pid);
  let last = elapsed();
  return {
    ready: (status) => say('READY=1', `STATUS=${status}`),
    stopping: () => say('STOPPING=1', 'STATUS=finishes the current step'),
    alive() {
      if (every === undefined || elapsed() - last < every) return;
      last = elapsed();
      void say('WATCHDOG=1');
    },
  };
}

const childEnvironment = (environment: Readonly<Record<string, string>>, socket: string): Record<string, string> => ({
  PATH: environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  NOTIFY_SOCKET: socket,
});

/** Milliseconds: a third of what the watchdog waits, see sd_watchdog_enabled(3); undefined: it asks somebody else, or nobody. */
function watchdogInterval(environment: Readonly<Record<string, string>>, pid: number): number | undefined {
  const microseconds = Number(environment['WATCHDOG_USEC'] ?? 0);
  const isMeant = ['', String(pid)].includes(environment['WATCHDOG_PID'] ?? '');
  return isMeant && microseconds > 0 ? microseconds / 3000 : undefined;
}
