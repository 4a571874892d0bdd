import type { ForgeKind } from '../model/forge.ts';
import { placeOf } from './same-repository.ts';

export const forgeKinds = ['github', 'gitlab', 'gitea', 'forgejo'] as const satisfies readonly ForgeKind[];

/** Where the forge is that everybody means who names no other; Gitea and Forgejo are everywhere. */
export const usualForges: Readonly<Partial<Record<ForgeKind, string>>> = {
  github: 'https://github.com',
  gitlab: 'https://gitlab.com',
};

/** Other names by which Git reaches them, e.g. through a proxy that lets only port 443 pass. */
const aliases: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
};

/** Where programs ask a forge, from where people look at it. */
export function apiOf(kind: ForgeKind, web: string): string {
  const base = web.replace(/\/+$/, '');
  if (kind === 'github') return base === usualForges.github ? 'https://api.github.com' : `${base}/api/v3`;
  return kind === 'gitlab' ? `${base}/api/v4` : `${base}/api/v1`;
}

/** A repository's path at a forge, as `team/shop`, by its Git URL; undefined: it is not there. `hosts`: further names of the forge's host. */
export function repositoryAt(web: string, hosts: readonly string[], gitUrl: string): string | undefined {
  const { hostname, pathname } = new URL(web);
  const [host = '', ...rest] = placeOf(gitUrl).split('/');
  const isThere = [hostname, ...hosts].some((name) => name.toLowerCase() === (aliases[host] ?? host));
  const below = pathname.replace(/^\/+|\/+$/g, '');
  const path = rest.join('/');
  // Over HTTP the forge may live below a path, over SSH it never does.
  const own = below !== '' && path.startsWith(`${below}/`) ? path.slice(below.length + 1) : path;
  return isThere && /^[^/]+(?:\/[^/]+)+$/.test(own) ? own : undefined;
}
