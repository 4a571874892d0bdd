import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HarborError } from '../../errors.ts';
import type { Follower } from '../../model/app.ts';
import type { GitObject, Revision } from '../../model/revision.ts';
import type { Checkout, Logger } from '../../ports.ts';
import { type Argv, run } from '../process.ts';
import { hasCommit, remoteUrl, resolveRef } from './argv.ts';
import { authorityFiles } from './authorities.ts';
import type { GitContext } from './context.ts';
import { describe, revisionOf } from './describe.ts';
import { inheritedFrom, localEnvironment } from './environment.ts';
import { writeOut } from './export.ts';
import { findFiles } from './find.ts';
import type { Mirror } from './mirror.ts';
import { objectStore } from './objects.ts';
import { readFile as readFileOf, whatIs } from './read.ts';
import { snapshotOf, treeCache } from './snapshot.ts';
import { printable } from './text.ts';
import { withoutCredentials } from './url.ts';

export interface CheckoutOptions {
  readonly folder: string;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const limits = { look: 15_000, fetch: 60_000, local: 60_000, idle: 2_000 };

/** Throws `usage` for a folder that is in no working copy. */
export async function openCheckout({
  folder,
  logger,
  environment,
}: CheckoutOptions): Promise<Checkout & AsyncDisposable> {
  const gitFolder = await gitFolderOf(resolve(folder));
  const base = inheritedFrom(environment);
  const env = localEnvironment(base, gitFolder);
  const context: GitContext = {
    reposDir: '/nonexistent',
    runDir: '/nonexistent',
    exclusive: false,
    base,
    timeouts: limits,
    authorities: authorityFiles('/nonexistent'),
    logger,
  };
  const git = (argv: Argv) => run(argv, { env, cwd: '/', limit: limits.local });
  const mirror: Mirror = {
    folder: gitFolder,
    objects: objectStore(env, limits),
    obtain: async ({ commit }) => assertThere(commit),
    suspect: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const cache = treeCache();
  const snapshot = (commit: string) => snapshotOf(mirror, commit, cache);

  async function assertThere(commit: string): Promise<void> {
    const { exitCode } = await git(hasCommit(commit));
    if (exitCode !== 0) throw notThere(commit, gitFolder);
  }
  async function commitOf(name: string): Promise<string> {
    const { exitCode, stdout } = await git(resolveRef(`${name}^{commit}`));
    if (exitCode !== 0) throw notThere(name, gitFolder);
    return stdout.toString().trim();
  }
  const found = await git(remoteUrl);
  const url = found.exitCode === 0 ? withoutCredentials(found.stdout.toString().trim()) : undefined;

  return {
    url,
    commitOf,
    look: async (apps: readonly Follower[]) => {
      const commit = await commitOf('HEAD');
      return new Map(apps.map(({ name }) => [name, commit]));
    },
    async fetch({ repository, ref }: Follower, commit: string): Promise<Revision> {
      await assertThere(commit);
      return revisionOf(repository, ref, commit, await described(describe(gitFolder, commit, context)));
    },
    provenance: async () => {
      throw new HarborError('signatures are verified on the host, and not in a checkout', { code: 'bug' });
    },
    objects: (_repository, commit, paths) =>
      described(
        snapshot(commit).then(
          async (tree): Promise<ReadonlyMap<string, GitObject | undefined>> =>
            new Map(await Promise.all(paths.map(async (path) => [path, await whatIs(tree, path)] as const))),
        ),
      ),
    read: (_repository, commit, path, limit) =>
      described(snapshot(commit).then((tree) => readFileOf(tree, path, limit))),
    find: (_repository, commit, search) => described(snapshot(commit).then((tree) => findFiles(tree, search))),
    export: async (request) => {
      await described(snapshot(request.commit).then((tree) => writeOut(tree, request)));
    },
    [Symbol.asyncDispose]: () => mirror.objects[Symbol.asyncDispose](),
  };
}

/** What is missing here is fetched by no next pass. */
async function described<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof HarborError) || error.code !== 'source-broken') throw error;
    throw new HarborError('the checkout lacks objects of the commit', {
      code: 'source-broken',
      hint: 'Clone it without `--filter`, so that the files are there, too.',
      cause: error,
    });
  }
}

/** Looked for by ourselves: Git refuses folders of other users, which a pipeline's checkout often is; told which it is, it does not. */
async function gitFolderOf(folder: string): Promise<string> {
  for (let here = folder; ; here = dirname(here)) {
    const found = await gitFolderIn(here);
    if (found !== undefined) return found;
    if (here === dirname(here)) break;
  }
  throw new HarborError(`${folder} is in no checkout of a Git repository`, {
    code: 'usage',
    hint: 'Name the folder that the repository was cloned to: harbormaster plan --checkout DIR',
  });
}

async function gitFolderIn(folder: string): Promise<string | undefined> {
  const path = join(folder, '.git');
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory()) return path;
  // Of a worktree or a submodule: it says where the folder is.
  const said = kind?.isFile() ? /^gitdir: (.+?)\s*$/.exec(await readFile(path, 'utf8'))?.[1] : undefined;
  return said === undefined ? undefined : resolve(folder, said);
}

const notThere = (name: string, folder: string): HarborError =>
  new HarborError(`the checkout ${dirname(folder)} has no commit "${printable(name, 100)}"`, {
    code: 'ref-missing',
    hint: 'Fetch it first (git fetch origin NAME), or clone with the whole history: pipelines often fetch one commit only.',
  });
