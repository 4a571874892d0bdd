import { posix } from 'node:path';
import { isRecord, pathsOf, undoubled } from '../core/compose-paths.ts';
import type { ComposeModel, ComposeService } from '../model/compose-model.ts';

export interface HostPath {
  /** Absolute, normalised. */
  readonly path: string;
  readonly readOnly: boolean;
  readonly through: string;
}

/** Every path of the host that a service can reach: binds, devices, named volumes that are binds in disguise, and files that Compose reads for it. */
export function hostPathsOf(service: ComposeService, model: ComposeModel): readonly HostPath[] {
  return [
    ...mounts(service, model),
    ...devices(service),
    ...granted(service, model, 'configs'),
    ...granted(service, model, 'secrets'),
    ...profiles(service),
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
  const options = o.split(',');
  const isBind = options.some((option) => option === 'bind' || option === 'rbind');
  if (elsewhere.test(type) && !isBind) return [];
  const layers = options.flatMap(
    (option) => /^(?:lowerdir|upperdir|workdir)=(.*)$/.exec(option)?.[1]?.split(':') ?? [],
  );
  const named = type === 'overlay' ? layers : [device, ...layers];
  return named.filter((path) => path !== '').map(onHost);
}

/** `devices` of a rendering are objects, or text as `/dev/sda:/dev/sda:r`. Names without a slash at the front are not paths of the host. */
function devices(service: ComposeService): readonly HostPath[] {
  const entries: readonly unknown[] = Array.isArray(service['devices']) ? service['devices'] : [];
  return entries.flatMap((entry): readonly HostPath[] => {
    const [source, , permissions = 'rwm'] = isRecord(entry)
      ? [entry['source'], entry['target'], entry['permissions']]
      : String(entry).split(':');
    if (typeof source !== 'string' || !source.startsWith('/')) return [];
    return [{ path: onHost(source), readOnly: permissions === 'r', through: 'a device' }];
  });
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

const onHost = (path: string): string => posix.resolve('/', undoubled(path));

const sockets = ['docker.sock', 'containerd.sock', 'podman.sock'];

/** The socket itself, under either of its usual folders. Folders that contain it are ordinary host paths, and denied as such. */
export const isSocketPath = (path: string): boolean => sockets.includes(posix.basename(path));

/** Whether `path` is `folder` or lies in it. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
