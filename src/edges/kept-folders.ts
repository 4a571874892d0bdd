import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptFolder } from '../model/orphan.ts';
import type { KeptFolders } from '../ports.ts';
import { isMissing } from './fs-errors.ts';

const kinds: readonly KeptFolder['kind'][] = ['data', 'cache', 'live', 'releases'];

/** So many files and folders are counted in one folder; more would keep somebody waiting. */
const most = 20_000;

interface KeptFoldersOptions {
  /** Of all apps: `<directory>/<app>/data` and so on. */
  readonly directory: string;
}

/** Empty folders are nothing that is kept. */
export function keptFolders({ directory }: KeptFoldersOptions): KeptFolders {
  return {
    async list() {
      const found: KeptFolder[] = [];
      for (const { name: home } of (await entriesIn(directory)).filter((entry) => entry.isDirectory())) {
        for (const kind of kinds) {
          const path = join(directory, home, kind);
          if ((await entriesIn(path)).length > 0) found.push({ home, kind, path, bytes: await sizeOf(path) });
        }
      }
      return found;
    },
  };
}

/** What the files in a folder take, without following links. */
async function sizeOf(root: string): Promise<number | undefined> {
  let bytes = 0;
  let count = 0;
  const pending = [root];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const entry of await entriesIn(path)) {
      count += 1;
      if (count > most) return undefined;
      const child = join(path, entry.name);
      if (entry.isDirectory()) pending.push(child);
      else bytes += await lstat(child).then(({ size }) => size, goneIsNothing);
    }
  }
  return bytes;
}

function goneIsNothing(error: unknown): number {
  if (isMissing(error)) return 0;
  throw error;
}

async function entriesIn(path: string): Promise<readonly Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
