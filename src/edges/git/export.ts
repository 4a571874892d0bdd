import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { HarborError } from '../../errors.ts';
import type { ExportRequest } from '../../ports.ts';
import { select } from './selection.ts';
import type { Snapshot } from './snapshot.ts';
import { printable } from './text.ts';
import type { TreeEntry } from './tree.ts';

export interface SubmoduleWish {
  /** Where it stands in the tree. */
  readonly path: string;
  readonly commit: string;
  /** Paths inside it; '.' for all of it. */
  readonly inside: readonly string[];
}

/** Bytes of all files of one export together. */
const mostBytes = 2 * 1024 ** 3;

/**
 * Writes paths of a commit below `target`, which stands for the repository's top folder. What is already there is replaced, file by file; a path that
 * the commit does not have is passed over. Gives the submodules that it met; their folders are made only if they are wanted.
 */
export async function writeOut(
  snapshot: Snapshot,
  { paths, target, submodules }: Wish,
): Promise<readonly SubmoduleWish[]> {
  const selection = await select(snapshot, paths);
  const makeFolders = folderMaker(target);
  const budget = byteBudget();
  makeFolders('.');
  for (const folder of selection.folders) makeFolders(folder);
  for (const [path, entry] of selection.files) {
    makeFolders(dirname(path));
    await writeFile(snapshot, entry, join(target, path), budget);
  }
  if (submodules) for (const path of selection.submodules.keys()) makeFolders(path);
  // Last, so that nothing of this export can be written through a link.
  for (const [path, link] of selection.links) {
    makeFolders(dirname(path));
    replacing(join(target, path), () => symlinkSync(link, join(target, path)));
  }
  return [...selection.submodules].map(([path, { commit, inside }]) => ({ path, commit, inside: [...inside] }));
}

type Wish = Pick<ExportRequest, 'paths' | 'target' | 'submodules'>;

type FolderMaker = (path: string) => void;

/** Makes folders one by one from the top, and takes none for a folder that is a link. */
function folderMaker(target: string): FolderMaker {
  const made = new Set<string>();
  const make: FolderMaker = (path) => {
    if (made.has(path)) return;
    if (path === '.') makeTarget(target);
    else {
      make(dirname(path));
      makeFolder(join(target, path));
    }
    made.add(path);
  };
  return make;
}

function makeTarget(path: string): void {
  try {
    if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o755);
  } catch (error) {
    throw notWritten(path, error);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
    // Readable for the unprivileged renderer, whatever our umask is.
    chmodSync(path, 0o755);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw notWritten(path, error);
    if (lstatSync(path).isDirectory()) return;
    throw new HarborError(`${path} cannot be made into a folder: something else stands there`, {
      code: 'tree-refused',
      hint: 'Export into an empty folder.',
      cause: error,
    });
  }
}

type Budget = (size: number) => void;

function byteBudget(): Budget {
  let left = mostBytes;
  return (size) => {
    left -= size;
    if (left >= 0) return;
    throw new HarborError(`The repository holds more than ${mostBytes} bytes to be written out`, {
      code: 'tree-refused',
      hint: 'Give the app a `path` with only what it needs.',
    });
  };
}

const createOnly = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Synchronous, chunk by chunk: for the many small files of a repository that takes a tenth of the time. */
async function writeFile(snapshot: Snapshot, { id, kind }: TreeEntry, path: string, budget: Budget): Promise<void> {
  const file = replacing(path, () => openSync(path, createOnly, 0o600));
  try {
    await snapshot.pour(id, (chunk) => writeAll(file, chunk), budget);
    fchmodSync(file, kind === 'program' ? 0o755 : 0o644);
  } catch (error) {
    throw notWritten(path, error);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
}

/** What stands there from an earlier export goes first; `create` itself never writes over or through anything. */
function replacing<T>(path: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw notWritten(path, error);
  }
  try {
    unlinkSync(path);
    return create();
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, cause: unknown): unknown {
  if (cause instanceof HarborError) return cause;
  const code = codeOf(cause);
  const name = printable(path, 200);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new HarborError(`${name} cannot be written: the disk is full`, {
      code: 'disk-full',
      hint: 'Make room.',
      cause,
    });
  if (code === 'ENAMETOOLONG')
    return new HarborError(`${name} has a name that is too long for this disk`, {
      code: 'tree-refused',
      hint: 'Shorten it in the repository.',
      cause,
    });
  if (code === undefined) return cause;
  return new HarborError(`${name} cannot be written (${code})`, {
    code: 'state-unwritable',
    hint: 'May Harbormaster write there?',
    cause,
  });
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
