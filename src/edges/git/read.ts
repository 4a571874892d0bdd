import { posix } from 'node:path';
import { HarborError } from '../../errors.ts';
import type { GitObject } from '../../model/revision.ts';
import { resolve } from './resolve.ts';
import type { Snapshot } from './snapshot.ts';
import { printable } from './text.ts';

/** What a path is, links followed. Whatever is inside a submodule is as much as the submodule's commit: that commit fixes it. */
export async function whatIs(snapshot: Snapshot, path: string): Promise<GitObject | undefined> {
  const found = await resolve(snapshot, path);
  if (found.kind === 'missing') return undefined;
  const type = found.kind === 'submodule' ? 'commit' : found.kind === 'folder' ? 'tree' : 'blob';
  const isLinked = found.path !== posix.normalize(path).replace(/(?<=.)\/$/, '');
  return { id: found.id, type, ...(isLinked && found.kind !== 'submodule' && { at: found.path }) };
}

/** Undefined for what is no file. Throws `tree-refused` for a file above the limit: half a file is worse than none. */
export async function readFile(snapshot: Snapshot, path: string, limit: number): Promise<Buffer | undefined> {
  const found = await resolve(snapshot, path);
  if (found.kind !== 'file' && found.kind !== 'program') return undefined;
  const content = await snapshot.blob(found.id, limit);
  if (content) return content;
  throw new HarborError(`"${printable(path, 200)}" in the repository is larger than ${limit} bytes`, {
    code: 'tree-refused',
    hint: 'Make it smaller, or split it.',
  });
}
