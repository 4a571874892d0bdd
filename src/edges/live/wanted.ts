import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { sha256 } from '../../core/digest.ts';
import { HarborError } from '../../errors.ts';
import type { MountedPath } from '../../model/release.ts';
import { isMissing } from '../fs-errors.ts';
import { namesOf } from './folder.ts';
import type { TrackedFile } from './marker.ts';

/** A file as an exported tree has it. */
export interface WantedFile {
  readonly kind: TrackedFile['kind'];
  /** Absolute path in the exported tree. */
  readonly source: string;
}

export interface Wanted {
  /** By path relative to the tree. */
  readonly files: ReadonlyMap<string, WantedFile>;
  /** Folders that are mounted themselves: they must be there even when they are empty. */
  readonly folders: ReadonlySet<string>;
}

/** What the mounted paths need of an exported tree. A mounted link brings along what it leads to, since the engine follows it on the host. */
export async function wantedOf(tree: string, mounts: readonly MountedPath[]): Promise<Wanted> {
  const wanted = { files: new Map<string, WantedFile>(), folders: new Set<string>() };
  for (const { path, object } of mounts)
    await collect({ tree, wanted, mount: path, submodule: object.type === 'commit' }, path, 0);
  return wanted;
}

interface Collection {
  readonly tree: string;
  readonly wanted: { readonly files: Map<string, WantedFile>; readonly folders: Set<string> };
  readonly mount: string;
  /** Not written unless the app asks for submodules: then the folder is empty. */
  readonly submodule: boolean;
}

const mostLinks = 40;

async function collect(collection: Collection, path: string, links: number): Promise<void> {
  const { tree, wanted, mount } = collection;
  const names = namesOf(path);
  if (names.includes('..') || links > mostLinks) throw outside(mount);
  for (const index of names.keys()) {
    const above = names.slice(0, index + 1).join('/');
    const target = await linkTarget(join(tree, above));
    if (target === undefined) continue;
    if (target.startsWith('/')) throw outside(mount);
    wanted.files.set(above, { kind: 'link', source: join(tree, above) });
    return collect(collection, posix.join(posix.dirname(above), target, ...names.slice(index + 1)), links + 1);
  }
  await collectTree(collection, names.join('/'));
}

async function collectTree({ tree, wanted, mount, submodule }: Collection, path: string): Promise<void> {
  const found = await lstat(join(tree, path)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (found === undefined && !submodule) {
    throw new HarborError(`${mount} is mounted, but the exported revision does not have it`, { code: 'bug' });
  }
  if (found === undefined || found.isDirectory()) wanted.folders.add(path);
  if (found?.isDirectory()) await collectFolder(tree, path, wanted.files);
  if (found?.isFile()) wanted.files.set(path, { kind: kindOf(found.mode), source: join(tree, path) });
}

async function collectFolder(tree: string, folder: string, files: Map<string, WantedFile>): Promise<void> {
  for (const entry of await readdir(join(tree, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    const source = join(tree, path);
    if (entry.isDirectory()) await collectFolder(tree, path, files);
    else if (entry.isSymbolicLink()) files.set(path, { kind: 'link', source });
    else if (entry.isFile()) files.set(path, { kind: kindOf((await lstat(source)).mode), source });
  }
}

const kindOf = (mode: number): 'file' | 'executable' => ((mode & 0o100) === 0 ? 'file' : 'executable');

async function linkTarget(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}

/** SHA-256 of a file's content, or of what a link says. */
export const contentOf = async ({ kind, source }: WantedFile): Promise<string> =>
  sha256(kind === 'link' ? await readlink(source) : await readFile(source));

const outside = (mount: string): HarborError =>
  new HarborError(`the mounted path ${mount} leads out of the repository`, {
    code: 'tree-refused',
    hint: 'Mount a path inside the repository, or replace the link by what it leads to.',
  });
