import { readFile, readlink } from 'node:fs/promises';

/** Names the set of processes that can be seen from here: process ids mean nothing between containers. */
export async function processSpace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? 'all';
}

/**
 * When a process began, in ticks since boot, which tells it from a later one with the same number; undefined if it is gone.
 * Field 22 of `stat`, see proc(5).
 */
export async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
