import { isMeant, mayHold } from '../../core/path-glob.ts';
import { HarborError } from '../../errors.ts';
import type { PathSearch } from '../../model/path-search.ts';
import type { Snapshot } from './snapshot.ts';

const mostFound = 1_000;
const mostFolders = 20_000;
const deepest = 16;

interface Folder {
  readonly id: string;
  readonly path: string;
}

/** Looks only where the patterns may lead. Folders that did not change since the last look cost nothing: they are known by their ids. */
export async function findFiles(snapshot: Snapshot, search: PathSearch): Promise<readonly string[]> {
  const found: string[] = [];
  const ahead: Folder[] = [{ id: snapshot.root, path: '' }];
  let folders = 0;
  for (let folder = ahead.pop(); folder; folder = ahead.pop()) {
    folders += 1;
    const { files, below } = await meantIn(folder, snapshot, search);
    found.push(...files);
    ahead.push(...below);
    if (folders > mostFolders || found.length > mostFound) throw tooMuch();
  }
  return found.sort();
}

async function meantIn({ id, path }: Folder, snapshot: Snapshot, search: PathSearch) {
  const entries = [...(await snapshot.tree(id))].map(([name, entry]) => ({
    ...entry,
    path: path === '' ? name : `${path}/${name}`,
  }));
  const isNear = path.split('/').length < deepest;
  return {
    files: entries
      .filter(({ kind }) => kind === 'file' || kind === 'program')
      .map((entry) => entry.path)
      .filter((file) => isMeant(search, file)),
    below: entries.filter((entry) => entry.kind === 'folder' && isNear && mayHold(search, entry.path)),
  };
}

const tooMuch = (): HarborError =>
  new HarborError(
    `the pattern means too much of the repository: more than ${mostFound} files, or ${mostFolders} folders to look into`,
    {
      code: 'tree-refused',
      hint: 'Make it narrower, or exclude folders.',
    },
  );
