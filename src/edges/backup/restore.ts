import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarborError } from '../../errors.ts';
import { makeFolder, syncFolder } from '../durable.ts';
import { isMissing, storageError } from '../fs-errors.ts';
import { run } from '../process.ts';
import { contentsOf } from './contents.ts';
import { type Manifest, manifestFile, manifestSchema, sha256Of } from './manifest.ts';

export interface RestoreOrder {
  /** Must not be there, or be empty. */
  readonly stateDir: string;
  readonly file: string;
  /** Where `tar` is looked for. */
  readonly path: string;
}

export interface Restored {
  readonly stateDir: string;
  readonly files: number;
  readonly at: string;
  readonly host: string;
  readonly version: string;
  readonly seq: number;
}

/** Milliseconds. */
const limit = 30 * 60_000;

/** Unpacks beside the state directory, compares every file with the manifest, and only then puts it in place, in one move. */
export async function restore({ stateDir, file, path }: RestoreOrder): Promise<Restored> {
  await assertReadable(file);
  await assertEmpty(stateDir);
  try {
    await makeFolder(dirname(stateDir));
    const unpacked = await mkdtemp(`${stateDir}.`);
    try {
      await unpack(file, unpacked, path);
      const manifest = await checked(file, unpacked);
      await rm(join(unpacked, manifestFile));
      await rmdir(stateDir).catch(() => undefined);
      await rename(unpacked, stateDir);
      await syncFolder(dirname(stateDir));
      const { at, host, version, seq, files } = manifest;
      return { stateDir, files: files.length, at, host, version, seq };
    } catch (error) {
      await rm(unpacked, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw storageError(`restore into ${stateDir}`, error);
  }
}

async function assertReadable(file: string): Promise<void> {
  const found = await lstat(file).catch((error: unknown) => {
    if (!isMissing(error)) throw storageError(`read ${file}`, error);
  });
  if (found === undefined)
    throw new HarborError(`there is no file ${file}`, {
      code: 'usage',
      hint: 'Name an archive that `harbormaster backup` wrote.',
    });
}

/** Nothing is written over: what is there may be all that is left of somebody's record. */
async function assertEmpty(stateDir: string): Promise<void> {
  const there = await readdir(stateDir).catch((error: unknown): string[] => {
    if (isMissing(error)) return [];
    throw storageError(`read ${stateDir}`, error);
  });
  if (there.length === 0) return;
  throw new HarborError(`the state directory ${stateDir} is not empty`, {
    code: 'usage',
    hint: `Stop Harbormaster and move it away (mv ${stateDir} ${stateDir}.before), or name another with --state-dir.`,
  });
}

async function unpack(file: string, into: string, path: string): Promise<void> {
  const argv = [
    'tar',
    '--extract',
    '--gzip',
    '--file',
    file,
    '--directory',
    into,
    '--no-same-owner',
    '--preserve-permissions',
  ] as const;
  const { exitCode, stderr } = await run([...argv], { env: { PATH: path, LC_ALL: 'C' }, limit });
  if (exitCode !== 0) throw broken(file, stderr.trim().split('\n')[0] ?? 'tar cannot read it');
}

/** Exactly what the manifest says: nothing missing, changed or besides, and nothing but files. */
async function checked(file: string, unpacked: string): Promise<Manifest> {
  const manifest = await manifestOf(file, unpacked);
  const listed = new Set(manifest.files.map(({ path }) => path));
  const stranger = (await everythingIn(unpacked)).find((path) => path !== manifestFile && !listed.has(path));
  if (stranger !== undefined) throw broken(file, `it holds ${stranger}, which its manifest does not name`);
  const found = new Set(await contentsOf(unpacked));
  for (const { path, sha256 } of manifest.files) {
    if (!found.has(path) || (await sha256Of(join(unpacked, path))) !== sha256)
      throw broken(file, `${path} is not as it was`);
  }
  for (const folder of ['repos', 'run']) await mkdir(join(unpacked, folder), { mode: 0o700 });
  return manifest;
}

async function manifestOf(file: string, unpacked: string): Promise<Manifest> {
  const text = await readFile(join(unpacked, manifestFile), 'utf8').catch(() => '');
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw broken(file, 'it has no manifest of a Harbormaster backup');
  }
}

/** Also links and whatever else a backup never has. */
async function everythingIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

const broken = (file: string, why: string): HarborError =>
  new HarborError(`${file} cannot be restored: ${why}`, {
    code: 'usage',
    hint: 'Nothing was changed. Take another copy of the backup.',
  });
