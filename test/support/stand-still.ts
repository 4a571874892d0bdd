import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Stops a process, and resolves when each of its threads stands still. The kernel tells one thread first: if that one waits for the disk, or for a child
 * to begin, all the others go on meanwhile.
 */
export async function standStill(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  const end = Date.now() + 30_000;
  while (!(await isStill(pid))) {
    if (Date.now() > end) throw new Error(`process ${pid} does not stand still`);
    await delay(10);
  }
}

async function isStill(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(threads.map((thread) => stateOf(`/proc/${pid}/task/${thread}/stat`)));
  return states.every((state) => state === 'T');
}

/** See proc(5); the name before it may have spaces and brackets in it. */
async function stateOf(file: string): Promise<string | undefined> {
  const stat = await readFile(file, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}
