import { posix } from 'node:path';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { ComposeModel, ComposeService } from '../model/compose-model.ts';
import type { Hook } from '../model/hook.ts';
import type {
  Build,
  Inputs,
  MountedPath,
  Pin,
  Release,
  ReleaseNetwork,
  ReleaseService,
  ReleaseVolume,
} from '../model/release.ts';
import type { GitObject, Revision } from '../model/revision.ts';
import { mapPaths, mapValues, pathsOf, type TreeFolders, treePath, within } from './compose-paths.ts';
import { contentOf } from './content.ts';
import { canonical, hmac } from './digest.ts';
import { irreversibleLabel, labels } from './labels.ts';
import { awaitedJobs, describeService } from './release-service.ts';
import { essence } from './sealed-model.ts';

export interface SealInput {
  readonly app: App;
  readonly revision: Revision;
  /** As rendered in the scratch folder. */
  readonly model: ComposeModel;
  readonly folders: TreeFolders;
  /** What each referenced repository path is; undefined where it does not exist. */
  readonly objects: ReadonlyMap<string, GitObject | undefined>;
  /** By service. */
  readonly pins: ReadonlyMap<string, Pin>;
  readonly builds: readonly Build[];
  /** Services that only hooks and checks run. */
  readonly jobs: readonly string[];
  readonly inputs: Inputs;
  readonly environment: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly key: Uint8Array;
  readonly instance: string;
}

/** Keys of a service that say how Compose finds it, not what runs. */
const notSealed: readonly string[] = ['build', 'env_file', 'label_file', 'develop', 'pull_policy', 'profiles'];

/** Makes the release: images by digest, paths in `live/`, fingerprints and digests on every service. Pure. */
export function seal(input: SealInput): Release {
  const model = mapPaths(input.model, ({ path }) => liveSide(path, input.folders));
  const sealedNetworks = networks(model, input);
  const awaited = awaitedJobs(model);
  const services = Object.entries(model.services).map(([name, service]) =>
    sealService(name, service, { ...input, model, awaited }),
  );
  const compose = canonical({
    ...withoutExtensions(model),
    name: input.app.project,
    services: Object.fromEntries(services.map(({ service, sealed }) => [service.name, sealed])),
    ...(model.networks && { networks: labelNetworks(model, sealedNetworks, input) }),
  });
  const content = Object.fromEntries(services.map(({ service }) => [service.name, service.content]));
  const { jobs, hooks, kept } = roles(
    services.map(({ service }) => service),
    model,
    input,
  );
  return {
    digest: hmac(input.key, canonical({ compose, content, environment: input.environment, ...roleNames(jobs, hooks) })),
    app: input.app.name,
    project: input.app.project,
    revision: input.revision,
    services: kept,
    ...(jobs.length > 0 && { jobs }),
    ...(hooks.length > 0 && { hooks }),
    networks: sealedNetworks,
    volumes: volumes(model, input),
    builds: input.builds,
    mounts: mounts(input),
    inputs: input.inputs,
    compose,
    environment: input.environment,
    warnings: input.warnings,
  };
}

/** Which services are deployed, and which are only run. */
function roles(services: readonly ReleaseService[], { services: definitions }: ComposeModel, { app, jobs }: SealInput) {
  const isMarked = (service: string): boolean => definitions[service]?.labels?.[irreversibleLabel] === 'true';
  const changesData = (hook: Hook): boolean => hook.moment === 'pre_deploy' || hook.moment === 'post_deploy';
  return {
    kept: services.filter(({ name }) => !jobs.includes(name)),
    jobs: services.filter(({ name }) => jobs.includes(name)),
    hooks: app.hooks.map((hook) => ({
      ...hook,
      irreversible: hook.irreversible || (changesData(hook) && isMarked(hook.service)),
    })),
  };
}

/** Without hooks and checks nothing is added: releases from before there were any keep their digests. Another time limit makes no other release. */
const roleNames = (jobs: readonly ReleaseService[], hooks: readonly Hook[]): object =>
  jobs.length === 0
    ? {}
    : { jobs: jobs.map(({ name }) => name), hooks: hooks.map(({ moment, service }) => [moment, service]) };

function liveSide(path: string, { scratch, live }: TreeFolders): string {
  const inside = within(scratch, path);
  return inside === undefined ? path : posix.join(live, inside);
}

function sealService(
  name: string,
  rendered: ComposeService,
  input: SealInput & { readonly awaited: ReadonlySet<string> },
): { service: ReleaseService; sealed: ComposeService } {
  const pin = input.pins.get(name);
  if (pin === undefined) {
    throw new HarborError(`service ${name} has neither an image nor a build`, {
      code: 'compose-invalid',
      hint: 'Give the service an `image:` or a `build:` section.',
    });
  }
  const lasting = Object.entries(withoutExtensions(rendered)).filter(([key]) => !notSealed.includes(key));
  const bare: ComposeService = { ...Object.fromEntries(lasting), image: pin.pinned };
  const content = contentOf(name, input);
  const digest = hmac(input.key, canonical({ service: essence(bare, input.model), content }));
  const stamped = { [labels.instance]: input.instance, [labels.app]: input.app.name, [labels.digest]: digest };
  return {
    service: describeService({ name, service: bare, awaited: input.awaited, pin, digest, content }),
    sealed: { ...bare, labels: { ...bare.labels, ...stamped } },
  };
}

/** Extensions are other tools' and people's notes: a change of them changes nothing that runs. */
const withoutExtensions = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith('x-')));

const networks = (model: ComposeModel, { key, app }: SealInput): readonly ReleaseNetwork[] =>
  Object.entries(model.networks ?? {}).map(([name, definition]) => ({
    key: name,
    name: definition?.name ?? `${app.project}_${name}`,
    external: definition?.external === true,
    digest: hmac(key, canonical(definition && withoutExtensions(definition))),
  }));

function labelNetworks(model: ComposeModel, sealed: readonly ReleaseNetwork[], input: SealInput) {
  const digests = new Map(sealed.map(({ key, digest }) => [key, digest]));
  return mapValues(model.networks ?? {}, (definition, key) => {
    if (definition?.external === true) return definition;
    const digest = digests.get(key) ?? '';
    const stamped = { [labels.instance]: input.instance, [labels.app]: input.app.name, [labels.digest]: digest };
    return { ...definition, labels: { ...definition?.labels, ...stamped } };
  });
}

const volumes = (model: ComposeModel, { key, app }: SealInput): readonly ReleaseVolume[] =>
  Object.entries(model.volumes ?? {}).map(([name, definition]) => ({
    key: name,
    name: definition?.name ?? `${app.project}_${name}`,
    external: definition?.external === true,
    digest: hmac(key, canonical(definition && withoutExtensions(definition))),
  }));

function mounts({ model, folders, objects }: SealInput): readonly MountedPath[] {
  const found = new Map<string, MountedPath>();
  for (const { path: absolute } of pathsOf(model)) {
    const path = treePath(absolute, folders);
    const object = path === undefined ? undefined : objects.get(path);
    if (path !== undefined && object !== undefined) found.set(path, { path, object });
  }
  return [...found.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}
