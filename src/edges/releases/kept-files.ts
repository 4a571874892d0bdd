import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../durable.ts';
import { isMissing, systemCode } from '../fs-errors.ts';

/** Where the mounted files of the release in a folder are kept. The folder is there only when it is whole. */
export const keptFilesOf = (release: string): string => join(release, 'files');

export interface Filling {
  /** The release's folder. */
  readonly release: string;
  /** An unused name that nobody takes for anything, on the same file system. */
  readonly hidden: string;
  readonly fill: (folder: string) => Promise<void>;
}

/** The kept files of a release. If there are none yet, they are gathered out of sight, and show up when all of them are on the disk. */
export async function keptFiles({ release, hidden, fill }: Filling): Promise<string> {
  const kept = keptFilesOf(release);
  if (await isFolder(kept)) return kept;
  await mkdir(hidden, 0o700);
  try {
    await fill(hidden);
    await syncTree(hidden);
    await show(hidden, kept);
  } finally {
    await rm(hidden, { recursive: true, force: true });
  }
  await syncFolder(release);
  return kept;
}

/** Whoever comes second finds the same files in place, and drops its own. */
async function show(hidden: string, kept: string): Promise<void> {
  try {
    await rename(hidden, kept);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A power cut must not leave a file empty whose name is there. Links are names alone. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  await file.sync();
}
