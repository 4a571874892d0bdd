import { HarborError } from '../errors.ts';
import type { Caller } from '../model/access.ts';

/** Streams of events that are open. */
export interface Streams {
  /** A place for one more, until it is disposed of. Throws `too-many-requests`. */
  enter(caller: Caller): Disposable;
}

const most = { together: 128, each: 32 };

export function createStreams(): Streams {
  const open = new Map<string, number>();
  const count = (of: string): number => open.get(of) ?? 0;
  return {
    enter({ kind, name = '' }) {
      const of = `${kind} ${name}`;
      const all = [...open.values()].reduce((sum, some) => sum + some, 0);
      if (all >= most.together || count(of) >= most.each) throw tooMany();
      open.set(of, count(of) + 1);
      let isOpen = true;
      return {
        [Symbol.dispose]() {
          if (isOpen) open.set(of, count(of) - 1);
          isOpen = false;
        },
      };
    },
  };
}

const tooMany = (): HarborError =>
  new HarborError(`more than ${most.each} streams of one caller, or ${most.together} of all, are open`, {
    code: 'too-many-requests',
    hint: 'Close those that nobody reads.',
  });
