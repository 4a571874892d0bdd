import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../../model/entry.ts';
import { assertSound } from './read-log.ts';
import { start, walk } from './walk.ts';

const lookEvery = 250;

/** Entries after a sequence number, those that are there and those that come, until the signal. Throws `log-corrupt`. */
export async function* follow(directory: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<Entry> {
  for (let reached = start; !signal.aborted; ) {
    const fresh: Entry[] = [];
    const walked = await walk(directory, reached, (entry) => {
      if (entry.seq > afterSeq) fresh.push(entry);
    });
    yield* fresh;
    assertSound(directory, walked);
    reached = walked.position;
    await delay(lookEvery, undefined, { signal }).catch(() => undefined);
  }
}
