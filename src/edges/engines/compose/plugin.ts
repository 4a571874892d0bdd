import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { HarborError } from '../../../errors.ts';
import { type FenceFound, findFence } from './fence.ts';

export interface PluginPlaces {
  /** A path that the operator gave: then no other is looked for. */
  readonly explicit: string | undefined;
  /** Folder of Docker's client configuration. */
  readonly dockerConfig: string;
  /** The operator's PATH. */
  readonly searchPath: string;
}

/** Source: https://github.com/docker/cli/blob/master/cli-plugins/manager/manager_unix.go */
const systemFolders = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'] as const;

/** Where Compose may be, in Docker's order. */
export function pluginCandidates({ explicit, dockerConfig, searchPath }: PluginPlaces): readonly string[] {
  if (explicit !== undefined) return [explicit];
  const plugins = [dockerConfig, ...systemFolders.map((folder) => `${folder}/docker`)];
  return [
    ...plugins.map((folder) => join(folder, 'cli-plugins', 'docker-compose')),
    ...searchPath.split(':').flatMap((folder) => (folder.startsWith('/') ? [join(folder, 'docker-compose')] : [])),
  ];
}

export interface Plugin {
  readonly path: string;
  /** E.g. `2.26.1`. */
  readonly version: string;
  /** Behind which it can render. */
  readonly fence: FenceFound;
}

/** Asks each for its version behind the best fence: one start of it tells both. Throws `tool-missing`, also where there is only the first, Python Compose. */
export async function findPlugin(places: PluginPlaces): Promise<Plugin> {
  const outdated: string[] = [];
  for (const path of pluginCandidates(places)) {
    if (!(await isExecutable(path))) continue;
    const fence = await findFence([path, 'version', '--short']);
    const version = fence.output?.trim().replace(/^v/, '');
    if (version !== undefined && !version.startsWith('1.')) return { path, version, fence };
    outdated.push(path);
  }
  throw new HarborError(
    outdated.length > 0 ? `${outdated.join(', ')} is not Docker Compose v2` : 'Docker Compose is not installed',
    { code: 'tool-missing', hint: 'Install the Compose plugin: https://docs.docker.com/compose/install/linux/' },
  );
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
