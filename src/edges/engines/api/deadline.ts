/** Ends a call that takes too long as a whole, or in which nothing happens for too long. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Seconds of the limit that was hit; undefined while none was. */
  hit(): number | undefined;
  /** Something happened: the idle limit starts anew. */
  alive(): void;
  stop(): void;
}

export function deadline(overall: number, idle: number = overall): Deadline {
  const aborter = new AbortController();
  let hit: number | undefined;
  const end = (limit: number) => () => {
    hit ??= limit / 1000;
    aborter.abort();
  };
  const whole = setTimeout(end(overall), overall);
  const quiet = setTimeout(end(idle), idle);
  return {
    signal: aborter.signal,
    hit: () => hit,
    alive: () => void quiet.refresh(),
    stop() {
      clearTimeout(whole);
      clearTimeout(quiet);
    },
  };
}
