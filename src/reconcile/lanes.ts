import { createLane } from '../core/concurrency.ts';
import type { Purpose } from '../model/service-record.ts';

/** Does the work when there is room for what it is for, or once it is given up: then it does not begin, and says so. */
export type Lanes = <R>(purpose: Purpose, work: () => Promise<R>, givenUp: AbortSignal) => Promise<R>;

/** Comparing is cheap; deploying is as quick as the engine, which has only so many cores. */
const atOnce = 4;

/** What is brought in may take as long as its health does. What ran before is mended meanwhile, and a person who goes back is not kept waiting. */
export function createLanes(): Lanes {
  const bringing = createLane(atOnce);
  const keeping = createLane(atOnce);
  return (purpose, work, givenUp) => (purpose === 'deploy' || purpose === 'adopt' ? bringing : keeping)(work, givenUp);
}
