import type { Caller } from '../model/access.ts';
import { createSeats } from './seats.ts';

/** Streams of events that are open. */
export interface Streams {
  /** A place for one more, until it is disposed of. Throws `too-many-requests`. */
  enter(caller: Caller): Disposable;
}

const most = { together: 128, each: 32 };

const full = {
  message: `more than ${most.each} streams of one caller, or ${most.together} of all, are open`,
  hint: 'Close those that nobody reads.',
};

export function createStreams(): Streams {
  const seats = createSeats({ most, full });
  return { enter: ({ kind, name = '' }) => seats.enter(`${kind} ${name}`) };
}
