/** Children are started as leaders of groups of their own, so that whatever they start ends with them, and all of them with us. */
import { setTimeout as delay } from 'node:timers/promises';

/** Between SIGTERM and SIGKILL, and for streams that a grandchild still holds open after the child's end. Milliseconds. */
export const grace = 500;

/** Process groups that still run: they are killed when we go. */
const running = new Set<number>();
function killRunning(): void {
  for (const pid of running) signalGroup(pid, 'SIGKILL');
}

export async function endOf(pid: number, exited: Promise<number>, closing: PromiseLike<unknown>): Promise<number> {
  if (running.size === 0) process.once('exit', killRunning);
  running.add(pid);
  const exitCode = await exited;
  await Promise.race([closing, delay(grace, undefined, { ref: false })]);
  signalGroup(pid, 'SIGKILL');
  running.delete(pid);
  if (running.size === 0) process.off('exit', killRunning);
  return exitCode;
}

export async function stopGroup(pid: number, exited: Promise<number>): Promise<void> {
  if (!running.has(pid)) return;
  signalGroup(pid, 'SIGTERM');
  await Promise.race([exited, delay(grace)]);
  signalGroup(pid, 'SIGKILL');
  await exited;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: nobody is left in the group, which is what we want.
  }
}
