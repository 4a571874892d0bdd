/** Folders of mirrors: made beside and moved into place, so that what stands there is whole. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { run } from '../process.ts';
import { init } from './argv.ts';
import type { GitContext } from './context.ts';
import { localEnvironment } from './environment.ts';
import { printable } from './text.ts';

export function mirrorFolder(reposDir: string, { id }: Repository): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(id)) return join(reposDir, `${id}.git`);
  throw new HarborError(`"${printable(id, 80)}" cannot be the name of a mirror`, { code: 'bug' });
}

/** An empty mirror in a folder of its own beside `mirror`. */
export async function makeBeside(context: GitContext, mirror: string, commit: string): Promise<string> {
  const folder = `${mirror}.new-${randomBytes(4).toString('hex')}`;
  await mkdir(context.reposDir, { recursive: true, mode: 0o700 });
  const { GIT_DIR: _, ...env } = localEnvironment(context.base, mirror);
  const { exitCode, stderr } = await run(init(folder, commit.length === 64 ? 'sha256' : 'sha1'), {
    env,
    limit: context.timeouts.local,
  });
  if (exitCode === 0) return folder;
  await rm(folder, { recursive: true, force: true });
  throw new HarborError(`No mirror can be made in ${context.reposDir}: ${printable(stderr, 200)}`, {
    code: /No space left/i.test(stderr) ? 'disk-full' : 'state-unwritable',
    hint: 'May Harbormaster write there, and is there room on the disk?',
  });
}

/** Puts `fresh` in the place of `mirror`. Cut short in between, the mirror is missing, which is the same as new. */
export async function swapIn(fresh: string, mirror: string): Promise<void> {
  const old = `${mirror}.old-${randomBytes(4).toString('hex')}`;
  const had = await rename(mirror, old).then(
    () => true,
    () => false,
  );
  await rename(fresh, mirror);
  if (had) await rm(old, { recursive: true, force: true });
}

/** What an earlier process that was killed left beside the mirrors. Only for whoever works on them alone. */
export async function removeLeftovers(reposDir: string): Promise<void> {
  const names = await readdir(reposDir).catch(() => []);
  const left = names.filter((name) => /\.git\.(?:new|old)-[0-9a-f]{8}$/.test(name));
  await Promise.all(left.map((name) => rm(join(reposDir, name), { recursive: true, force: true })));
}

/** Lock files of a git that was killed. Only for whoever works on the mirrors alone. */
export async function removeLocks(mirror: string): Promise<readonly string[]> {
  const places = [
    mirror,
    ...(await foldersBelow(join(mirror, 'refs'))),
    join(mirror, 'objects', 'info'),
    join(mirror, 'objects', 'pack'),
  ];
  const found = await Promise.all(
    places.map(async (place) => (await readdir(place).catch(() => [])).map((name) => join(place, name))),
  );
  const locks = found.flat().filter((path) => path.endsWith('.lock') || path === join(mirror, 'gc.pid'));
  await Promise.all(locks.map((path) => rm(path, { force: true })));
  return locks;
}

async function foldersBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return [folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
}

export async function packCount(mirror: string): Promise<number> {
  const names = await readdir(join(mirror, 'objects', 'pack')).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).length;
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
