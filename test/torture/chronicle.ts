import { readEntries } from '../../src/edges/deployment-log/read-log.ts';
import type { Entry } from '../../src/model/entry.ts';

/** Remembers every entry that was ever seen in a log, also those that left it since. */
export interface Chronicle {
  /** All of them, oldest first. Throws where one is not what it was, or left before anybody saw it. */
  entries(): Promise<readonly Entry[]>;
  /** Sequence number of the first one that is still there. */
  first(): Promise<number>;
}

export function chronicleOf(directory: string): Chronicle {
  const seen: Entry[] = [];
  const texts: string[] = [];
  return {
    async entries() {
      for (const entry of await readEntries(directory)) {
        const [at, text] = [entry.seq - 1, JSON.stringify(entry)];
        if (at > seen.length) throw new Error(`entry ${seen.length + 1} left before it was seen`);
        if (at < seen.length && texts[at] !== text) throw new Error(`entry ${entry.seq} is another one: ${texts[at]}`);
        if (at < seen.length) continue;
        seen.push(entry);
        texts.push(text);
      }
      return [...seen];
    },
    first: async () => (await readEntries(directory))[0]?.seq ?? 1,
  };
}
