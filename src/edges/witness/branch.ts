import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { accessTo, type GitContext } from '../git/context.ts';
import { localEnvironment, remoteEnvironment } from '../git/environment.ts';
import { gitFailure, unreachable } from '../git/failure.ts';
import { type Argv, type Finished, run } from '../process.ts';
import { fastImport, type NewCommit } from './layout.ts';

/** What git needs to be run. */
export type BranchContext = Pick<GitContext, 'base' | 'runDir' | 'authorities' | 'timeouts'>;

/** A branch of a repository elsewhere that many write to. What is on our own disk is a cache: it may be deleted at any time. */
export interface Branch {
  /** The commit that it points at now, with its folders; undefined: there is no such branch. */
  tip(): Promise<string | undefined>;
  /** Content of a file; undefined where there is none. */
  read(commit: string, path: string): Promise<Buffer | undefined>;
  list(commit: string, folder: string): Promise<readonly string[]>;
  /** Makes a commit and pushes it; false: somebody else was faster. Never overwrites what is there. */
  push(commit: Omit<NewCommit, 'ref'>): Promise<boolean>;
}

const tipRef = 'refs/harbormaster/tip';
const nextRef = 'refs/harbormaster/next';
/** After so many pushes the cache is made anew: nobody tidies it. */
const mostPushes = 200;

export interface BranchAt {
  readonly repository: Repository;
  readonly branch: string;
  /** Absolute; its parent is there. */
  readonly folder: string;
}

export function openBranch({ repository, branch, folder }: BranchAt, context: BranchContext): Branch {
  const { base, runDir, timeouts } = context;
  let pushes = 0;
  let ready = false;

  const prepare = async (): Promise<void> => {
    if (pushes >= mostPushes) await rm(folder, { recursive: true, force: true });
    if (pushes >= mostPushes || !ready || !(await exists(folder))) await begin(folder, repository);
    if (pushes >= mostPushes) pushes = 0;
    ready = true;
  };
  const local = (argv: Argv, stdin?: Buffer): Promise<Finished> =>
    run(argv, { env: localEnvironment(base, folder), cwd: '/', limit: timeouts.local, stdin });
  const remote = async (argv: Argv): Promise<Finished> => {
    const access = await accessTo(repository, context);
    // What was left out of the fetch is got when it is read.
    const env = { ...remoteEnvironment(base, access, { mirror: folder, runDir }), GIT_NO_LAZY_FETCH: '0' };
    try {
      return await run(argv, { env, cwd: '/', limit: timeouts.fetch });
    } catch (error) {
      if (!(error instanceof HarborError) || error.code !== 'timeout') throw error;
      throw unreachable(repository, `it did not answer within ${timeouts.fetch / 1000} s`, error);
    }
  };
  const failure = (stderr: string): HarborError => gitFailure(repository, stderr);

  return {
    async tip() {
      await prepare();
      const { exitCode, stderr } = await remote(fetchTip(branch));
      if (exitCode !== 0 && /couldn't find remote ref/i.test(stderr)) return undefined;
      if (exitCode !== 0) throw failure(stderr);
      return (await succeed(local(['git', 'rev-parse', '--verify', tipRef]), failure)).toString('utf8').trim();
    },
    async read(commit, path) {
      const { stdout } = await local(['git', 'ls-tree', '--full-tree', commit, '--', path]);
      const [, blob] = / blob ([0-9a-f]{40,64})\t/.exec(stdout.toString('utf8')) ?? [];
      return blob === undefined ? undefined : succeed(remote(['git', 'cat-file', 'blob', blob]), failure);
    },
    async list(commit, path) {
      const listed = local(['git', 'ls-tree', '--full-tree', '-r', '-z', '--name-only', commit, '--', path]);
      return (await succeed(listed, failure))
        .toString('utf8')
        .split('\0')
        .filter((name) => name !== '');
    },
    async push(commit) {
      pushes += 1;
      await succeed(local(importing, fastImport({ ...commit, ref: nextRef })), failure);
      const { exitCode, stderr } = await remote(pushTo(branch));
      if (exitCode === 0) return true;
      if (isRace(stderr)) return false;
      throw refused(stderr, repository) ?? failure(stderr);
    },
  };
}

const fetchTip = (branch: string): Argv => [
  'git',
  'fetch',
  '--quiet',
  '--force',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  '--depth=1',
  '--filter=blob:none',
  'witness',
  `+refs/heads/${branch}:${tipRef}`,
];

const importing: Argv = ['git', 'fast-import', '--quiet', '--force', '--date-format=raw'];

const pushTo = (branch: string): Argv => [
  'git',
  'push',
  '--quiet',
  '--no-verify',
  'witness',
  `${nextRef}:refs/heads/${branch}`,
];

/** Somebody pushed between our look and our push. */
export const isRace = (stderr: string): boolean =>
  /\[rejected\]|cannot lock ref|failed to update ref|incorrect old value|reference already exists/i.test(stderr);

function refused(stderr: string, { url }: Repository): HarborError | undefined {
  if (!/\[remote rejected\]|receive-pack.*not (?:enabled|permitted)|returned error: 403|read.only/i.test(stderr))
    return undefined;
  return new HarborError(`${url} does not take what we push`, {
    code: 'source-refused',
    hint: 'The key or token must be allowed to push to this branch, by fast-forward; force-pushes and deletion are best forbidden.',
    cause: new Error(stderr.slice(0, 1000)),
  });
}

async function succeed(running: Promise<Finished>, failure: (stderr: string) => HarborError): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await running;
  if (exitCode !== 0) throw failure(stderr);
  return stdout;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** As `git init --bare` would, and told to leave the contents of files on the server until they are asked for. */
async function begin(folder: string, { url }: Repository): Promise<void> {
  const fresh = `${folder}.new`;
  for (const path of [fresh, folder]) await rm(path, { recursive: true, force: true });
  for (const name of ['objects', 'refs']) await mkdir(`${fresh}/${name}`, { recursive: true, mode: 0o700 });
  await writeFile(`${fresh}/HEAD`, 'ref: refs/heads/none\n');
  await writeFile(`${fresh}/config`, configOf(url));
  await rename(fresh, folder);
}

const configOf = (url: string): string => `[core]
\trepositoryformatversion = 1
\tbare = true
[extensions]
\tpartialClone = witness
[remote "witness"]
\turl = "${url.replaceAll(/["\\]/g, '\\$&')}"
\tpromisor = true
\tpartialclonefilter = blob:none
`;
