import { posix } from 'node:path';
import { buildReads, buildsOf } from '../core/builds.ts';
import { pathsOf, type TreeFolders, treePath, withAbsoluteProfiles } from '../core/compose-paths.ts';
import { canonical, hmac } from '../core/digest.ts';
import { profilesOf, withJobs } from '../core/job-services.ts';
import { refuseAlways } from '../core/refuse.ts';
import { seal } from '../core/seal.ts';
import { HarborError, UnsetVariables } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { ComposeModel } from '../model/compose-model.ts';
import type { Release } from '../model/release.ts';
import type { GitObject, Revision } from '../model/revision.ts';
import { reveal } from '../model/secret.ts';
import type { Rendered, RenderRequest, Source } from '../ports.ts';
import { jobNames } from './checks.ts';
import type { Parts } from './parts.ts';
import type { PinBook } from './pins.ts';
import { type AppReads, readsOfApp } from './reads.ts';

/** Raised when sealing itself changes: then every release is made anew, once. */
const sealVersion = 1;

/** What candidates are made with; `source` may be less than a Git repository. */
export interface Candidates extends Pick<Parts, 'engine' | 'scratch' | 'key' | 'instance' | 'checks' | 'redact'> {
  readonly source: Tree;
  readonly live: Pick<Parts['live'], 'folders'>;
  readonly pins: PinBook;
}

type Tree = Pick<Source, 'objects' | 'read' | 'export'>;

/**
 * The release that an app's revision means. One of the `known` is returned as it is when nothing that its rendering read has changed, so that
 * neither an unrelated commit nor an upgrade of Compose makes a new one.
 */
export async function candidate(
  app: App,
  revision: Revision,
  known: readonly Release[],
  parts: Candidates,
): Promise<Release> {
  const options = optionsOf(app, parts);
  const previous = await firstMatching(known, options, (paths) =>
    parts.source.objects(app.repository, revision.commit, paths),
  );
  if (previous && !(await parts.pins.moved(previous))) return previous;
  return renderAndSeal(app, revision, previous ?? known[0], parts);
}

async function firstMatching(
  known: readonly Release[],
  options: string,
  objectsOf: (paths: readonly string[]) => Promise<ReadonlyMap<string, GitObject | undefined>>,
): Promise<Release | undefined> {
  for (const release of known.filter(({ inputs }) => inputs.options === options)) {
    const objects = await objectsOf(Object.keys(release.inputs.objects));
    if (Object.entries(release.inputs.objects).every(([path, id]) => (objects.get(path)?.id ?? null) === id)) {
      return release;
    }
  }
  return undefined;
}

/** Everything besides the repository that shapes a rendering, keyed because it covers secrets. */
export function optionsOf(
  app: App,
  parts: Pick<Candidates, 'key' | 'instance' | 'live' | 'checks' | 'redact'>,
): string {
  const { composeFiles, profiles, project, path, unsetVariables, submodules, hooks } = app;
  const { key, instance, live } = parts;
  const environment = environmentOf(app, live.folders(app.name));
  const jobs = jobNames(app, parts);
  return hmac(
    key,
    canonical({
      sealVersion,
      composeFiles,
      profiles,
      project,
      path,
      unsetVariables,
      submodules,
      environment,
      instance,
      // Without any nothing is added: releases from before there were hooks keep their options.
      ...(jobs.length > 0 && { hooks, jobs }),
    }),
  );
}

function environmentOf(app: App, folders: { live: string; data: string; cache: string }): Record<string, string> {
  const declared = Object.entries(app.environment).map(([name, value]) => [name, reveal(value)]);
  return {
    ...Object.fromEntries(declared),
    HM_REPO_DIR: folders.live,
    HM_DATA_DIR: folders.data,
    HM_CACHE_DIR: folders.cache,
  };
}

