import { hostPathsOf, isWithin, staysIn } from '../core/host-paths.ts';
import { type JobOrder, jobModel } from '../core/job-model.ts';
import { parseSealed } from '../core/sealed-model.ts';
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
  await assertStays(app, name, model, live);
  const id = await engine.prepare({ project, service: name, model, environment });
  return { id, name: `${project}-${name}` };
}

/**
 * A container that can write into a folder of the app may have put a link into the way of a mount, and the engine follows links. What is removed has no
 * policy any more that it could be judged by: its own folders are all that it may reach through itself. Throws `tree-refused`.
 */
async function assertStays(app: string, service: string, text: string, live: Parts['live']): Promise<void> {
  const model = parseSealed(text);
  const { live: files, data, cache } = live.folders(app);
  const own = [files, data, cache];
  const paths = hostPathsOf(model.services[service] ?? {}, model).map(({ path }) => path);
  const inside = paths.filter((path) => own.some((folder) => isWithin(folder, path)));
  if (inside.length === 0) return;
  const ways = await live.leads([...own, ...inside]);
  const real = (path: string): string => ways.get(path) ?? path;
  const astray = inside.find((path) => !staysIn(own, path, real));
  if (astray === undefined) return;
  throw new HarborError(`${astray} leads to ${real(astray)}, out of the folders of ${app}`, {
    code: 'tree-refused',
    hint: 'Something put a link there. Find out which container did, and look at it before anything else is run.',
  });
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
