/** How often something may be done: so many at once, and then so many a second. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket for each key. */
export interface Buckets {
  /** Takes one; 0, or how many milliseconds it is until there is one again. */
  take(key: string, now: number): number;
  /** The same without taking. */
  wait(key: string, now: number): number;
}

/** Keys that are remembered; whoever has not asked for longest is forgotten first, and begins anew. */
const mostKeys = 10_000;

interface Level {
  readonly left: number;
  readonly at: number;
}

/** `now` in milliseconds, on any clock that only goes forward. */
export function createBuckets({ burst, perSecond }: Pace): Buckets {
  const levels = new Map<string, Level>();
  const leftAt = (key: string, now: number): number => {
    const level = levels.get(key);
    return level === undefined ? burst : Math.min(burst, level.left + ((now - level.at) / 1000) * perSecond);
  };
  const waitOf = (left: number): number => (left >= 1 ? 0 : Math.ceil(((1 - left) / perSecond) * 1000));
  return {
    wait: (key, now) => waitOf(leftAt(key, now)),
    take(key, now) {
      const left = leftAt(key, now);
      levels.delete(key);
      levels.set(key, { left: left >= 1 ? left - 1 : left, at: now });
      const [oldest] = levels.keys();
      if (levels.size > mostKeys && oldest !== undefined) levels.delete(oldest);
      return waitOf(left);
    },
  };
}
