import type { Random } from '../soak/random.ts';
import type { Kill, Traced, When } from './inside/orders.ts';
import type { OperationName } from './operations.ts';
import type { Stage } from './stage.ts';

/** A call that the program makes in an operation, as a rehearsal found it. */
export interface Point {
  readonly point: string;
  readonly nth: number;
  /** Milliseconds. */
  readonly took: number;
}

export interface Death {
  readonly operation: OperationName;
  /** Undefined: not at a point, but so many milliseconds after the operation was brought about, whatever it is at. */
  readonly kill: Kill | undefined;
  readonly after: number;
  /** The process that takes up what the first one left is killed at a point of its own. */
  readonly again: Kill | undefined;
}

/** The calls of a trace, each with its number. */
export function pointsOf(trace: readonly Traced[]): readonly Point[] {
  const counts = new Map<string, number>();
  const points: Point[] = [];
  for (const line of trace) {
    if ('begun' in line) {
      const nth = (counts.get(line.begun) ?? 0) + 1;
      counts.set(line.begun, nth);
      points.push({ point: line.begun, nth, took: 0 });
    }
    if ('done' in line) {
      const at = points.findLastIndex(({ point }) => point === line.done);
      const point = points[at];
      if (point) points[at] = { ...point, took: line.took };
    }
  }
  return points;
}

/** Too short to be hit in its middle. Milliseconds. */
const instant = 15;

/** Each way to die at a point. */
function waysOf({ point, nth, took }: Point, random: Random): readonly Kill[] {
  if (point === 'line') return [{ point, nth, when: 'torn', delay: 0 }];
  const ways: readonly When[] = took < instant ? ['before', 'after'] : ['before', 'during', 'after'];
  return ways.map((when) => ({ point, nth, when, delay: Math.round(took * random.next()) }));
}

/** How many of the processes that take something up are killed, too, and how many deaths come at any time. */
const twice = 0.5;
const anytime = 0.1;

/** What a process passes that takes up what another one left. */
export interface Recovery {
  readonly points: readonly Point[];
  /** Whether it passes there for sure, now. */
  isDue(stage: Stage): Promise<boolean>;
}

export interface Rehearsed {
  readonly points: readonly Point[];
  readonly recovery: readonly Point[];
}

/**
 * So many deaths: first every point of every operation once, in a random order, then the other ways to die at each, then all of them again with other
 * delays.
 */
export function schedule(
  rehearsed: ReadonlyMap<OperationName, Rehearsed>,
  count: number,
  random: Random,
): readonly Death[] {
  const deaths: Death[] = [];
  while (deaths.length < count) {
    const rounds: Death[][] = [[], [], []];
    for (const [operation, found] of rehearsed) {
      for (const point of found.points) {
        for (const [at, kill] of shuffled(waysOf(point, random), random).entries())
          rounds[at]?.push(deathOf(operation, kill, found, random));
      }
    }
    deaths.push(...rounds.flatMap((round) => shuffled(round, random)));
  }
  return deaths.slice(0, count);
}

function deathOf(operation: OperationName, kill: Kill, { points, recovery }: Rehearsed, random: Random): Death {
  const chance = random.next();
  const [again] =
    chance < twice
      ? shuffled(
          recovery.flatMap((point) => waysOf(point, random)),
          random,
        )
      : [];
  const whole = points.reduce((sum, { took }) => sum + took, 0);
  const isAnytime = chance > 1 - anytime;
  return { operation, kill: isAnytime ? undefined : kill, after: Math.round(whole * random.next()), again };
}

/** Fisher and Yates. */
export function shuffled<T>(all: readonly T[], random: Random): readonly T[] {
  const left = [...all];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.whole(0, left.length - 1), 1));
  return drawn;
}
