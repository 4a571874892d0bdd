import { HarborError } from '../errors.ts';

/** Places for what may not go on for too many at once. */
export interface Seats {
  /** One more, until it is disposed of. Throws `too-many-requests`. */
  enter(of: string): Disposable;
}

interface SeatsOptions {
  readonly most: { readonly together: number; readonly each: number };
  /** What is told to whom there is no place for. */
  readonly full: { readonly message: string; readonly hint: string };
}

export function createSeats({ most, full }: SeatsOptions): Seats {
  const taken = new Map<string, number>();
  let together = 0;
  const count = (of: string, more: 1 | -1): void => {
    const now = (taken.get(of) ?? 0) + more;
    together += more;
    if (now === 0) taken.delete(of);
    else taken.set(of, now);
  };
  return {
    enter(of) {
      if (together >= most.together || (taken.get(of) ?? 0) >= most.each)
        throw new HarborError(full.message, { code: 'too-many-requests', hint: full.hint });
      count(of, 1);
      let isTaken = true;
      return {
        [Symbol.dispose]() {
          if (isTaken) count(of, -1);
          isTaken = false;
        },
      };
    },
  };
}
