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
  const git: Git = async (argv, { env = localEnvironment(base, folder), stdin } = {}) => {
    const { exitCode, stdout, stderr } = await run(argv, { env, cwd: '/', limit: timeouts.fetch, stdin });
    if (exitCode === 0) return stdout;
    throw /couldn't find remote ref/i.test(stderr) ? noBranch(repository, branch) : gitFailure(repository, stderr);
  };
  try {
    const access = await accessTo(repository, context);
    await git(['git', 'init', '--quiet', '--bare', '--template=', folder]);
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
    await git(argv, { env: remoteEnvironment(base, access, { mirror: folder, runDir }) });
    const folders = (await git(['git', 'ls-tree', '-r', '-z', '--name-only', ref]))
      .toString('utf8')
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

type Git = (
  argv: Argv,
  more?: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: Buffer },
) => Promise<Buffer>;

/** Of one file, through all commits, also those that a merge brought in. */
async function everyVersion(path: string, git: Git): Promise<readonly string[]> {
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
  const changes = log.toString('utf8').matchAll(/^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]\t/gm);
  const blobs = new Set([...changes].map(([, blob]) => blob ?? ''));
  // One process for all of them: there is one for each minute in which something was written.
  const notes = contentsOf(
    await git(['git', 'cat-file', '--batch'], { stdin: Buffer.from([...blobs, ''].join('\n')) }),
  );
  if (notes.length < blobs.size) throw incomplete(blobs.size - notes.length);
  return notes;
}

/** What `git cat-file --batch` writes, up to the first that is missing: a line `ID blob SIZE`, the content and a line feed for each. */
function contentsOf(batch: Buffer): readonly string[] {
  const contents: string[] = [];
  for (let at = 0; at < batch.length; ) {
    const begin = batch.indexOf('\n', at) + 1;
    const size = Number(/ blob (\d+)$/.exec(batch.toString('latin1', at, begin - 1))?.[1] ?? Number.NaN);
    if (begin === 0 || Number.isNaN(size)) break;
    contents.push(batch.toString('utf8', begin, begin + size));
    at = begin + size + 1;
  }
  return contents;
}

/** None may be passed over in silence: it could be the one that contradicts. */
const incomplete = (missing: number): HarborError =>
  new HarborError(`the witness has lost ${missing} of the checkpoints that its own history names`, {
    code: 'source-refused',
    hint: 'Run `git fsck` there, or compare with a copy of that repository.',
  });

const noBranch = ({ url }: Repository, branch: string): HarborError =>
  new HarborError(`${url} has no branch ${branch}: it holds nothing of this log`, {
    code: 'ref-missing',
    hint: 'Name another with --branch, or find out who deleted it.',
  });
