import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readFile, readlink, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.ts';
import { isMissing } from '../fs-errors.ts';
import type { Folder } from './folder.ts';
import type { TrackedFile } from './marker.ts';
import type { WantedFile } from './wanted.ts';

type Look = Omit<TrackedFile, 'content' | 'release'>;

/** What a name in a folder is; undefined if it is not there, or nothing that we would have written. */
export async function lookAt(folder: Folder, name: string): Promise<Look | undefined> {
  const found = await lstatOf(folder, name);
  const kind = found && kindOf(found);
  return found && kind && { kind, size: found.size, changed: found.ctimeMs, inode: found.ino };
}

export async function lstatOf(folder: Folder, name: string): Promise<Stats | undefined> {
  return lstat(folder.at(name)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function kindOf(found: Stats): TrackedFile['kind'] | undefined {
  if (found.isSymbolicLink()) return 'link';
  if (!found.isFile()) return undefined;
  return (found.mode & 0o100) === 0 ? 'file' : 'executable';
}

/** Whether a file is still what was written; read only if it was touched since. */
export async function isAsWritten(folder: Folder, name: string, written: TrackedFile): Promise<boolean> {
  const look = await lookAt(folder, name);
  if (look === undefined || look.kind !== written.kind) return false;
  const untouched = look.size === written.size && look.changed === written.changed && look.inode === written.inode;
  return untouched || (await contentAt(folder, name, look.kind)) === written.content;
}

export async function contentAt(folder: Folder, name: string, kind: TrackedFile['kind']): Promise<string> {
  if (kind === 'link') return sha256(await readlink(folder.at(name)));
  await using file = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return sha256(await file.readFile());
}

/**
 * Puts a file into a folder in one stroke, whatever had the name. It is made in `staging`, which no container sees, on the same file system.
 * A container that mounts this one file keeps the old content until it is replaced, as it will be, since its digest changed.
 */
export async function place(
  folder: Folder,
  name: string,
  { kind, source }: WantedFile,
  staging: string,
): Promise<void> {
  const fresh = join(staging, randomBytes(8).toString('hex'));
  if (kind === 'link') await symlink(await readlink(source), fresh);
  else await writeThrough(fresh, await readFile(source), kind === 'executable' ? 0o755 : 0o644);
  await rename(fresh, folder.at(name));
}

async function writeThrough(path: string, content: Buffer, mode: number): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  // Whatever the umask is.
  await file.chmod(mode);
  await file.writeFile(content);
  await file.sync();
}
