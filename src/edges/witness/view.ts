import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { accessTo } from '../git/context.ts';
import { localEnvironment, remoteEnvironment } from '../git/environment.ts';
import { gitFailure } from '../git/failure.ts';
import { type Argv, run } from '../process.ts';
import type { BranchContext } from './branch.ts';

/** Every checkpoint that a branch ever held of a log, oldest first. */
export interface Holdings {
  readonly checkpoints: readonly string[];
  /** Other installations of the same host, whose logs it holds too. */
  readonly others: readonly string[];
}

const ref = 'refs/harbormaster/tip';

/** Fetches the branch with all of its history into a folder that is gone afterwards. `instance`: whose log. */
export async function holdingsOf(
  {
    repository,
    branch,
    instance,
  }: { readonly repository: Repository; readonly branch: string; readonly instance: string },
  context: BranchContext,
): Promise<Holdings> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-witness-'));
  const { base, runDir, timeouts } = context;
  const git = async (argv: Argv, env = localEnvironment(base, folder)): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(argv, { env, cwd: '/', limit: timeouts.fetch });
    if (exitCode === 0) return stdout.toString('utf8');
    throw /couldn't find remote ref/i.test(stderr) ? noBranch(repository, branch) : gitFailure(repository, stderr);
  };
  try {
    const access = await accessTo(repository, context);
    await git(['git', 'init', '--quiet', '--bare', '--template=', folder], localEnvironment(base, folder));
    const argv: Argv = [
      'git',
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--end-of-options',
      access.remote.url,
      `+refs/heads/${branch}:${ref}`,
    ];
    await git(argv, remoteEnvironment(base, access, { mirror: folder, runDir }));
    const folders = (await git(['git', 'ls-tree', '-r', '-z', '--name-only', ref]))
      .split('\0')
      .flatMap((path) => /^([^/]+\/[^/]+)\/checkpoint$/.exec(path)?.[1] ?? []);
    const own = folders.filter((path) => path.endsWith(`/${instance}`));
    const hosts = new Set(own.map((path) => path.split('/')[0]));
    const others = folders.filter((path) => !own.includes(path) && hosts.has(path.split('/')[0]));
    const checkpoints = await Promise.all(own.map((path) => everyVersion(`${path}/checkpoint`, git)));
    return { checkpoints: checkpoints.flat(), others };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of one file, through all commits, also those that a merge brought in. */
async function everyVersion(path: string, git: (argv: Argv) => Promise<string>): Promise<readonly string[]> {
  const log = await git([
    'git',
    'log',
    '--reverse',
    '--full-history',
    '--no-renames',
    '--format=',
    '--raw',
    '--no-abbrev',
    '-m',
    ref,
    '--',
    path,
  ]);
  const blobs = [...log.matchAll(/^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]\t/gm)].map(([, blob]) => blob ?? '');
  const notes: string[] = [];
  for (const blob of new Set(blobs)) notes.push(await git(['git', 'cat-file', 'blob', blob]));
  return notes;
}

const noBranch = ({ url }: Repository, branch: string): HarborError =>
  new HarborError(`${url} has no branch ${branch}: it holds nothing of this log`, {
    code: 'ref-missing',
    hint: 'Name another with --branch, or find out who deleted it.',
  });
