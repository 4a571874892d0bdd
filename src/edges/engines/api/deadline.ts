/** Ends a call that takes too long as a whole, or in which nothing happens for too long, or that nobody wants any more. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Seconds of the limit that was hit; undefined while none was. */
  hit(): number | undefined;
  /** Something happened: the idle limit starts anew. */
  alive(): void;
  /** It may go on for ever from here on, as long as it is wanted. */
  lift(): void;
  stop(): void;
}

/** `unwanted`: the caller's own signal. */
export function deadline(overall: number, idle: number = overall, unwanted?: AbortSignal): Deadline {
  const aborter = new AbortController();
  let hit: number | undefined;
  const end = (limit: number) => () => {
    hit ??= limit / 1000;
    aborter.abort();
  };
  const whole = setTimeout(end(overall), overall);
  const quiet = setTimeout(end(idle), idle);
  let lifted = false;
  const lift = (): void => {
    lifted = true;
    clearTimeout(whole);
    clearTimeout(quiet);
  };
  const abort = (): void => aborter.abort();
  if (unwanted?.aborted) abort();
  unwanted?.addEventListener('abort', abort, { once: true });
  return {
    signal: aborter.signal,
    hit: () => hit,
    alive() {
      if (!lifted) quiet.refresh();
    },
    lift,
    stop() {
      lift();
      unwanted?.removeEventListener('abort', abort);
    },
  };
}
