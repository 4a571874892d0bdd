import { posix } from 'node:path';
import { mapValues } from '../core/compose-paths.ts';
import { stepTitle } from '../core/format-plan.ts';
import { localRepository } from '../core/local-images.ts';
import { writtenInPlace } from '../core/on-change.ts';
import { ownContainers } from '../core/ownership.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Build, Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { StoredRelease } from '../ports.ts';
import { awaitServices } from './await-services.ts';
import type { Bell } from './bell.ts';
import { assertSameWays, type Ways } from './judge.ts';
import type { Parts } from './parts.ts';

export interface Performance {
  readonly plan: Plan;
  /** What is deployed; undefined while an app is removed. */
  readonly deployment: Deployment | undefined;
  readonly progress: (message: string) => void;
  /** Told of each step before it begins. */
  readonly begins: (step: Step, title: string) => Promise<void>;
  /** Asks to stop: what waits or fetches ends at once, a step that changes something is finished first. */
  readonly signal: AbortSignal;
  /** The same, because a newer release is to be had; the reason is its digest. */
  readonly superseded: AbortSignal;
  /** What comes after fetching waits for its turn, where others act, too. */
  readonly inTurn?: InTurn;
}

export type InTurn = <R>(work: () => Promise<R>) => Promise<R>;

export interface Deployment {
  readonly app: App;
  readonly stored: StoredRelease;
  /** Where build contexts, and mounted files that are not kept yet, are taken from: any commit with the release's content. */
  readonly revision: Revision;
  /** Rings when something happens to the app's containers. */
  readonly stirred: Bell;
  /** As they were judged. */
  readonly ways: Ways;
}

export type Performed =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly step: string; readonly error: HarborError }
  | { readonly kind: 'interrupted'; readonly step: string }
  | { readonly kind: 'superseded'; readonly step: string; readonly by: string };

/** Does a plan's steps in order, and stops at the first that fails. */
export async function perform(task: Performance, parts: Parts): Promise<Performed> {
  const { steps } = task.plan;
  const first = steps.findIndex(({ kind }) => kind !== 'pull');
  const fetched = await inOrder(first < 0 ? steps : steps.slice(0, first), task, parts);
  if (fetched.kind !== 'done' || first < 0) return fetched;
  const rest = () => inOrder(steps.slice(first), task, parts);
  return task.inTurn ? task.inTurn(rest) : rest();
}

async function inOrder(steps: readonly Step[], task: Performance, parts: Parts): Promise<Performed> {
  for (const step of steps) {
    const title = stepTitle(step);
    const stopped = stoppedAt(title, task) ?? (await attempt(step, title, task, parts));
    if (stopped) return stopped;
  }
  return { kind: 'done' };
}

/** Undefined: the step is done. */
async function attempt(step: Step, title: string, task: Performance, parts: Parts): Promise<Performed | undefined> {
  const { plan, progress, begins, deployment } = task;
  progress(title);
  try {
    await begins(step, title);
    await (deployment ? deploy(step, deployment, task, parts) : act(step, parts));
    return undefined;
  } catch (thrown) {
    const error = asHarborError(thrown);
    const ended = error.code === 'interrupted' ? stoppedAt(title, task) : undefined;
    if (ended) return ended;
    if (step.kind === 'create' || step.kind === 'replace')
      await parts.engine.sweep(plan.project).catch(() => undefined);
    return { kind: 'failed', step: title, error };
  }
}

function stoppedAt(step: string, { signal, superseded }: Performance): Performed | undefined {
  if (signal.aborted) return { kind: 'interrupted', step };
  return superseded.aborted ? { kind: 'superseded', step, by: String(superseded.reason) } : undefined;
}

async function deploy(
  step: Step,
  deployment: Deployment,
  { plan, progress, ...task }: Performance,
  parts: Parts,
): Promise<void> {
  const { stored, app, stirred } = deployment;
  const signal = AbortSignal.any([task.signal, task.superseded]);
  switch (step.kind) {
    case 'pull':
      return pull(step.services, stored.release, signal, parts);
    case 'build':
      return build(step.service, deployment, signal, parts);
    case 'files':
      return writeFiles(deployment, parts);
    case 'create':
      await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      return parts.engine.create(stored, names(step));
    case 'replace':
      await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      return parts.engine.replace(stored, names(step));
    case 'refresh':
      // What is restarted is mounted anew.
      if (step.by.kind === 'restart')
        await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      return refresh(step, parts.engine);
    case 'await':
      return awaitServices(
        {
          app,
          release: stored.release,
          step,
          signalled: signalledIn(plan),
          project: plan.project,
          progress,
          stirred,
          signal,
        },
        parts,
      );
    default:
      return act(step, parts);
  }
}

