import { ownContainers } from '../core/ownership.ts';
import type { Trigger } from '../model/entry.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';
import { serviceRecords } from './record.ts';

/**
 * Writes the outcome of every operation that a crash cut short: settles and sweeps what Compose left half-done, looks at what is there, and
 * closes the intent as interrupted. The next pass converges.
 */
export async function recover(trigger: Trigger, journal: Journal, parts: Parts): Promise<void> {
  for (const [app, history] of Object.entries(journal.all().apps)) {
    const { open, project } = history;
    if (open === undefined || journal.atWork.has(open.seq)) continue;
    await parts.engine.sweep(project);
    const after = ownContainers(await parts.engine.observe(), { name: app, project }, parts.instance);
    const release = open.release === undefined ? undefined : (await parts.releases.load(app, open.release))?.release;
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
    });
    parts.logger.warn({ app, seq: entry.seq }, 'an operation was cut short; its outcome is recorded as interrupted');
  }
}
