import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyOf } from '../../../src/core/policy.ts';
import { type GitSourceOptions, gitSource } from '../../../src/edges/git/source.ts';
import type { App, Credentials, Ref, Repository } from '../../../src/model/app.ts';
import type { Logger, Source } from '../../../src/ports.ts';

export const none: Credentials = { kind: 'none' };

export const main: Ref = { kind: 'branch', name: 'main' };

export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const repository = (url: string, facts: Partial<Repository> = {}): Repository => ({
  id: 'app',
  url,
  credentials: none,
  certificateAuthority: undefined,
  ...facts,
});

export const app = (from: Repository, facts: Partial<App> = {}): App => ({
  name: 'web',
  project: 'web',
  repository: from,
  ref: main,
  path: '.',
  composeFiles: [],
  profiles: [],
  environment: {},
  unsetVariables: 'error',
  submodules: false,
  enabled: true,
  interval: 60_000,
  staleAfter: 3600_000,
  health: { deadline: 60_000, minReady: 1000 },
  strategy: 'recreate',
  deploy: 'auto',
  approval: { approvals: 1, notByAuthor: true, expiresAfter: 86_400_000 },
  drift: 'correct',
  onFailure: 'rollback',
  hooks: [],
  checks: [],
  onChange: {},
  policy: policyOf('apps.web.allow'),
  windows: [],
  dependsOn: [],
  removal: { onRemove: 'down', grace: 0 },
  ...facts,
});

/** A source over folders of its own. */
export interface TestSource extends Source, AsyncDisposable {
  readonly folder: string;
  readonly reposDir: string;
  readonly runDir: string;
  /** Looks at one app and fetches what it found; throws what the look answered. */
  sync(app: App): Promise<string>;
}

export async function testSource(options: Partial<GitSourceOptions> = {}): Promise<TestSource> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-git-'));
  const reposDir = options.reposDir ?? join(folder, 'repos');
  const runDir = options.runDir ?? join(folder, 'run');
  const source = gitSource({ logger: quiet, exclusive: true, ...options, reposDir, runDir });
  const sync = async (wanted: App): Promise<string> => {
    const commit = (await source.look([wanted])).get(wanted.name);
    if (typeof commit !== 'string') throw commit;
    await source.fetch(wanted, commit);
    return commit;
  };
  return {
    ...source,
    folder,
    reposDir,
    runDir,
    sync,
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What `work` is rejected with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
