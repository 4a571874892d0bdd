import { startFold } from '../../core/history.ts';
import type { Entry, HostSnapshot } from '../../model/entry.ts';
import { serially } from '../serially.ts';
import { corrupt } from './faults.ts';
import { start, type Walked, walk } from './walk.ts';

/** All acknowledged entries, oldest first; a last line that is still being written is left out. Throws `log-corrupt`. */
export async function readEntries(directory: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  assertSound(directory, await walk(directory, start, (entry) => entries.push(entry)));
  return entries;
}

/** The fold of a log that another process may be writing: each call reads on from where the last one ended. */
export function historyReader(directory: string): () => Promise<HostSnapshot> {
  const fold = startFold();
  let reached = start;
  return serially(async () => {
    const walked = await walk(directory, reached, fold.add);
    assertSound(directory, walked);
    reached = walked.position;
    return fold.result();
  });
}

export function assertSound(directory: string, { problem }: Walked): void {
  if (problem) throw corrupt(directory, problem);
}