/** The steps that need no release: they act on recorded ids. */
async function act(step: Step, { engine }: Parts): Promise<void> {
  switch (step.kind) {
    case 'stop':
      return engine.stop(ids(step));
    case 'mend':
      for (const mend of step.mends) await engine.mend(mend);
      return;
    case 'start':
      return engine.start(ids(step));
    case 'remove':
      return engine.remove(ids(step));
    case 'remove-network':
      return engine.removeNetwork(step.network.id);
    default:
      throw new HarborError(`"${stepTitle(step)}" needs a release`, { code: 'bug' });
  }
}

const signalledIn = ({ steps }: Plan): readonly string[] =>
  steps.flatMap((step) => (step.kind === 'refresh' && step.by.kind === 'signal' ? names(step) : []));

/** The files under the containers have changed already; whoever needs to be told nothing is told nothing. */
async function refresh({ by, containers }: Extract<Step, { kind: 'refresh' }>, engine: Parts['engine']): Promise<void> {
  if (by.kind === 'restart') await engine.restart(containers.map(({ id }) => id));
  if (by.kind === 'signal') await engine.signal(containers, by.signals);
}

const ids = ({ containers }: Extract<Step, { kind: 'stop' | 'start' | 'remove' }>): readonly string[] =>
  containers.map(({ id }) => id);
const names = ({ services }: Extract<Step, { kind: 'create' | 'replace' | 'refresh' }>): readonly string[] =>
  services.map(({ service }) => service);

/** Keeps the image of a release from `docker image prune`, which takes what carries no tag. */
export const keepTag = (release: Release, service: string): string =>
  `${localRepository(release.app, service)}:keep-${release.digest.slice(0, 16)}`;

async function pull(
  services: readonly string[],
  release: Release,
  signal: AbortSignal,
  { engine }: Parts,
): Promise<void> {
  for (const service of release.services.filter(({ name }) => services.includes(name))) {
    await engine.pull(service.image, keepTag(release, service.name), signal);
  }
}

async function build(
  service: string,
  { app, stored, revision }: Deployment,
  signal: AbortSignal,
  { source, engine, scratch }: Parts,
): Promise<void> {
  const wanted = stored.release.builds.find((candidate) => candidate.service === service);
  if (wanted === undefined) throw new HarborError(`the release has no build for ${service}`, { code: 'bug' });
  await using folder = await scratch.create();
  await source.export({
    repository: app.repository,
    commit: revision.commit,
    paths: wanted.paths,
    target: folder.path,
    submodules: app.submodules,
  });
  const section = absoluteSection(wanted, folder.path);
  await engine.build({ project: app.project, service, tag: wanted.tag, section }, signal);
}

/** The section with its repository paths made absolute in `root`. */
function absoluteSection({ section }: Build, root: string): Record<string, unknown> {
  const absolute = (path: unknown) =>
    typeof path === 'string' && !path.includes('://') ? posix.join(root, path) : path;
  const contexts = section['additional_contexts'];
  return {
    ...section,
    context: absolute(section['context'] ?? '.'),
    ...(typeof contexts === 'object' &&
      contexts !== null && { additional_contexts: mapValues(Object.fromEntries(Object.entries(contexts)), absolute) }),
  };
}

/** From what is kept with the release: a way back needs no Git. */
async function writeFiles({ app, stored, revision }: Deployment, { source, releases, live }: Parts): Promise<void> {
  const { repository, submodules } = app;
  const paths = stored.release.mounts.map(({ path }) => path);
  const kept = await releases.files(stored.release, (target) =>
    source.export({ repository, commit: revision.commit, paths, target, submodules }),
  );
  const inPlace = writtenInPlace(app.onChange, stored.release, live.folders(app.name).live);
  await live.write(app.name, stored.release, kept, inPlace);
}

/** The app's own containers as they are now. */
export async function lookAgain(app: Pick<App, 'name' | 'project'>, { engine, instance }: Parts) {
  return ownContainers(await engine.observe(), app, instance);
}
