import { posix } from 'node:path';
import { isMissing, systemCode } from '../fs-errors.ts';
import { descend } from './folder.ts';
import type { TrackedFile } from './marker.ts';
import { isAsWritten, lookAt } from './placed.ts';

/** What stands at a path of `live/`, if it is the file that is expected there, with no link on the way to it. */
export async function standing(live: string, path: string, expected: TrackedFile): Promise<TrackedFile | undefined> {
  try {
    await using folder = await descend(live, posix.dirname(path));
    const name = posix.basename(path);
    if (!(await isAsWritten(folder, name, expected))) return undefined;
    return { ...expected, ...(await lookAt(folder, name)) };
  } catch (error) {
    if (isMissing(error) || isNoFolder(error)) return undefined;
    throw error;
  }
}

/** A link or a file is where a folder should be. */
const isNoFolder = (error: unknown): boolean => ['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '');
