/** What came before, so that a message that is sent again does nothing. */
export interface Memory {
  knows(key: string, now: number): boolean;
  keep(key: string, now: number): void;
}

const longest = 24 * 3_600_000;
const most = 10_000;

/** `now` in milliseconds. What is older than a day, and the oldest of too many, is forgotten. */
export function createMemory(): Memory {
  const seen = new Map<string, number>();
  return {
    knows: (key, now) => now - (seen.get(key) ?? Number.NEGATIVE_INFINITY) < longest,
    keep(key, now) {
      seen.delete(key);
      seen.set(key, now);
      for (const [old, at] of seen) {
        if (seen.size <= most && now - at < longest) return;
        seen.delete(old);
      }
    },
  };
}
