/** When the loop turned last, and when it last came further with an app. Milliseconds of a monotonic clock. */
export interface Vitals {
  readonly turned: number;
  readonly moved: number;
}

/** Milliseconds: the loop turns several times a second, and an operation may say nothing for a while. */
const longestTurn = 30_000;
const leastPatience = 120_000;

/** Whether passes really go on: the loop turns, and passes over apps end, whatever comes of them. `intervals`: of the apps; with none there is nothing to pass over. */
export function goesOn({ turned, moved }: Vitals, now: number, intervals: readonly number[]): boolean {
  if (now - turned > longestTurn) return false;
  return intervals.length === 0 || now - moved <= Math.max(leastPatience, 3 * Math.min(...intervals));
}
