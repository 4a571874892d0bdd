import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isWithin } from '../../core/host-paths.ts';
import { HarborError } from '../../errors.ts';
import type { GitObject } from '../../model/revision.ts';
import type { Source } from '../../ports.ts';
import { leads } from '../live/leads.ts';

/** A working tree on disk in place of a commit: for looking at what is not committed yet. Paths that lead out of it throw `tree-refused`. */
export function folderSource(root: string): Pick<Source, 'objects' | 'read' | 'export'> {
  const inside = (path: string): Promise<string> => staying(root, path);
  return {
    async objects(_repository, _commit, paths) {
      const found = await Promise.all(paths.map(async (path) => [path, await objectAt(await inside(path))] as const));
      return new Map(found);
    },
    async read(_repository, _commit, path, limit) {
      const file = await inside(path);
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) return undefined;
      if (found.size <= limit) return readFile(file);
      throw new HarborError(`${path} is larger than ${limit} bytes`, {
        code: 'tree-refused',
        hint: 'Make it smaller, or split it.',
      });
    },
    async export({ paths, target }) {
      for (const path of paths) {
        const file = await inside(path);
        if (!(await stat(file)).isFile()) continue;
        await makeFolders(target, dirname(path));
        await copyFile(file, join(target, path));
        // Readable for the unprivileged renderer.
        await chmod(join(target, path), 0o644);
      }
    },
  };
}

async function staying(root: string, path: string): Promise<string> {
  const file = join(root, path);
  const ways = await leads([root, file]);
  const [top, real] = [ways.get(root) ?? root, ways.get(file) ?? file];
  if (isWithin(top, real)) return real;
  throw new HarborError(`${path} leads out of the repository, to ${real}`, {
    code: 'tree-refused',
    hint: 'Replace the link by what it leads to.',
  });
}

/** Its id is only good for telling whether it is there. */
async function objectAt(file: string): Promise<GitObject | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const id = createHash('sha1').update(`${file} ${found.size} ${found.mtimeMs}`).digest('hex');
  return { id, type: found.isDirectory() ? 'tree' : 'blob' };
}

async function makeFolders(target: string, folder: string): Promise<void> {
  const made = await mkdir(join(target, folder), { recursive: true });
  if (made === undefined) return;
  for (let at = join(target, folder); isWithin(made, at); at = dirname(at)) await chmod(at, 0o755);
}
