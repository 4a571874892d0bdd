import { type JobOrder, jobModel } from '../core/job-model.ts';
import { HarborError } from '../errors.ts';
import type { ContainerRef } from '../model/mend.ts';
import type { ContainerReport } from '../model/observed.ts';
import type { StoredRelease } from '../ports.ts';
import type { Bell } from './bell.ts';
import type { Parts } from './parts.ts';

/** The release that a job is of, and how its files are had if they are not kept yet. */
export interface JobGround {
  readonly stored: StoredRelease;
  readonly fillFiles: (folder: string) => Promise<void>;
  /** Rings when something happens to the app's containers. */
  readonly stirred: Bell;
  /** Ends the waiting for a job, not the job. */
  readonly signal: AbortSignal;
}

export type Ordered = Pick<JobOrder, 'service' | 'job' | 'run' | 'environment'>;

/** Makes the container of a job, as its release declares it, and does not start it. */
export async function prepareJob(
  order: Ordered,
  { stored, fillFiles }: Pick<JobGround, 'stored' | 'fillFiles'>,
  { engine, releases, live }: Parts,
): Promise<ContainerRef> {
  const { release } = stored;
  const { app, project, environment } = release;
  const files = release.mounts.length === 0 ? undefined : await releases.files(release, fillFiles);
  const { name, model } = jobModel(release, { ...order, live: live.folders(app).live, files });
  const id = await engine.prepare({ project, service: name, model, environment });
  return { id, name: `${project}-${name}` };
}

/** How a job that was started stands at its end. `late`: it did not end in time, and was stopped. */
export type JobEnd =
  | { readonly kind: 'ended'; readonly report: ContainerReport; readonly late: boolean }
  | { readonly kind: 'gone' };

/** Milliseconds between two looks, where no event ends the pause. */
const lookEvery = 250;

/** Waits for the end of a job, at most so many milliseconds. Throws `interrupted` at the signal; the job goes on then. */
export async function endOfJob(
  id: string,
  limit: number,
  { stirred, signal }: Pick<JobGround, 'stirred' | 'signal'>,
  { engine, clock }: Pick<Parts, 'engine' | 'clock'>,
): Promise<JobEnd> {
  const begun = clock.elapsed();
  for (;;) {
    const [report] = await engine.inspect([id]);
    if (report === undefined) return { kind: 'gone' };
    if (ended.has(report.state)) return { kind: 'ended', report, late: false };
    if (clock.elapsed() - begun >= limit) return stopped(id, engine);
    await stirred.wait(lookEvery, { clock, signal });
    if (signal.aborted) throw new HarborError('the wait was ended', { code: 'interrupted' });
  }
}

const ended: ReadonlySet<string> = new Set(['exited', 'dead']);

async function stopped(id: string, engine: Parts['engine']): Promise<JobEnd> {
  await engine.stop([id]);
  const [report] = await engine.inspect([id]);
  return report === undefined ? { kind: 'gone' } : { kind: 'ended', report, late: true };
}

/** Milliseconds that it ran; the engine tells when it began, and it has just ended. */
export const ranFor = ({ startedAt }: ContainerReport, now: Date): number =>
  startedAt === 0 ? 0 : Math.max(0, now.getTime() - startedAt);
