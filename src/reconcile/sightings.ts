import { instead } from '../core/instead.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { Following } from '../model/configuration.ts';
import type { Clock, Source } from '../ports.ts';
import { type Bell, createBell } from './bell.ts';
import { createSeen, keyOf, type Sighting } from './seen.ts';

/** What was seen of the refs that the configuration hangs on, by whoever looked. */
export interface Sightings {
  /** The source; its looks at a repository of which something is followed find out about that too, in the same request. */
  readonly source: Source;
  /** The commit that a ref points at, looked for now unless it was seen lately. It counts as taken up. Throws why nobody knows. */
  commit(following: Following): Promise<string>;
  /** What was taken up could not be had after all, by the world's fault: it is news again after the interval. */
  again(following: Following): void;
  look(followings: readonly Following[]): Promise<void>;
  /** Somebody says that something is new there: these are looked at now, also if a look is under way that began before he said so. */
  hint(followings: readonly Following[]): void;
  /** Milliseconds until it is to be looked at. */
  dueIn(following: Following): number;
  /** Whether anything else was seen than what was taken up. */
  isNews(following: Following): boolean;
  /** Rings when somebody's look brought news. */
  readonly bell: Bell;
  /** What is asked for next is looked for now. */
  forget(): void;
  /** From now on until the signal somebody takes up news whenever the bell rings, and says so: looks that bring news wait for it. */
  followed(signal: AbortSignal): () => void;
}

interface Taken {
  readonly answer: string;
  readonly againAt: number;
}

interface SightingsOptions {
  readonly source: Source;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** What is followed now. */
  readonly follows: () => readonly Following[];
}

/** Milliseconds that a look waits at most until its news are taken up. */
const takenUpWithin = 60_000;

/** Milliseconds that a failure to look answers whoever asks, too. */
const failureCounts = 1000;

export function createSightings({ source, clock, random, follows }: SightingsOptions): Sightings {
  const seen = createSeen(clock, random);
  const taken = new Map<string, Taken>();
  const bell = createBell();
  const waitingRoom = createWaitingRoom(clock);
  /** Something else was seen than what is in force, by whomever. */
  let hasNews = false;

  const isNews = (following: Following): boolean => {
    const [sighting, last] = [seen.of(following), taken.get(keyOf(following))];
    if (sighting === undefined) return false;
    return last?.answer !== textOf(sighting.answer) || clock.elapsed() >= last.againAt;
  };

  const note = (following: Following, found: string | Error | undefined, look: number): void => {
    const answer = typeof found === 'string' ? found : asHarborError(found ?? notLooked(following));
    seen.note(following, { answer, look });
    hasNews ||= isNews(following);
  };

  const lookAt = async (followings: readonly Following[]): Promise<void> => {
    const look = seen.begin();
    const answers = await source.look(followings);
    for (const following of followings) note(following, answers.get(following.name), look);
  };

  const isFresh = ({ answer, at }: Sighting, { interval }: Following): boolean =>
    clock.elapsed() - at < (typeof answer === 'string' ? interval : failureCounts);

  return {
    bell,
    isNews,
    look: async (followings) => {
      seen.heed(followings);
      await Promise.all(byRepository(followings).map(lookAt));
    },
    hint(followings) {
      seen.hint(followings);
      bell.ring();
    },
    async commit(following) {
      const known = seen.of(following);
      if (known === undefined || !isFresh(known, following)) await lookAt([following]);
      const { answer } = seen.of(following) ?? { answer: notLooked(following) };
      taken.set(keyOf(following), { answer: textOf(answer), againAt: Number.POSITIVE_INFINITY });
      if (typeof answer === 'string') return answer;
      throw answer;
    },
    again(following) {
      const answer = taken.get(keyOf(following))?.answer ?? '';
      taken.set(keyOf(following), { answer, againAt: clock.elapsed() + following.interval });
    },
    dueIn: seen.dueIn,
    forget: seen.forget,
    followed(signal) {
      waitingRoom.open(signal);
      hasNews = false;
      return () => {
        hasNews = follows().some(isNews);
        if (!hasNews) waitingRoom.empty();
      };
    },
    source: instead(source, {
      async look(followers) {
        const joined = follows().filter(({ repository }) =>
          followers.some((other) => other.repository.id === repository.id),
        );
        const look = seen.begin();
        const answers = new Map(await source.look([...followers, ...joined]));
        for (const following of joined) {
          note(following, answers.get(following.name), look);
          answers.delete(following.name);
        }
        if (joined.length > 0 && hasNews) {
          bell.ring();
          await waitingRoom.wait();
        }
        return answers;
      },
    }),
  };
}

/** Where looks that brought news wait until somebody who follows them has taken them up. */
function createWaitingRoom(clock: Clock) {
  const waiting = new Set<AbortController>();
  let follower: AbortSignal | undefined;
  return {
    /** Somebody follows, until the signal. */
    open(signal: AbortSignal): void {
      follower = signal;
    },
    /** An app that is found in Git and whose folder is gone has not failed: it is an app no more. */
    async wait(): Promise<void> {
      if (follower === undefined || follower.aborted) return;
      const takenUp = new AbortController();
      waiting.add(takenUp);
      await clock.sleep(takenUpWithin, AbortSignal.any([follower, takenUp.signal])).catch(() => undefined);
      waiting.delete(takenUp);
    },
    empty(): void {
      for (const takenUp of waiting) takenUp.abort();
    },
  };
}

/** What the world does wrong is told by its kind: its words may change from time to time. */
const textOf = (answer: string | HarborError): string =>
  typeof answer === 'string' ? answer : `failed: ${answer.code}`;

const notLooked = ({ repository }: Following): HarborError =>
  new HarborError(`nothing is known of ${repository.url}`, { code: 'source-broken' });

function byRepository(followings: readonly Following[]): readonly (readonly Following[])[] {
  const groups = new Map<string, Following[]>();
  for (const following of followings)
    groups.set(following.repository.id, [...(groups.get(following.repository.id) ?? []), following]);
  return [...groups.values()];
}
