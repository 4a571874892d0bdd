import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HarborError } from '../../errors.ts';
import type { Ref, Repository } from '../../model/app.ts';
import { type Argv, run } from '../process.ts';
import { connected, type FetchShape, fetch as fetchArgv, hasCommit as hasCommitArgv } from './argv.ts';
import { accessTo, type GitContext } from './context.ts';
import { localEnvironment, remoteEnvironment } from './environment.ts';
import { gitFailure, isFinal, isLocked, unreachable } from './failure.ts';
import { exists, removeLocks } from './mirror-files.ts';
import { fullName } from './refs.ts';
import { withoutCredentials } from './url.ts';

export interface Wanted {
  readonly repository: Repository;
  /** Where the commit was found: another way to it if the server does not give commits by their id. */
  readonly ref: Ref;
  readonly commit: string;
}

/** Brings the commit with all that it holds into the mirror, and as little else as possible. */
export async function fetchInto(mirror: string, wanted: Wanted, context: GitContext): Promise<void> {
  const [first, second] = waysTo(wanted, await exists(join(mirror, 'shallow')));
  try {
    await fetchOnce(mirror, wanted, first, context);
  } catch (error) {
    if (!(error instanceof HarborError) || isFinal(error) || isLocked(error)) throw error;
    await fetchOnce(mirror, wanted, second, context);
  }
}

export const hasCommit = (mirror: string, commit: string, context: GitContext): Promise<boolean> =>
  succeeds(hasCommitArgv(commit), mirror, context);

/** Whether the mirror has the commit, its trees and its files. */
export const isConnected = (mirror: string, commit: string, context: GitContext): Promise<boolean> =>
  succeeds(connected(commit), mirror, context);

async function succeeds(argv: Argv, mirror: string, { base, timeouts }: GitContext): Promise<boolean> {
  const { exitCode } = await run(argv, { env: localEnvironment(base, mirror), cwd: '/', limit: timeouts.fetch });
  return exitCode === 0;
}

type Way = FetchShape & { readonly refspecs: readonly string[] };

/** By its id, alone; else, for servers that do not give that, through the refs that lead to it. */
function waysTo({ repository, ref, commit }: Wanted, shallow: boolean): readonly [Way, Way] {
  const source = fullName(ref);
  const own = `refs/harbormaster/${createHash('sha256').update(`${ref.kind} ${ref.name}`).digest('hex').slice(0, 20)}`;
  const all = ['+refs/heads/*:refs/harbormaster/all/heads/*', '+refs/tags/*:refs/harbormaster/all/tags/*'];
  return [
    { refspecs: [`+${commit}:${own}`], depth: repository.whole ? 0 : 1, unshallow: false, prune: false },
    {
      refspecs: source === undefined ? all : [`+${source}:${own}`],
      depth: 0,
      unshallow: shallow,
      prune: source === undefined,
    },
  ];
}

async function fetchOnce(mirror: string, wanted: Wanted, way: Way, context: GitContext): Promise<void> {
  const failure = await tryFetch(mirror, wanted, way, context);
  if (!failure) return;
  if (!context.exclusive || failure.code !== 'source-broken') throw failure;
  const locks = await removeLocks(mirror);
  if (locks.length === 0) throw failure;
  context.logger.warn({ locks }, 'removed lock files that an earlier git left behind');
  const again = await tryFetch(mirror, wanted, way, context);
  if (again) throw again;
}

async function tryFetch(
  mirror: string,
  { repository }: Wanted,
  way: Way,
  context: GitContext,
): Promise<HarborError | undefined> {
  const access = await accessTo(repository, context);
  const { base, runDir, timeouts } = context;
  try {
    const { exitCode, stderr } = await run(fetchArgv(access.remote.url, way.refspecs, way), {
      env: remoteEnvironment(base, access, { mirror, runDir }),
      cwd: '/',
      limit: timeouts.fetch,
    });
    return exitCode === 0 ? undefined : gitFailure(repository, stderr);
  } catch (error) {
    if (!(error instanceof HarborError) || error.code !== 'timeout') throw error;
    return unreachable(repository, `the fetch did not end within ${timeouts.fetch / 1000} s`, error);
  }
}

/** The server gave everything that it was asked for, and the commit is not in it. */
export function moved({ repository, ref, commit }: Wanted): HarborError {
  const address = withoutCredentials(repository.url);
  if (ref.kind === 'commit') {
    return new HarborError(`There is no commit ${commit} in ${address}`, {
      code: 'ref-missing',
      hint: 'Is it pushed, and does a branch or tag lead to it?',
    });
  }
  return unreachable(
    repository,
    `the ${ref.kind === 'range' ? 'tag in the range' : ref.kind} "${ref.name}" no longer leads to ${commit.slice(0, 12)}: it moved while it was fetched`,
  );
}
