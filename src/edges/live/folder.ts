import { constants, existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { systemCode } from '../fs-errors.ts';

/**
 * An open folder. What is reached through it stays in it, whatever happens to its path meanwhile: containers write into `live/`, and one that plants a
 * link must not lead us, who may be root, to another place.
 */
export interface Folder extends AsyncDisposable {
  /** Path of a name in it, good while it is open. */
  at(name: string): string;
  sync(): Promise<void>;
}

/** Linux reaches the entries of an open folder there, as with openat(2). */
const handles = '/proc/self/fd';
const anchored = existsSync(handles);

/** Throws ENOTDIR or ELOOP for whatever is no folder itself. */
async function openFolder(path: string): Promise<Folder> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const base = anchored ? `${handles}/${handle.fd}` : path;
  return {
    at: (name) => `${base}/${name}`,
    sync: () => handle.sync(),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** The folder that a path relative to `root` names, one step at a time and never through a link. Missing steps throw ENOENT, or are made. */
export async function descend(root: string, path: string, missing: 'throw' | 'make' = 'throw'): Promise<Folder> {
  let folder = await openFolder(root);
  for (const name of namesOf(path)) {
    await using above = folder;
    folder = await (missing === 'make' ? openOrMake(above.at(name)) : openFolder(above.at(name)));
  }
  return folder;
}

async function openOrMake(path: string): Promise<Folder> {
  try {
    return await openFolder(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  // Whatever the umask is: containers of any user read here.
  await mkdir(path);
  await using made = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await made.chmod(0o755);
  return openFolder(path);
}

/** The steps of a relative path; none for '.'. */
export const namesOf = (path: string): readonly string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.');
