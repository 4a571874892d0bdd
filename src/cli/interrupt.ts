import type { Call } from './verb.ts';

/** A service that is half replaced helps nobody: the first interrupt lets the current step end. */
export function sayOnInterrupt({ signal, print }: Pick<Call, 'signal' | 'print'>): void {
  signal.addEventListener('abort', () => print.note('Finishing the current step; once more to leave at once.'), {
    once: true,
  });
}
