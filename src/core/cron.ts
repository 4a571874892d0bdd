import { Cron } from 'croner';

/**
 * A cron expression on a clock that knows no summer time: what a real one makes of it is for `occurrences.ts`. Times are milliseconds, as if the wall
 * clock showed UTC. Nothing is scheduled: without a function croner only computes.
 */
export interface Pattern {
  /** Undefined: never again. */
  after(wall: number): number | undefined;
  atOrBefore(wall: number): number | undefined;
}

const parsed = (cron: string): Cron => new Cron(cron, { mode: '5-part', utcOffset: 0 });

export function pattern(cron: string): Pattern {
  const known = parsed(cron);
  return {
    after: (wall) => known.nextRun(new Date(wall))?.getTime(),
    atOrBefore: (wall) => known.previousRuns(1, new Date(wall + 1_000))[0]?.getTime(),
  };
}

/** Before everything that anybody will ask about; the nine years after it hold two leap days. */
const beginning = Date.UTC(2020, 0, 1);

/** Why it is no cron expression that ever fires; undefined: it is one. */
export function cronFault(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5) return `has ${fields === 1 ? 'one field' : `${fields} fields`}, not five`;
  try {
    return parsed(cron).nextRun(new Date(beginning)) === null ? 'never comes: there is no such day' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}
