import { posix } from 'node:path';
import { mapValues } from '../core/compose-paths.ts';
import { servicesAndJobs } from '../core/jobs.ts';
import { keepTag } from '../core/local-images.ts';
import { writtenInPlace } from '../core/on-change.ts';
import { HarborError } from '../errors.ts';
import type { Build, Release } from '../model/release.ts';
import type { Parts } from './parts.ts';
import type { Deployment } from './perform.ts';

/** Services and jobs that share an image share one pull. */
export async function pull(
  services: readonly string[],
  release: Release,
  signal: AbortSignal,
  { engine }: Parts,
): Promise<void> {
  for (const service of servicesAndJobs(release).filter(({ name }) => services.includes(name))) {
    await engine.pull(service.image, keepTag(release, service.name), signal);
  }
}

export async function build(
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
export async function writeFiles(deployment: Deployment, parts: Parts): Promise<void> {
  const { app, stored } = deployment;
  const kept = await parts.releases.files(stored.release, filling(deployment, parts));
  const inPlace = writtenInPlace(app.onChange, stored.release, parts.live.folders(app.name).live);
  await parts.live.write(app.name, stored.release, kept, inPlace);
}

/** Takes the release's files out of Git, where they are not kept yet. */
export const filling =
  ({ app, stored, revision }: Deployment, { source }: Parts) =>
  (target: string): Promise<void> => {
    const { repository, submodules } = app;
    const paths = stored.release.mounts.map(({ path }) => path);
    return source.export({ repository, commit: revision.commit, paths, target, submodules });
  };
