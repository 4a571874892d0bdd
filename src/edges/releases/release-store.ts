import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonical } from '../../core/digest.ts';
import { HarborError } from '../../errors.ts';
import type { Release } from '../../model/release.ts';
import type { Logger, ReleaseStore, StoredRelease } from '../../ports.ts';
import { besideOf, makeFolder, replaceFile, syncFolder, writeNew } from '../durable.ts';
import { isMissing, storageError } from '../fs-errors.ts';
import { keptFiles, keptFilesOf } from './kept-files.ts';
import { contentsOf, files, type ReadRelease, readRelease } from './release-files.ts';

export interface StoreOptions {
  /** Of all apps: releases are below `<directory>/<app>/releases/<digest>/`. */
  readonly directory: string;
  readonly logger: Pick<Logger, 'warn'>;
}

/** One folder a release. A damaged one counts as absent, with a warning: it can be sealed again from Git. */
export function releaseStore(options: StoreOptions): ReleaseStore {
  const stored = (release: Release): StoredRelease => ({
    release,
    file: join(folderOf(options, release.app, release.digest), files.compose),
  });
  return {
    save: async (release) => {
      await save(options, release).catch((error: unknown) => {
        throw storageError(`keep a release of ${release.app}`, error);
      });
      return stored(release);
    },
    load: async (app, digest) => {
      const found = await read(options, app, digest);
      return found && stored(found.release);
    },
    files: async (release, fill) =>
      keepFiles(options, release, fill).catch((error: unknown) => {
        throw storageError(`keep the files of a release of ${release.app}`, error);
      }),
    list: async (app) => (await newestFirst(options, app)).map(({ release }) => release.digest),
    prune: async (app, keep, pinned) => {
      const all = await newestFirst(options, app);
      const kept = new Set([...all.slice(0, keep).map(({ release }) => release.digest), ...pinned]);
      for (const name of await namesIn(releasesOf(options, app))) {
        if (!kept.has(name)) await discard(join(releasesOf(options, app), name), hiddenIn(options, app));
      }
      return all.map(({ release }) => release).filter(({ digest }) => !kept.has(digest));
    },
  };
}

const releasesOf = ({ directory }: StoreOptions, app: string): string => join(directory, safe(app), 'releases');
const folderOf = (options: StoreOptions, app: string, digest: string): string =>
  join(releasesOf(options, app), safe(digest));

/** Names come from the configuration and from our own digests; a path among them is a fault of ours, not a place to write to. */
function safe(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return name;
  throw new HarborError(`"${name}" cannot be the name of a folder`, { code: 'bug' });
}

async function read(options: StoreOptions, app: string, digest: string): Promise<ReadRelease | undefined> {
  return readRelease(folderOf(options, app, digest), app, digest).catch((error: unknown) => {
    const fields = { app, release: digest, error };
    if (!isMissing(error)) options.logger.warn(fields, 'a stored release is damaged and is not used');
    return undefined;
  });
}

async function newestFirst(options: StoreOptions, app: string): Promise<readonly ReadRelease[]> {
  const digests = (await namesIn(releasesOf(options, app))).filter((name) => !name.startsWith('.'));
  const found = await Promise.all(digests.map((digest) => read(options, app, digest)));
  return found.flatMap((release) => release ?? []).sort((left, right) => right.saved - left.saved);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

/** A release that is there already becomes the newest, and keeps its files and its sealed file: Compose may be reading it. */
async function save(options: StoreOptions, release: Release): Promise<void> {
  const [newest] = await newestFirst(options, release.app);
  const contents = contentsOf(release, (newest?.saved ?? 0) + 1);
  const folder = folderOf(options, release.app, release.digest);
  const before = await read(options, release.app, release.digest);
  if (
    before?.release.compose === release.compose &&
    contents.environment === JSON.stringify(before.release.environment)
  ) {
    if (!sameMounts(before.release, release)) await discard(keptFilesOf(folder), hiddenIn(options, release.app));
    return replaceFile(join(folder, files.description), contents.description, 0o600);
  }
  const fresh = hiddenIn(options, release.app);
  await makeFolder(fresh);
  await writeNew(join(fresh, files.compose), contents.compose, 0o600);
  await writeNew(join(fresh, files.environment), contents.environment, 0o600);
  await writeNew(join(fresh, files.description), contents.description, 0o600);
  await syncFolder(fresh);
  await discard(folder, hiddenIn(options, release.app));
  await rename(fresh, folder);
  await syncFolder(dirname(folder));
}

async function keepFiles(
  options: StoreOptions,
  { app, digest }: Release,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  // Beside a damaged release they would outlive it, or go when it is sealed again.
  if ((await read(options, app, digest)) === undefined)
    throw new HarborError(`the files of a release of ${app} cannot be kept: the release itself is not`, {
      code: 'bug',
    });
  return keptFiles({ release: folderOf(options, app, digest), hidden: hiddenIn(options, app), fill });
}

const sameMounts = (one: Release, other: Release): boolean => canonical(one.mounts) === canonical(other.mounts);

/** Beside the releases: pruning clears away what a crash leaves of it. */
const hiddenIn = (options: StoreOptions, app: string): string => besideOf(join(releasesOf(options, app), '.release'));

/** Out of sight at once: a folder that is only half deleted must never be taken for a whole one. */
async function discard(folder: string, gone: string): Promise<void> {
  try {
    await rename(folder, gone);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rm(gone, { recursive: true, force: true });
}
