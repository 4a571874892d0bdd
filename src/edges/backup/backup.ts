import { chmod, copyFile, link, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarborError } from '../../errors.ts';
import { segmentsOf } from '../deployment-log/segments.ts';
import { besideOf } from '../durable.ts';
import { isMissing, storageError, systemCode } from '../fs-errors.ts';
import { run } from '../process.ts';
import { contentsOf } from './contents.ts';
import { type Manifest, manifestFile, sha256Of } from './manifest.ts';

export interface BackupOrder {
  readonly stateDir: string;
  /** Absolute; must not be there yet. */
  readonly file: string;
  readonly at: Date;
  readonly host: string;
  readonly version: string;
  /** Where `tar` is looked for. */
  readonly path: string;
}

export interface BackedUp {
  readonly file: string;
  readonly files: number;
  readonly bytes: number;
  readonly seq: number;
}

/** Milliseconds. */
const limit = 30 * 60_000;

/**
 * Writes what cannot be made again into a new gzipped tar: the log, the keys, the releases and what containers mount of them. Also while a daemon runs: the log only grows, and is
 * copied first, up to its last whole line; a release that comes later is not in it, one that it speaks of is. The file is the owner's alone: keys and
 * releases hold secrets.
 */
export async function backup(order: BackupOrder): Promise<BackedUp> {
  const { stateDir, file, path } = order;
  await assertFree(file);
  const beside = besideOf(file);
  // Beside the archive: there is room for it, and nobody else looks.
  const staging = await mkdtemp(`${file}.`).catch((error: unknown) => {
    throw storageError(`write ${file}`, error);
  });
  try {
    const manifest = await stage(order, staging);
    await writeFile(join(staging, manifestFile), JSON.stringify(manifest, undefined, 1));
    await writeFile(beside, '', { mode: 0o600, flag: 'wx' });
    const names = [manifestFile, ...manifest.files.map((one) => one.path)].join('\0');
    const argv = [
      'tar',
      '--create',
      '--gzip',
      '--file',
      beside,
      '--directory',
      staging,
      '--null',
      '--files-from',
      '-',
      '--numeric-owner',
    ] as const;
    const { exitCode, stderr } = await run([...argv], { env: { PATH: path, LC_ALL: 'C' }, limit, stdin: names });
    if (exitCode !== 0)
      throw new HarborError(`tar could not write ${file}: ${stderr.trim()}`, { code: 'state-unwritable' });
    await link(beside, file);
    const { size } = await stat(file);
    return { file, files: manifest.files.length, bytes: size, seq: manifest.seq };
  } catch (error) {
    throw storageError(`back up ${stateDir}`, error);
  } finally {
    await rm(beside, { force: true });
    await rm(staging, { recursive: true, force: true });
  }
}

async function assertFree(file: string): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw storageError(`write ${file}`, error);
    },
  );
  if (isThere)
    throw new HarborError(`${file} is already there and stays as it is`, { code: 'usage', hint: 'Name another file.' });
}

/** Copies, so that what is archived is what the manifest says. The log comes first. */
async function stage({ stateDir, at, host, version }: BackupOrder, staging: string): Promise<Manifest> {
  const all = await contentsOf(stateDir).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new HarborError(`there is no state directory ${stateDir}`, {
      code: 'usage',
      hint: 'Name it with --state-dir, or HARBORMASTER_STATE_DIR.',
    });
  });
  const isLog = (path: string): boolean => path.startsWith('log/');
  const files: Manifest['files'] = [];
  for (const path of [...all.filter(isLog), ...all.filter((one) => !isLog(one))]) {
    const copy = join(staging, path);
    await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
    // A release that was dropped meanwhile is not missed: the log that was copied may still speak of it, as of any dropped one.
    if (!(await copied(join(stateDir, path), copy))) continue;
    if (path.endsWith('.jsonl')) await cutAfterLastLine(copy);
    files.push({ path, size: (await stat(copy)).size, sha256: await sha256Of(copy) });
  }
  const seq = await lastSeqIn(join(staging, 'log'));
  return { format: 'harbormaster-backup/1', at: at.toISOString(), host, version, stateDir, seq, files };
}

async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    await chmod(to, (await stat(from)).mode & 0o777);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A line that is being written belongs to no entry yet. */
async function cutAfterLastLine(file: string): Promise<void> {
  const content = await readFile(file);
  const end = content.lastIndexOf(0x0a) + 1;
  if (end < content.length) await truncate(file, end);
}

/** Of the last entry; 0 for none. */
async function lastSeqIn(folder: string): Promise<number> {
  const segment = (await segmentsOf(folder)).at(-1);
  const text = segment === undefined ? '' : await readFile(segment.path, 'utf8');
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  return Number(/"seq":(\d+)/.exec(last)?.[1] ?? 0);
}
