import { readdir, rmdir, unlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { HarborError } from '../../errors.ts';
import { isMissing, systemCode } from '../fs-errors.ts';
import { descend, namesOf } from './folder.ts';
import { lstatOf } from './placed.ts';

/** What of ours stands where something of another type must go. */
export interface Obstacles {
  readonly files: readonly string[];
  /** Deepest first. */
  readonly folders: readonly string[];
}

export interface Ground {
  /** Absolute path of `live/`. */
  readonly live: string;
  isTracked(path: string): boolean;
}

const nothing: Obstacles = { files: [], folders: [] };

/** What must be taken away so that a file (or a folder) can be at `path`. Throws `tree-refused` where that would delete what we did not write. */
export async function obstaclesTo(path: string, as: 'file' | 'folder', ground: Ground): Promise<Obstacles> {
  const names = namesOf(path);
  for (const index of names.keys()) {
    const step = names.slice(0, index + 1).join('/');
    await using above = await descend(ground.live, posix.dirname(step));
    const found = await lstatOf(above, posix.basename(step));
    if (found === undefined) return nothing;
    const last = index === names.length - 1;
    if (last && as === 'file') return found.isDirectory() ? below(path, ground) : nothing;
    if (found.isDirectory()) continue;
    if (!ground.isTracked(step)) throw refused(step, 'a file', 'a folder', ground);
    return { files: [step], folders: [] };
  }
  return nothing;
}

/** Everything in a folder, and itself: all of it must be ours. */
async function below(path: string, ground: Ground): Promise<Obstacles> {
  await using folder = await descend(ground.live, path);
  const inside: Obstacles[] = [];
  for (const entry of await readdir(folder.at('.'), { withFileTypes: true })) {
    const member = posix.join(path, entry.name);
    if (entry.isDirectory()) inside.push(await below(member, ground));
    else if (ground.isTracked(member)) inside.push({ files: [member], folders: [] });
    else throw refused(path, `a folder with ${member}, which Harbormaster did not write`, 'a file', ground);
  }
  return { files: inside.flatMap(({ files }) => files), folders: [...inside.flatMap(({ folders }) => folders), path] };
}

const refused = (path: string, found: string, declared: string, { live }: Ground): HarborError =>
  new HarborError(`Git declares ${declared} at ${path}, but there is ${found}; it is not overwritten`, {
    code: 'tree-refused',
    hint: `Move it away: ${posix.join(live, path)}`,
  });

export async function clear({ files, folders }: Obstacles, live: string): Promise<void> {
  for (const path of files) await removeFile(live, path);
  for (const path of folders) await removeFolder(live, path);
}

export async function removeFile(live: string, path: string): Promise<void> {
  await using folder = await descend(live, posix.dirname(path));
  await unlink(folder.at(posix.basename(path))).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

/** Returns whether it is gone: a folder that is not empty stays. */
export async function removeFolder(live: string, path: string): Promise<boolean> {
  await using above = await descend(live, posix.dirname(path));
  try {
    await rmdir(above.at(posix.basename(path)));
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}
