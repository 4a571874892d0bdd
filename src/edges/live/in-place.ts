import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { isMissing, systemCode } from '../fs-errors.ts';
import { descend, type Folder } from './folder.ts';
import { lstatOf } from './placed.ts';
import type { WantedFile } from './wanted.ts';

/**
 * Writes into the file that has the name, for containers that mount this very file. The new content is written over the old one and then cut to its
 * length, so that nobody ever finds an empty file; who reads in that moment may find both. False if no ordinary file has the name.
 */
export async function writeInto(folder: Folder, name: string, { kind, source }: WantedFile): Promise<boolean> {
  if (kind === 'link') return false;
  const content = await readFile(source);
  await using file = await openFile(folder.at(name));
  if (file === undefined || !(await file.stat()).isFile()) return false;
  for (let at = 0; at < content.length; ) at += (await file.write(content, at, content.length - at, at)).bytesWritten;
  await file.truncate(content.length);
  await file.chmod(kind === 'executable' ? 0o755 : 0o644);
  await file.sync();
  return true;
}

/** Not through a link, and without waiting for the other end of a pipe. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  return open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    if (isMissing(error) || ['ELOOP', 'ENXIO', 'EISDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  });
}

/**
 * When the file at a path came to be: writing into it changes nothing about that, taking its place does. Milliseconds since the epoch; 0 where the file
 * system does not tell; undefined if no ordinary file is there.
 */
export async function placedAt(live: string, path: string): Promise<number | undefined> {
  try {
    await using folder = await descend(live, posix.dirname(path));
    const found = await lstatOf(folder, posix.basename(path));
    return found?.isFile() ? found.birthtimeMs : undefined;
  } catch (error) {
    if (isMissing(error) || ['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
