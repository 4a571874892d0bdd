import { createHash } from 'node:crypto';
import { HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { run } from '../process.ts';
import { gitmodules } from './argv.ts';
import type { GitContext } from './context.ts';
import { localEnvironment } from './environment.ts';
import type { Mirror } from './mirror.ts';
import type { Snapshot } from './snapshot.ts';
import { printable } from './text.ts';
import { originOf, parseRemote, type Remote } from './url.ts';

/** URLs by path, as the commit's `.gitmodules` has them. */
export type SubmoduleUrls = ReadonlyMap<string, string>;

export async function submoduleUrls(
  mirror: Mirror,
  snapshot: Snapshot,
  { base, timeouts }: GitContext,
): Promise<SubmoduleUrls> {
  const entry = (await snapshot.tree(snapshot.root)).get('.gitmodules');
  if (entry?.kind !== 'file') return new Map();
  const { exitCode, stdout } = await run(gitmodules(entry.id), {
    env: localEnvironment(base, mirror.folder),
    cwd: '/',
    limit: timeouts.local,
  });
  if (exitCode === 0) return parseGitmodules(stdout.toString('utf8'));
  throw new HarborError('The file .gitmodules of the repository cannot be read', {
    code: 'tree-refused',
    hint: 'It must be in the form that `git submodule add` writes.',
  });
}

/** `submodule.<name>.<key>\n<value>\0`, over and over. */
export function parseGitmodules(list: string): SubmoduleUrls {
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const setting of list.split('\0')) {
    const { name, key, value } =
      /^submodule\.(?<name>.+)\.(?<key>path|url)\n(?<value>[\s\S]*)$/.exec(setting)?.groups ?? {};
    if (name !== undefined && key !== undefined) modules.set(name, { ...modules.get(name), [key]: value });
  }
  return new Map(
    [...modules.values()].flatMap(({ path, url }) =>
      path !== undefined && url !== undefined ? [[path, url] as const] : [],
    ),
  );
}

/**
 * The repository of a submodule, as its own mirror. A commit's author chose its address, not the host's owner: so it is either on the parent's server, and
 * gets the parent's credentials, or anywhere over https, and gets none. Throws `tree-refused` for all else.
 */
export function submoduleRepository(parent: Repository, path: string, url: string | undefined): Repository {
  if (url === undefined) throw refused(path, 'has no address in .gitmodules');
  const address = isRelative(url) ? joined(parent.url, url, path) : url;
  const remote = checked(path, address);
  const isNear = originOf(remote) === originOf(parseRemote(parent.url));
  if (!isNear && !(remote.kind === 'http' && remote.scheme === 'https'))
    throw refused(path, 'is on another server, and not over https');
  const digest = createHash('sha256').update(remote.url).digest('hex').slice(0, 16);
  return {
    // Below the parent's name: what one repository's credentials have fetched is not for another one to read.
    id: `${parent.id.slice(0, 150)}.sub-${digest}`,
    url: remote.url,
    credentials: isNear ? parent.credentials : { kind: 'none' },
    certificateAuthority: isNear ? parent.certificateAuthority : undefined,
  };
}

const isRelative = (url: string): boolean => url.startsWith('./') || url.startsWith('../');

/** As git-submodule(1) does it: each `../` takes one part off the parent's address. */
function joined(parent: string, relative: string, path: string): string {
  let base = parent.replace(/\/+$/, '');
  let rest = relative;
  while (isRelative(rest)) {
    if (rest.startsWith('../')) {
      const cut = Math.max(base.lastIndexOf('/'), base.includes('://') ? 0 : base.lastIndexOf(':'));
      if (cut <= 0 || base[cut - 1] === '/') throw refused(path, 'has a relative address that leads above its server');
      base = base[cut] === ':' ? base.slice(0, cut + 1) : base.slice(0, cut);
    }
    rest = rest.slice(rest.indexOf('/') + 1);
  }
  return base.endsWith(':') ? base + rest : `${base}/${rest}`;
}

function checked(path: string, address: string): Remote {
  try {
    return parseRemote(address);
  } catch (cause) {
    throw refused(
      path,
      `has an address that cannot be used${cause instanceof Error ? ` (${cause.message})` : ''}`,
      cause,
    );
  }
}

const refused = (path: string, what: string, cause?: unknown): HarborError =>
  new HarborError(`The submodule "${printable(path, 200)}" ${what}`, {
    code: 'tree-refused',
    hint: 'Submodules come from the same server as their repository, or from another one over https without credentials.',
    cause,
  });
