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

/**
 * Limits in milliseconds, as this process lived them: while it stands still itself, which a busy machine or one that sleeps does to it, an answer may
 * be there already, and there must be time left to read it. `unwanted`: the caller's own signal.
 */
export function deadline(overall: number, idle: number = overall, unwanted?: AbortSignal): Deadline {
  const aborter = new AbortController();
  let hit: number | undefined;
  const end = (limit: number) => () => {
    hit ??= limit / 1000;
    aborter.abort();
  };
  const whole = countdown(overall, end(overall));
  const quiet = countdown(idle, end(idle));
  let lifted = false;
  const lift = (): void => {
    lifted = true;
    whole.stop();
    quiet.stop();
  };
  const abort = (): void => aborter.abort();
  if (unwanted?.aborted) abort();
  unwanted?.addEventListener('abort', abort, { once: true });
  return {
    signal: aborter.signal,
    hit: () => hit,
    alive() {
      if (!lifted) quiet.restart();
    },
    lift,
    stop() {
      lift();
      unwanted?.removeEventListener('abort', abort);
    },
  };
}

/** Into so many parts is a limit divided: of a standstill, however long, only one is counted. */
const parts = 10;

function countdown(limit: number, end: () => void): { restart(): void; stop(): void } {
  let left = parts;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    end();
  }, limit / parts);
  return {
    restart() {
      left = parts;
      timer.refresh();
    },
    stop: () => clearInterval(timer),
  };
}
