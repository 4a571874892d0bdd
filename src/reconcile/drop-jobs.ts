import { pendingRuns } from '../core/jobs.ts';
import { jobContainers } from '../core/ownership.ts';
import type { Observed } from '../model/observed.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';

type Owner = { readonly name: string; readonly project: string };
type Tools = Parts & { readonly journal: Journal };

/**
 * Removes what hooks and checks of an app left behind; not what a hook is still about, or has left for the next pass to look at. What cannot be removed
 * is left to the next operation: the work is done and written down.
 */
export async function dropJobs(
  app: Owner,
  observed: Observed,
  { engine, instance, logger, journal }: Tools,
): Promise<void> {
  const pending = new Set(pendingRuns(journal.of(app.name)).map(({ container }) => container.id));
  const left = jobContainers(observed, app, instance).filter(({ id }) => !pending.has(id));
  if (left.length === 0) return;
  await engine.remove(left.map(({ id }) => id)).catch((error: unknown) => {
    logger.warn({ app: app.name, error }, 'could not remove the containers of hooks and checks');
  });
}

/** The same, after a look of its own. */
export async function dropJobsNow(app: Owner, tools: Tools): Promise<void> {
  const observed = await tools.engine.observe().catch(() => undefined);
  if (observed) await dropJobs(app, observed, tools);
}
