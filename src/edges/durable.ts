import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing, systemCode } from './fs-errors.ts';

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync();
}

/** Writes a file that must not exist yet, through to the disk. */
export async function writeNew(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  await file.writeFile(content);
  await file.sync();
}

/** Puts a file in place whole or not at all: readers see the old or the new content, never a part. */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const beside = besideOf(path);
  try {
    await writeNew(beside, content, mode);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** An unused name in the same folder. */
export const besideOf = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.tmp`;

/** With its parents, open to the owner alone, and still there after a power cut. Not `mkdir` with `recursive`: below a place that takes no folders, such as /proc, that never returns. */
export async function makeFolder(path: string): Promise<void> {
  const make = async (): Promise<void> => {
    await mkdir(path, 0o700);
    // A parent that we may not read is not ours to look after.
    await syncFolder(dirname(path)).catch((error: unknown) => {
      if (systemCode(error) !== 'EACCES') throw error;
    });
  };
  try {
    await make().catch(async (error: unknown) => {
      if (!isMissing(error) || dirname(path) === path) throw error;
      await makeFolder(dirname(path));
      await make();
    });
  } catch (error) {
    const there = systemCode(error) === 'EEXIST' && (await stat(path)).isDirectory();
    if (!there) throw error;
  }
}
