import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A file's content; with a mode for programs (100755), links (120000: the content is the target) and submodules (160000: the content is the commit). */
export type RigContent = string | Buffer | { readonly mode: string; readonly content: string };

/** A real bare repository in a temporary folder, untouched by the developer's own configuration of Git. */
export interface GitRig extends AsyncDisposable {
  /** Of the repository: also its URL. */
  readonly path: string;
  readonly name: string;
  /** Adds, changes or (null) deletes files on a branch, which is made if there is none; gives the commit's id. */
  commit(files: Readonly<Record<string, RigContent | null>>, message?: string, branch?: string): Promise<string>;
  /** Throws a branch's history away: afterwards it holds these files alone, in one commit without a parent. */
  rewrite(files: Readonly<Record<string, RigContent>>, message?: string, branch?: string): Promise<string>;
  branch(name: string, at?: string): Promise<void>;
  tag(name: string, options?: { readonly at?: string; readonly annotated?: boolean }): Promise<void>;
  deleteBranch(name: string): Promise<void>;
  /** Writes a tree as it is, also one that Git would never write; gives its id. */
  rawTree(entries: readonly RawEntry[]): Promise<string>;
  blob(content: string): Promise<string>;
  /** Commits a tree by its id. */
  commitTree(tree: string, branch?: string): Promise<string>;
  git(argv: readonly string[], stdin?: string | Buffer): Promise<string>;
}

export interface RawEntry {
  readonly mode: string;
  readonly name: string | Buffer;
  readonly id: string;
}

export const rigEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada Author',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Carl Committer',
  GIT_COMMITTER_EMAIL: 'carl@example.org',
};

const firstCommitAt = Date.parse('2026-01-01T00:00:00Z') / 1000;

export async function gitRig(name = 'app'): Promise<GitRig> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-rig-'));
  const path = join(folder, `${name}.git`);
  const git = (argv: readonly string[], stdin?: string | Buffer): Promise<string> =>
    runGit(['--git-dir', path, ...argv], clock(), stdin);
  let minutes = 0;
  const clock = (): Record<string, string> => {
    const date = `${firstCommitAt + minutes * 60} +0000`;
    return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  };
  await initBare(path);

  /** A ref is a file, unless somebody packed it. */
  const headOf = (branch: string): Promise<string | undefined> =>
    readFile(join(path, 'refs/heads', branch), 'utf8')
      .then((text) => text.trim())
      .catch(() => git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]))
      .catch(() => undefined);
  const write = async (request: Pick<Import, 'files' | 'message' | 'branch' | 'fresh'>): Promise<string> => {
    minutes += 1;
    const head = await headOf(request.branch);
    await git(
      ['fast-import', '--quiet', '--force'],
      fastImport({ ...request, head, at: firstCommitAt + minutes * 60 }),
    );
    return (await headOf(request.branch)) ?? '';
  };
  return {
    path,
    name: basename(path),
    commit: (files, message = 'a change', branch = 'main') => write({ files, message, branch, fresh: false }),
    rewrite: (files, message = 'another history', branch = 'main') => write({ files, message, branch, fresh: true }),
    branch: async (branch, at = 'main') => void (await git(['branch', '--force', branch, at])),
    tag: async (tag, { at = 'main', annotated = false } = {}) =>
      void (await git(
        annotated ? ['tag', '--force', '--annotate', '--message=a tag', tag, at] : ['tag', '--force', tag, at],
      )),
    deleteBranch: async (branch) => void (await git(['update-ref', '-d', `refs/heads/${branch}`])),
    rawTree: (entries) => git(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], rawTree(entries)),
    blob: (content) => git(['hash-object', '-w', '--stdin'], content),
    commitTree: async (tree, branch = 'main') => {
      minutes += 1;
      const commit = await git(['commit-tree', '-m', 'a tree made by hand', tree]);
      await git(['update-ref', `refs/heads/${branch}`, commit]);
      return commit;
    },
    git,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** As `git init --bare` would, without a process: tests make many. */
async function initBare(path: string): Promise<void> {
  for (const folder of ['objects', 'refs']) await mkdir(join(path, folder), { recursive: true });
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(path, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

interface Import {
  readonly files: Readonly<Record<string, RigContent | null>>;
  readonly message: string;
  readonly branch: string;
  readonly fresh: boolean;
  readonly head: string | undefined;
  readonly at: number;
}

function fastImport({ files, message, branch, fresh, head, at }: Import): Buffer {
  const parts: (string | Buffer)[] = [
    ...(fresh ? [`reset refs/heads/${branch}\n`] : []),
    `commit refs/heads/${branch}\nauthor Ada Author <ada@example.org> ${at} +0000\ncommitter Carl Committer <carl@example.org> ${at} +0000\n`,
    ...bytes(message),
    ...(head !== undefined && !fresh ? [`from ${head}\n`] : []),
    ...(fresh ? ['deleteall\n'] : []),
    ...Object.entries(files).flatMap(([path, content]) => change(path, content)),
  ];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

function change(path: string, content: RigContent | null): (string | Buffer)[] {
  if (content === null) return [`D ${path}\n`];
  if (typeof content === 'string' || Buffer.isBuffer(content)) return [`M 100644 inline ${path}\n`, ...bytes(content)];
  if (content.mode === '160000') return [`M 160000 ${content.content} ${path}\n`];
  return [`M ${content.mode} inline ${path}\n`, ...bytes(content.content)];
}

const bytes = (content: string | Buffer): (string | Buffer)[] => [
  `data ${Buffer.byteLength(content)}\n`,
  content,
  '\n',
];

const rawTree = (entries: readonly RawEntry[]): Buffer =>
  Buffer.concat(
    entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} `),
      Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(id, 'hex'),
    ]),
  );

function runGit(
  argv: readonly string[],
  extra: Readonly<Record<string, string>>,
  stdin?: string | Buffer,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', argv, { env: { ...rigEnvironment, ...extra }, cwd: '/', stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(stdout).toString('utf8').trim());
      else reject(new Error(`git ${argv.join(' ')}: ${Buffer.concat(stderr).toString('utf8')}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
  });
}
