import { startFold } from '../../core/history.ts';
import type { Entry } from '../../model/entry.ts';
import type { HostSnapshot } from '../../model/history.ts';
import { serially } from '../serially.ts';
import { startBook } from './book.ts';
import { corrupt } from './faults.ts';
import { newestStart } from './start.ts';
import { type Position, start, type Walked, walk } from './walk.ts';

/** All acknowledged entries, oldest first; a last line that is still being written is left out. Throws `log-corrupt`. */
export async function readEntries(directory: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  assertSound(directory, await walk(directory, start, (entry) => entries.push(entry)));
  return entries;
}

/** The fold of a log that another process may be writing: each call reads on from where the last one ended. */
export function historyReader(directory: string): () => Promise<HostSnapshot> {
  const fold = startFold();
  let reached: Position | undefined;
  return serially(async () => {
    const walked = await walk(directory, reached ?? (await newestStart(directory)), fold.add);
    assertSound(directory, walked);
    reached = walked.position;
    return fold.result();
  });
}

/** The verifier key that the log names last; undefined: none. */
export async function keyIn(directory: string): Promise<string | undefined> {
  const book = startBook();
  assertSound(
    directory,
    await walk(directory, await newestStart(directory), (entry, _, line) => book.add(entry, line)),
  );
  return book.state().key;
}

export function assertSound(directory: string, { problem }: Walked): void {
  if (problem) throw corrupt(directory, problem);
}
