import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../edges/process.ts';
import { HarborError } from '../errors.ts';

/** What the demo plays with: a Git repository, a configuration and a state folder, all in one temporary folder. */
export interface Stage extends AsyncDisposable {
  /** Writes files into the repository and commits them; returns the short commit id. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message: string): Promise<string>;
  /** The command line of the real Harbormaster on this stage. */
  argv(...args: string[]): readonly [string, ...string[]];
  /** Takes the app out of the configuration. */
  undeclare(): Promise<void>;
}

interface StageOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** The program that runs: node and the bundle. */
  readonly self: readonly [string, ...string[]];
  readonly app: string;
}

const commandLimit = 5 * 60_000;

export async function openStage({ environment, self, app }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-demo-'));
  const repository = join(folder, 'repository');
  const config = join(folder, 'harbormaster.yml');
  const state = join(folder, 'state');
  const identity = {
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  };
  const gitEnvironment = { ...environment, ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

  const git = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(['git', '-C', repository, ...args], {
      env: gitEnvironment,
      limit: commandLimit,
    });
    if (exitCode !== 0) throw new HarborError(`git ${args[0]} failed: ${stderr.trim()}`, { code: 'source-broken' });
    return stdout.toString('utf8').trim();
  };

  await mkdir(repository);
  await git('init', '--quiet', '--initial-branch', 'main');
  await writeFile(config, configuration(app, repository));

  return {
    async commit(files, message) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(repository, path)), { recursive: true });
        await writeFile(join(repository, path), content, { mode: path.endsWith('busybox') ? 0o755 : 0o644 });
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
      return git('rev-parse', '--short', 'HEAD');
    },
    argv: (...args) => [...self, '--config', config, '--state-dir', state, ...args],
    undeclare: () => writeFile(config, 'apps: {}\n'),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const configuration = (app: string, repository: string): string => `apps:
  ${app}:
    url: ${repository}
    branch: main
    interval: 20s
    health: { deadline: 30s, min_ready: 1s }
`;
