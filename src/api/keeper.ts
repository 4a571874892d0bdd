import { HarborError } from '../errors.ts';

/** Work that goes on whoever listens, until it ends by itself. */
export interface Keeper {
  /** Throws `daemon-unreachable` once it is closing. */
  keep<Result>(begin: () => Promise<Result>): Promise<Result>;
  /** Takes no more, and waits for what was begun. */
  end(): Promise<void>;
}

export function keeper(): Keeper {
  const underWay = new Set<Promise<unknown>>();
  let isClosing = false;
  return {
    keep(begin) {
      if (isClosing) throw new HarborError('the daemon is stopping', { code: 'daemon-unreachable' });
      const work = begin();
      const kept = work.catch(() => undefined).finally(() => underWay.delete(kept));
      underWay.add(kept);
      return work;
    },
    async end() {
      isClosing = true;
      await Promise.all(underWay);
    },
  };
}