async function renderAndSeal(
  app: App,
  revision: Revision,
  previous: Release | undefined,
  parts: Candidates,
): Promise<Release> {
  const { source, live, key, instance, pins } = parts;
  const environment = environmentOf(app, live.folders(app.name));
  const reads = await readsOfApp(app, revision, environment, source);
  await using scratch = await parts.scratch.create();
  const folders: TreeFolders = { scratch: scratch.path, live: live.folders(app.name).live };
  const jobs = jobNames(app, parts);
  const input = { app, revision, reads, environment, folders, profiles: profilesOf(app, jobs) };
  const rendered = await parts.engine.render(await exported(input, source));
  const unset = unsetWarnings(app, rendered);
  const model = withJobs(withAbsoluteProfiles(rendered.model, posix.join(folders.scratch, app.path)), app, jobs);
  refuseAlways(model);
  const objects = new Map([
    ...reads.objects,
    ...(await source.objects(app.repository, revision.commit, referenced(model, folders))),
  ]);
  const builds = buildsOf({ app, model, folders, objects, key });
  const pinned = await pins.pinAll(model, builds, previous);
  return seal({
    app,
    revision,
    model,
    folders,
    objects,
    pins: pinned.pins,
    builds,
    jobs,
    inputs: { objects: idsOf(objects), options: optionsOf(app, parts) },
    environment: neededEnvironment(model, reads.variables),
    warnings: [...unset, ...pinned.warnings],
    key,
    instance,
  });
}

interface RenderInput {
  readonly app: App;
  readonly revision: Revision;
  readonly reads: AppReads;
  readonly environment: Readonly<Record<string, string>>;
  readonly folders: TreeFolders;
  readonly profiles: readonly string[];
}

/** Writes what the rendering reads where the renderer may read it. */
async function exported(
  { app, revision, reads, environment, folders, profiles }: RenderInput,
  source: Tree,
): Promise<RenderRequest> {
  const present = [...reads.objects].filter(([, object]) => object !== undefined).map(([path]) => path);
  const inScratch = (path: string) => posix.join(folders.scratch, path);
  await source.export({
    repository: app.repository,
    commit: revision.commit,
    paths: present,
    target: folders.scratch,
    submodules: false,
  });
  return {
    project: app.project,
    directory: inScratch(app.path),
    files: reads.composeFiles.map(inScratch),
    envFile: reads.envFile === undefined ? undefined : inScratch(reads.envFile),
    profiles,
    environment,
  };
}

/** Compose's own hashes of the services as the revision declares them, before anything is sealed. */
export async function composeHashes(
  app: App,
  revision: Revision,
  parts: Parts,
): Promise<Readonly<Record<string, string>>> {
  const environment = environmentOf(app, parts.live.folders(app.name));
  const reads = await readsOfApp(app, revision, environment, parts.source);
  await using scratch = await parts.scratch.create();
  const folders: TreeFolders = { scratch: scratch.path, live: parts.live.folders(app.name).live };
  const input = { app, revision, reads, environment, folders, profiles: profilesOf(app, jobNames(app, parts)) };
  // Awaited here: the folder is gone when this function ends.
  return await parts.engine.hashes(await exported(input, parts.source));
}

function unsetWarnings(app: App, { unset }: Rendered): readonly string[] {
  if (unset.length > 0 && app.unsetVariables === 'error') {
    throw new HarborError(`${unset.length === 1 ? 'a variable is' : 'variables are'} not set: ${unset.join(', ')}`, {
      code: 'variable-unset',
      hint: `Set it under apps.${app.name}.environment, give it a default in the compose file (\${${unset[0]}:-value}), or let unset ones be empty: apps.${app.name}.unset_variables: warn`,
      cause: new UnsetVariables(unset),
    });
  }
  return unset.map((name) => `the variable ${name} is not set and counts as empty`);
}

function referenced(model: ComposeModel, folders: TreeFolders): readonly string[] {
  const paths = pathsOf(model).flatMap(({ path }) => treePath(path, folders) ?? []);
  return [...new Set([...paths, ...buildReads(model, folders)])];
}

const idsOf = (objects: ReadonlyMap<string, GitObject | undefined>): Record<string, string | null> =>
  Object.fromEntries([...objects].map(([path, object]) => [path, object?.id ?? null]));

/** Values of `secrets.environment` and `configs.environment`: Compose reads them only when it applies, so the release keeps them. */
function neededEnvironment(model: ComposeModel, environment: Readonly<Record<string, string>>): Record<string, string> {
  const names = [...Object.values(model.configs ?? {}), ...Object.values(model.secrets ?? {})].flatMap(
    (object) => object.environment ?? [],
  );
  const missing = names.find((name) => environment[name] === undefined);
  if (missing !== undefined) {
    throw new HarborError(`a secret or config is made from the variable ${missing}, which is not set`, {
      code: 'variable-unset',
      hint: `Set ${missing} under the app's \`environment\` in harbormaster.yml.`,
      cause: new UnsetVariables([missing]),
    });
  }
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? '']));
}
