import { lstat, open, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Placed } from '../../core/installation.ts';
import { HarborError } from '../../errors.ts';
import { besideOf, makeFolder, replaceFile, syncFolder } from '../durable.ts';
import { isMissing, systemCode } from '../fs-errors.ts';

export interface Did {
  /** As on the installed host. */
  readonly path: string;
  readonly did: 'wrote' | 'replaced' | 'kept' | 'unchanged';
}

/** Puts an installation's files in place below `root`, each whole or not at all. Throws `usage` for a file that is somebody else's, before anything is written. */
export async function place(files: readonly Placed[], root: string): Promise<readonly Did[]> {
  const found = await Promise.all(files.map(async (file) => ({ file, ...(await lookAt(file, root)) })));
  for (const { file, before } of found) assertOurs(file, before);
  const done: Did[] = [];
  for (const { file, before, wanted } of found) {
    const { path, existing } = file;
    if (before === undefined) done.push(await put(file, root, wanted, 'wrote'));
    else if (existing === 'keep') done.push({ path, did: 'kept' });
    else if (before.equals(wanted)) done.push({ path, did: 'unchanged' });
    else done.push(await put(file, root, wanted, 'replaced'));
  }
  return done;
}

interface Found {
  /** What is there; of a link, where it leads. */
  readonly before: Buffer | undefined;
  readonly wanted: Buffer;
}

async function lookAt({ path, content }: Placed, root: string): Promise<Found> {
  const place = join(root, path);
  if ('linkTo' in content) return { before: await linkAt(place), wanted: Buffer.from(content.linkTo) };
  const wanted = 'text' in content ? Buffer.from(content.text) : await readFile(content.copyOf);
  return { before: await contentOf(place), wanted };
}

const contentOf = (place: string): Promise<Buffer | undefined> =>
  readFile(place).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw unwritable(place, error);
  });

/** A file where the link belongs is content that is in the way. */
async function linkAt(place: string): Promise<Buffer | undefined> {
  const there = await lstat(place).catch(() => undefined);
  if (there === undefined) return undefined;
  return there.isSymbolicLink() ? Buffer.from(await readlink(place)) : Buffer.from('no link');
}

function assertOurs({ path, existing, mark = '' }: Placed, before: Buffer | undefined): void {
  if (before === undefined || existing !== 'replace-ours' || before.toString('utf8').startsWith(mark)) return;
  throw new HarborError(`${path} is there already, and was not written by harbormaster install`, {
    code: 'usage',
    hint: 'Move it away, then install again. What you changed by hand belongs into a drop-in: systemctl edit harbormaster.',
  });
}

async function put(file: Placed, root: string, wanted: Buffer, did: 'wrote' | 'replaced'): Promise<Did> {
  const place = join(root, file.path);
  try {
    await makeParents(dirname(place), root);
    if ('linkTo' in file.content) await replaceLink(place, file.content.linkTo);
    else await replaceFile(place, wanted, file.mode);
    if (!('linkTo' in file.content)) await withMode(place, file.mode);
    return { path: file.path, did };
  } catch (error) {
    throw unwritable(place, error);
  }
}

/** Folders of the system are open to read, whatever the umask is; one that a secret may come into is not. */
async function makeParents(folder: string, root: string): Promise<void> {
  const isThere = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (isThere || folder === root) return;
  await makeParents(dirname(folder), root);
  await makeFolder(folder);
  await withMode(folder, folder.endsWith('/etc/harbormaster') ? 0o700 : 0o755);
}

async function withMode(path: string, mode: number): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.chmod(mode);
}

async function replaceLink(place: string, target: string): Promise<void> {
  const beside = besideOf(place);
  try {
    await symlink(target, beside);
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(place));
}

function unwritable(place: string, error: unknown): HarborError {
  if (error instanceof HarborError) return error;
  return new HarborError(`${place} cannot be written: ${systemCode(error) ?? String(error)}`, {
    code: 'state-unwritable',
    hint: 'Installing needs root: run it with sudo. Or see what it would write: harbormaster install --dry-run',
    cause: error,
  });
}
