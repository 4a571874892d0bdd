import { posix } from 'node:path';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { ComposeBuild, ComposeModel } from '../model/compose-model.ts';
import type { Build } from '../model/release.ts';
import type { GitObject } from '../model/revision.ts';
import { mapValues, type TreeFolders, treePath, undoubled } from './compose-paths.ts';
import { canonical, hmac } from './digest.ts';
import { localRepository } from './local-images.ts';

interface BuildInput {
  readonly app: App;
  readonly model: ComposeModel;
  readonly folders: TreeFolders;
  readonly objects: ReadonlyMap<string, GitObject | undefined>;
  readonly key: Uint8Array;
}

/** The images that the repository builds, each tagged by the fingerprint of its section and of every path that goes into it. */
export function buildsOf({ app, model, folders, objects, key }: BuildInput): readonly Build[] {
  return Object.entries(model.services).flatMap(([service, { build }]) => {
    if (build === undefined) return [];
    const section = relativeSection(build, service, folders);
    const paths = buildPaths(section);
    const ids = paths.map((path) => objects.get(path)?.id ?? null);
    const fingerprint = hmac(key, canonical({ build: section, ids })).slice(0, 16);
    return [{ service, paths, section, tag: `${localRepository(app.name, service)}:${fingerprint}` }];
  });
}

/** Repository paths that the builds of a rendered model read: what `buildsOf` must know the objects of. */
export const buildReads = (model: ComposeModel, folders: TreeFolders): readonly string[] =>
  Object.entries(model.services).flatMap(([service, { build }]) =>
    build === undefined ? [] : buildPaths(relativeSection(build, service, folders)),
  );

type Section = ComposeBuild & { readonly context: string };

/** The section with contexts as repository paths; the Dockerfile stays relative to its context, as Compose has it. */
function relativeSection(build: ComposeBuild, service: string, folders: TreeFolders): Section {
  const { dockerfile, additional_contexts: contexts } = build;
  const context = inTree(build.context ?? folders.scratch, service, folders);
  return {
    ...build,
    context,
    ...(dockerfile !== undefined && { dockerfile: relativeDockerfile(dockerfile, context, service, folders) }),
    ...(contexts && {
      additional_contexts: mapValues(contexts, (path) => (isImage(path) ? path : inTree(path, service, folders))),
    }),
  };
}

function relativeDockerfile(dockerfile: string, context: string, service: string, folders: TreeFolders): string {
  const path = posix.isAbsolute(dockerfile)
    ? inTree(dockerfile, service, folders)
    : posix.normalize(posix.join(context, dockerfile));
  if (path === '..' || path.startsWith('../')) throw outside(dockerfile, service);
  return posix.relative(context, path);
}

/** Like `FROM`: not of the repository, and nothing that the build could read of this host. */
const isImage = (context: string): boolean => context.startsWith('docker-image://');

/** Repository paths that a section with repository-relative paths reads. */
function buildPaths({ context, dockerfile = 'Dockerfile', additional_contexts = {} }: Section): readonly string[] {
  const contexts = [context, ...Object.values(additional_contexts).filter((path) => !isImage(path))];
  const beside = dockerfile.startsWith('../') ? [posix.join(context, dockerfile)] : [];
  return [...new Set([...contexts, ...beside].map(undoubled))];
}

function inTree(path: string, service: string, folders: TreeFolders): string {
  const inside = treePath(path, folders);
  if (inside === undefined) throw outside(path, service);
  return inside;
}

const outside = (path: string, service: string): HarborError =>
  new HarborError(`service ${service} builds from ${path}, which is outside the repository`, {
    code: 'compose-refused',
    hint: 'Commit what the build reads to the repository: what is deployed must be what was committed.',
  });
