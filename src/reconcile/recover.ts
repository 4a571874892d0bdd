import { runsOf } from '../core/jobs.ts';
import { ownContainers } from '../core/ownership.ts';
import { asHarborError, type HarborError } from '../errors.ts';
import type { AppHistory } from '../model/history.ts';
import type { Trigger } from '../model/trigger.ts';
import { dropJobs } from './drop-jobs.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';
import { serviceRecords } from './record.ts';

/**
 * Writes the outcome of every operation that a crash cut short: settles and sweeps what Compose left half-done, looks at what is there, and
 * closes the intent as interrupted. The next pass converges. Returns the apps for which that was not possible: nothing new may begin there.
 */
export async function recover(
  trigger: Trigger,
  journal: Journal,
  parts: Parts,
): Promise<ReadonlyMap<string, HarborError>> {
  const stuck = new Map<string, HarborError>();
  for (const app of Object.keys(journal.all().apps)) {
    // As it is by now: while one is closed, what others are at work on ends.
    const history = journal.of(app);
    const open = history?.open;
    if (history === undefined || open === undefined || journal.atWork.has(open.seq)) continue;
    const project = open.removal?.project ?? history.project;
    try {
      await close({ app, project, open }, trigger, journal, parts);
    } catch (thrown) {
      const error = asHarborError(thrown);
      if (error.code === 'engine-unreachable' || error.code === 'log-unwritable') throw error;
      stuck.set(app, error);
    }
  }
  return stuck;
}

interface CutShort {
  readonly app: string;
  readonly project: string;
  readonly open: NonNullable<AppHistory['open']>;
}

async function close(
  { app, project, open }: CutShort,
  trigger: Trigger,
  journal: Journal,
  parts: Parts,
): Promise<void> {
  await parts.engine.sweep(project);
  const observed = await parts.engine.observe();
  await dropJobs({ name: app, project }, observed, { ...parts, journal });
  const after = ownContainers(observed, { name: app, project }, parts.instance);
  const release = open.release === undefined ? undefined : (await parts.releases.load(app, open.release))?.release;
  const hooks = runsOf(journal.of(app), open.release);
  const entry = await journal.record({
    kind: 'finished',
    app,
    intent: open.seq,
    trigger,
    revision: undefined,
    release: open.release,
    outcome: { kind: 'interrupted', step: open.step },
    services: serviceRecords([], release, after, after),
    duration: 0,
    purpose: open.purpose,
    ...(hooks.length > 0 && { hooks }),
  });
  parts.logger.warn({ app, seq: entry.seq }, 'an operation was cut short; its outcome is recorded as interrupted');
}
