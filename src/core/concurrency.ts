/** Runs `work` over the items, at most `limit` at once, and gives the results in the items' order. */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** One at a time for each key, in the order asked. */
export type Queues = <R>(key: string, work: () => Promise<R>) => Promise<R>;

export function createQueues(): Queues {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined).finally(() => tails.get(key) === tail && tails.delete(key));
    tails.set(key, tail);
    return mine;
  };
}

/** `givenUp`: whoever waits until then goes on without a place, because all that is left to do is to say so. */
export type Lane = <R>(work: () => Promise<R>, givenUp?: AbortSignal) => Promise<R>;

/** At most `limit` at once, whoever asks; the others wait in the order in which they came. */
export function createLane(limit: number): Lane {
  const waiting = new Set<() => void>();
  let busy = 0;
  /** Whether there was one. */
  const place = async (givenUp: AbortSignal | undefined): Promise<boolean> => {
    if (givenUp?.aborted) return false;
    if (busy >= limit) return inLine(waiting, givenUp);
    busy += 1;
    return true;
  };
  const leave = (): void => {
    const [next] = waiting;
    if (next) next();
    else busy -= 1;
  };
  return async (work, givenUp) => {
    const hasPlace = await place(givenUp);
    try {
      return await work();
    } finally {
      if (hasPlace) leave();
    }
  };
}

/** Whether it was called before it gave up. */
function inLine(waiting: Set<() => void>, givenUp: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (hasPlace: boolean) => (): void => {
      waiting.delete(call);
      givenUp?.removeEventListener('abort', giveUp);
      resolve(hasPlace);
    };
    const [call, giveUp] = [end(true), end(false)];
    waiting.add(call);
    givenUp?.addEventListener('abort', giveUp);
  });
}

/** One at a time: who asks while it is done shares the next one with everybody else who does. So nobody gets what was found before he asked. */
export function createShared<R>(work: () => Promise<R>): () => Promise<R> {
  let current: Promise<R> | undefined;
  let next: Promise<R> | undefined;
  const begin = (): Promise<R> => {
    next = undefined;
    const mine = work().finally(() => {
      if (current === mine) current = undefined;
    });
    current = mine;
    return mine;
  };
  return () => {
    if (next !== undefined) return next;
    if (current === undefined) return begin();
    next = current.then(begin, begin);
    return next;
  };
}

/** Waits for all of them, also when one fails; then throws what the first in their order threw. */
export async function allThrough<R>(works: readonly Promise<R>[]): Promise<readonly R[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
