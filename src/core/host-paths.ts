import { posix } from 'node:path';
import type { ComposeModel, ComposeService } from '../model/compose-model.ts';
import type { Policy } from '../model/policy.ts';
import { isRecord, pathsOf, undoubled } from './compose-paths.ts';

export interface HostPath {
  /** Absolute, normalised. */
  readonly path: string;
  readonly readOnly: boolean;
  readonly through: string;
}

/** Every path of the host that a service can reach: binds, named volumes that are binds in disguise, files that Compose or the engine reads for it. */
export function hostPathsOf(service: ComposeService, model: ComposeModel): readonly HostPath[] {
  return [
    ...mounts(service, model),
    ...granted(service, model, 'configs'),
    ...granted(service, model, 'secrets'),
    ...profiles(service),
    ...loggers(service),
  ];
}

function mounts(service: ComposeService, model: ComposeModel): readonly HostPath[] {
  return (service.volumes ?? []).flatMap(({ type, source, read_only }): readonly HostPath[] => {
    if (source === undefined) return [];
    const readOnly = read_only === true;
    if (type === 'bind') return [{ path: onHost(source), readOnly, through: 'a bind mount' }];
    const options = type === 'volume' ? model.volumes?.[source]?.driver_opts : undefined;
    return foldersOf(options ?? {}).map((path) => ({ path, readOnly, through: `the volume ${source}` }));
  });
}

/** File systems whose device is another machine, or none. */
const elsewhere = /^(nfs4?|cifs|smb3|tmpfs)$/;

/** The local volume driver mounts whatever its options say; a path without a leading slash is found from the engine's own folder, the top. */
function foldersOf({ type = 'none', device = '', o = '' }: Readonly<Record<string, string>>): readonly string[] {
  const options = o.split(',').map((option) => option.trim());
  const isBind = options.some((option) => option === 'bind' || option === 'rbind');
  if (elsewhere.test(type) && !isBind) return [];
  const layers = options.flatMap(
    (option) => /^(?:lowerdir|upperdir|workdir)=(.*)$/.exec(option)?.[1]?.split(':') ?? [],
  );
  const named = type === 'overlay' ? layers : [device, ...layers];
  return named.filter((path) => path !== '').map(onHost);
}

function granted(service: ComposeService, model: ComposeModel, kind: 'configs' | 'secrets'): readonly HostPath[] {
  return (service[kind] ?? []).flatMap(({ source }): readonly HostPath[] => {
    const file = model[kind]?.[source]?.file;
    return file === undefined
      ? []
      : [{ path: onHost(file), readOnly: true, through: `the ${kind.slice(0, -1)} ${source}` }];
  });
}

function profiles(service: ComposeService): readonly HostPath[] {
  return pathsOf({ name: '', services: { it: { security_opt: service['security_opt'] } } })
    .filter(({ use }) => use === 'seccomp')
    .map(({ path }) => ({ path: posix.resolve('/', path), readOnly: true, through: 'its seccomp profile' }));
}

/** Sockets and certificates that the engine opens to write a container's log: `unixgram:///dev/log`, `/etc/ssl/ca.pem`. */
function loggers(service: ComposeService): readonly HostPath[] {
  const logging = service['logging'];
  const options = isRecord(logging) && isRecord(logging['options']) ? Object.values(logging['options']) : [];
  return options.flatMap((value): readonly HostPath[] => {
    const path = typeof value === 'string' ? /^(?:unix(?:gram|packet)?:\/\/)?(\/.*)$/s.exec(value)?.[1] : undefined;
    return path === undefined ? [] : [{ path: onHost(path), readOnly: false, through: 'its log driver' }];
  });
}

export const onHost = (path: string): string => posix.resolve('/', undoubled(path));

const sockets = ['docker.sock', 'containerd.sock', 'podman.sock', 'crio.sock', 'buildkitd.sock'];

/** The socket itself, in whichever folder. Folders that contain it are ordinary host paths, and denied as such. */
export const isSocketPath = (path: string): boolean => sockets.includes(posix.basename(path));

/** Whether `path` is `folder` or lies in it. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);

/** Whether a path is in one of these folders, and leads to nowhere outside of them. */
export const staysIn = (folders: readonly string[], path: string, real: (path: string) => string): boolean =>
  folders.some((folder) => isWithin(folder, path)) && folders.some((folder) => isWithin(real(folder), real(path)));

/** Whether an entry such as `/srv` or `/srv:ro` covers a path. */
export function permits(entry: string, { path, readOnly }: Pick<HostPath, 'path' | 'readOnly'>): boolean {
  const onlyReading = entry.endsWith(':ro');
  return isWithin(pathOfEntry(entry), path) && (readOnly || !onlyReading);
}

/** What must be followed before a model is judged: what its services reach, and what the host's owner named. */
export const pathsToFollow = (model: ComposeModel, { general, own }: Policy): readonly string[] => [
  ...Object.values(model.services).flatMap((service) => hostPathsOf(service, model).map(({ path }) => path)),
  ...[...general.host_binds, ...(own.host_binds ?? [])].map(pathOfEntry),
];

/** `/srv/:ro` → `/srv`. */
export const pathOfEntry = (entry: string): string => entry.replace(/:(ro|rw)$/, '').replace(/(?<=.)\/+$/, '');
