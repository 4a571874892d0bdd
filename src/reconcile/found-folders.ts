import { mapLimit } from '../core/concurrency.ts';
import { folderFile } from '../core/folder-file.ts';
import type { Discovery, FoundFolder } from '../model/configuration.ts';
import type { Source } from '../ports.ts';
import { decoded } from './decoded.ts';

/** Bytes of what a folder says of its app. */
const largestSettings = 64 * 1024;
/** So many folders are read at once. */
const together = 16;

/** The folders that a commit has there, each with what it says of itself. */
export async function foundFolders(
  { repository, search }: Pick<Discovery, 'repository' | 'search'>,
  commit: string,
  source: Pick<Source, 'find' | 'read'>,
): Promise<readonly FoundFolder[]> {
  const folders = new Map<string, string[]>();
  for (const path of await source.find(repository, commit, search)) {
    const cut = path.lastIndexOf('/');
    const folder = cut < 0 ? '.' : path.slice(0, cut);
    folders.set(folder, [...(folders.get(folder) ?? []), path.slice(cut + 1)]);
  }
  return mapLimit([...folders], together, async ([folder, files]) => {
    const path = folder === '.' ? folderFile : `${folder}/${folderFile}`;
    const bytes = await source.read(repository, commit, path, largestSettings);
    return { folder, files, ...(bytes && { settings: decoded(bytes, `${path} in ${repository.url}`) }) };
  });
}
