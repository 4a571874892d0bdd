import { readlink } from 'node:fs/promises';
import { posix } from 'node:path';

/** As many links as the kernel follows. */
const mostLinks = 40;

/** Where paths lead when links in them are followed, as the engine follows them; only those that lead elsewhere. */
export async function leads(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const linkAt = linksSeenOnce();
  const found = await Promise.all(
    [...new Set(paths)].map(async (path): Promise<readonly [string, string]> => [path, await follow(path, linkAt)]),
  );
  return new Map(found.filter(([path, real]) => path !== real));
}

/** A link that leads nowhere is followed, too: its target may exist a moment later. One that leads to itself could be anything. */
async function follow(path: string, linkAt: LinkAt): Promise<string> {
  let left = namesOf(path);
  let at = '/';
  for (let links = 0; left.length > 0; ) {
    const [name = '', ...rest] = left;
    left = rest;
    if (name === '..') at = posix.dirname(at);
    if (name === '..') continue;
    const next = at === '/' ? `/${name}` : `${at}/${name}`;
    const target = await linkAt(next);
    if (target === undefined) at = next;
    else if (++links > mostLinks) return '/';
    else {
      left = [...namesOf(target), ...rest];
      if (target.startsWith('/')) at = '/';
    }
  }
  return at;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

/** The target of the link at a path; undefined if there is none. */
type LinkAt = (path: string) => Promise<string | undefined>;

/** Thousands of paths share their folders. */
function linksSeenOnce(): LinkAt {
  const seen = new Map<string, Promise<string | undefined>>();
  return (path) => {
    const known = seen.get(path) ?? readlink(path).catch(() => undefined);
    seen.set(path, known);
    return known;
  };
}
