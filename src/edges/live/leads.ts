import { readlink } from 'node:fs/promises';
import { posix } from 'node:path';

/** As many links as the kernel follows. */
const mostLinks = 40;

/** Where paths lead when links in them are followed, as the engine follows them; only those that lead elsewhere. */
export async function leads(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    [...new Set(paths)].map(async (path): Promise<readonly [string, string]> => [path, await follow(path)]),
  );
  return new Map(found.filter(([path, real]) => path !== real));
}

/** A link that leads nowhere is followed, too: its target may exist a moment later. One that leads to itself could be anything. */
async function follow(path: string): Promise<string> {
  let left = namesOf(path);
  let at = '/';
  for (let links = 0; left.length > 0; ) {
    const [name = '', ...rest] = left;
    left = rest;
    if (name === '..') at = posix.dirname(at);
    if (name === '..') continue;
    const target = await linkAt(posix.join(at, name));
    if (target === undefined) at = posix.join(at, name);
    else if (++links > mostLinks) return '/';
    else {
      left = [...namesOf(target), ...rest];
      if (target.startsWith('/')) at = '/';
    }
  }
  return at;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

const linkAt = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined);
