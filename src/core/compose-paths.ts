import { posix } from 'node:path';
import type { ComposeModel, ComposeService } from '../model/compose-model.ts';

/** What a path of the model is for. */
export type PathUse = 'mount' | 'config' | 'secret' | 'volume' | 'seccomp' | 'credential-spec';

export interface PathField {
  readonly use: PathUse;
  /** Service, config, secret or volume that names it. */
  readonly owner: string;
  readonly path: string;
}

type Rewrite = (field: PathField) => string;

/**
 * A copy of the model in which every typed path field that outlives the build went through `rewrite`. Text elsewhere that looks like a path is left
 * alone. A rendering writes each `$` twice; `rewrite` sees and returns paths as they are on disk.
 */
export function mapPaths(model: ComposeModel, rewrite: Rewrite): ComposeModel {
  const onDisk: Rewrite = (field) => doubled(rewrite({ ...field, path: undoubled(field.path) }));
  return {
    ...model,
    services: mapValues(model.services, (service, name) => mapService(service, name, onDisk)),
    ...(model.configs && {
      configs: mapValues(model.configs, (file, owner) => mapFile(file, { use: 'config', owner }, onDisk)),
    }),
    ...(model.secrets && {
      secrets: mapValues(model.secrets, (file, owner) => mapFile(file, { use: 'secret', owner }, onDisk)),
    }),
    ...(model.volumes && { volumes: mapValues(model.volumes, (volume, owner) => mapVolume(volume, owner, onDisk)) }),
  };
}

/** Every typed path of the model. */
export function pathsOf(model: ComposeModel): readonly PathField[] {
  const found: PathField[] = [];
  mapPaths(model, (field) => {
    found.push(field);
    return field.path;
  });
  return found;
}

function mapService(service: ComposeService, owner: string, rewrite: Rewrite): ComposeService {
  const copy = { ...service };
  if (service.volumes) {
    copy.volumes = service.volumes.map((mount) =>
      mount.type === 'bind' && mount.source !== undefined
        ? { ...mount, source: rewrite({ use: 'mount', owner, path: mount.source }) }
        : mount,
    );
  }
  const spec = service['credential_spec'];
  if (isRecord(spec) && typeof spec['file'] === 'string') {
    copy['credential_spec'] = { ...spec, file: rewrite({ use: 'credential-spec', owner, path: spec['file'] }) };
  }
  const options = service['security_opt'];
  if (Array.isArray(options)) {
    copy['security_opt'] = options.map((option) =>
      mapProfile(option, (path) => rewrite({ use: 'seccomp', owner, path })),
    );
  }
  return copy;
}

/** `seccomp:profile.json`; Compose reads the file itself, when it applies. */
const profile = /^(?<key>seccomp[:=])(?!unconfined$|builtin$)(?<path>.+)$/s;

function mapProfile(option: unknown, change: (path: string) => string): unknown {
  const found = typeof option === 'string' ? profile.exec(option)?.groups : undefined;
  return found?.['path'] === undefined ? option : `${found['key']}${change(found['path'])}`;
}

/** Compose leaves the paths of seccomp profiles as they are written, to be found from wherever the file is applied: here they are made absolute. */
export function withAbsoluteProfiles(model: ComposeModel, directory: string): ComposeModel {
  return mapPaths(model, ({ use, path }) => (use === 'seccomp' ? posix.resolve(directory, path) : path));
}

function mapFile<F extends { file?: string }>(object: F, about: Omit<PathField, 'path'>, rewrite: Rewrite): F {
  return object.file === undefined ? object : { ...object, file: rewrite({ ...about, path: object.file }) };
}

type Volume = NonNullable<NonNullable<ComposeModel['volumes']>[string]>;

function mapVolume(volume: Volume | null, owner: string, rewrite: Rewrite): Volume | null {
  const device = volume?.driver_opts?.['device'];
  if (volume === null || device === undefined || !device.startsWith('/')) return volume;
  return { ...volume, driver_opts: { ...volume.driver_opts, device: rewrite({ use: 'volume', owner, path: device }) } };
}

const doubled = (path: string): string => path.replaceAll('$', () => '$$');
/** What a rendering wrote with each `$` doubled, as it is meant. */
export const undoubled = (text: string): string => text.replaceAll('$$', () => '$');

export function mapValues<V, W>(
  record: Readonly<Record<string, V>>,
  change: (value: V, key: string) => W,
): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `path` as seen from the folder `root`: '.' for the folder itself, undefined outside of it. Both absolute and normalised. */
export function within(root: string, path: string): string | undefined {
  if (path === root) return '.';
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

export interface TreeFolders {
  /** Where the candidate was exported for rendering. */
  readonly scratch: string;
  /** Where containers will find the same paths. */
  readonly live: string;
}

/** The repository path that an absolute path of a rendered model means; undefined outside of the repository. */
export const treePath = (path: string, { scratch, live }: TreeFolders): string | undefined =>
  within(scratch, path) ?? within(live, path);
