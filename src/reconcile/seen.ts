import { jittered } from '../core/backoff.ts';
import type { HarborError } from '../errors.ts';
import type { Follower } from '../model/app.ts';
import type { Following } from '../model/configuration.ts';
import type { Clock } from '../ports.ts';

export interface Sighting {
  readonly answer: string | HarborError;
  readonly at: number;
  readonly due: number;
  /** Which look it was, in the order in which they began. */
  readonly look: number;
}

/** What looks at Git brought last, and when each ref is to be looked at again. */
export interface Seen {
  of(following: Following): Sighting | undefined;
  /** A look begins: its number. */
  begin(): number;
  /** A slow answer to an earlier look says nothing any more. */
  note(following: Following, found: Pick<Sighting, 'answer' | 'look'>): void;
  /** These are due now, whatever is answered to looks that began before. */
  hint(followings: readonly Following[]): void;
  /** A look begins because of that. */
  heed(followings: readonly Following[]): void;
  /** Milliseconds. */
  dueIn(following: Following): number;
  forget(): void;
}

export function createSeen(clock: Clock, random: () => number): Seen {
  const sightings = new Map<string, Sighting>();
  const hinted = new Set<string>();
  let looks = 0;
  const of = (following: Following): Sighting | undefined => sightings.get(keyOf(following));
  return {
    of,
    begin: () => ++looks,
    note(following, { answer, look }) {
      if ((of(following)?.look ?? 0) > look) return;
      const at = clock.elapsed();
      sightings.set(keyOf(following), { answer, look, at, due: at + jittered(following.interval, random()) });
    },
    hint(followings) {
      for (const following of followings) hinted.add(keyOf(following));
    },
    heed(followings) {
      for (const following of followings) hinted.delete(keyOf(following));
    },
    dueIn: (following) => (hinted.has(keyOf(following)) ? 0 : (of(following)?.due ?? 0) - clock.elapsed()),
    forget: () => sightings.clear(),
  };
}

export const keyOf = ({ repository, ref }: Follower): string => `${repository.id} ${ref.kind} ${ref.name}`;
