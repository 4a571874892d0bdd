import { createLane } from '../../../core/concurrency.ts';

/** Does the work when it is this registry's turn. */
export type PullLanes = <R>(registry: string, work: () => Promise<R>) => Promise<R>;

const altogether = 6;
const ofOneRegistry = 3;

/** A registry that is slow or refuses holds up its own images, and no others. */
export function createPullLanes(): PullLanes {
  const all = createLane(altogether);
  const lanes = new Map<string, ReturnType<typeof createLane>>();
  return (registry, work) => {
    const lane = lanes.get(registry) ?? createLane(ofOneRegistry);
    lanes.set(registry, lane);
    return lane(() => all(work));
  };
}
