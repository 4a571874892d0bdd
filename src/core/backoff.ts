/** Milliseconds. */
export interface BackoffLimits {
  readonly first: number;
  readonly most: number;
}

/** Doubles with each failure in a row up to a limit and stays there, for ever: slow, but never stuck. `random` in [0, 1) spreads hosts by ±20 %. */
export function backoff(failures: number, { first, most }: BackoffLimits, random: number): number {
  const delay = Math.min(first * 2 ** Math.max(0, failures - 1), most);
  return Math.round(delay * (0.8 + 0.4 * random));
}

/** An interval spread by ±10 %, so that many hosts do not ask one Git server at the same moment. */
export const jittered = (interval: number, random: number): number => Math.round(interval * (0.9 + 0.2 * random));
