/** Milliseconds. */
const usual = 3600_000;
const settling = 60_000;

/** How long an app may go without a comparison where nobody said; at least three looks are missed then. */
export const usualStaleAfter = (interval: number): number => Math.max(usual, 3 * interval);

/** Milliseconds; `up`: since when somebody could have compared. */
interface Waited {
  readonly age: number;
  readonly limit: number;
  readonly up: number;
}

/** Whether an app was not compared with Git for too long. After a start the first passes get a chance, for however long the process was away. */
export const isStale = ({ age, limit, up }: Waited): boolean => age > limit && up > Math.min(limit, settling);

/** `90 s`, `15 min`, `2 h`, `3 days`. */
export function spanText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
