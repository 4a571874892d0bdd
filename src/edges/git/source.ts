import { HarborError } from '../../errors.ts';
import type { Follower, Ref, Repository } from '../../model/app.ts';
import type { GitObject, Revision } from '../../model/revision.ts';
import type { ExportRequest, Logger, Source } from '../../ports.ts';
import { authorityFiles } from './authorities.ts';
import type { GitContext, Timeouts } from './context.ts';
import { type Description, describe, revisionOf } from './describe.ts';
import { inheritedFrom } from './environment.ts';
import { writeOut } from './export.ts';
import { findFiles } from './find.ts';
import { httpClient } from './http.ts';
import { remoteLook } from './look.ts';
import { lru } from './lru.ts';
import { mirrors } from './mirror.ts';
import { provenanceIn } from './provenance.ts';
import { readFile, whatIs } from './read.ts';
import { recall } from './recall.ts';
import { type Snapshot, snapshotOf, treeCache } from './snapshot.ts';
import { closeConnections } from './ssh.ts';
import { submoduleRepository, submoduleUrls } from './submodules.ts';

export interface GitSourceOptions {
  /** Absolute; made when it is needed. */
  readonly reposDir: string;
  /** Absolute; for sockets of ssh connections (so keep it short) and for bundles of certificate authorities. */
  readonly runDir: string;
  readonly logger: Logger;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Set by whoever holds the lock of the state directory: lock files that are in the way were left behind, and may go. */
  readonly exclusive?: boolean | undefined;
  /** Our own environment; only PATH, the proxy variables and SSH_AUTH_SOCK are taken from it. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

const defaults: Timeouts = { look: 15_000, fetch: 300_000, local: 60_000, idle: 2_000 };
const deepestSubmodule = 5;

/** Git repositories as the source of desired state. To be disposed of: it keeps connections and processes open between calls. */
export function gitSource(options: GitSourceOptions): Source & AsyncDisposable {
  const context = contextOf(options);
  const client = httpClient();
  const open = mirrors(context);
  const cache = treeCache();
  /** Tags that ranges of versions led to, by what they led to. */
  const chosen = lru<string>(1000);
  const described = recall(lru<Description>(1000));
  const snapshot = (repository: Repository, commit: string): Promise<Snapshot> =>
    snapshotOf(open.of(repository), commit, cache);

  const description = async (repository: Repository, ref: Ref, commit: string): Promise<Description> => {
    const mirror = open.of(repository);
    await mirror.obtain({ repository, ref, commit });
    return described(`${repository.id} ${commit}`, () => describe(mirror.folder, commit, context).catch(mend));

    async function mend(): Promise<Description> {
      mirror.suspect();
      await mirror.obtain({ repository, ref, commit });
      return describe(mirror.folder, commit, context);
    }
  };

  const refOf = (repository: Repository, ref: Ref, commit: string): Ref => {
    const tag = ref.kind === 'range' ? chosen.get(choice(repository, ref, commit)) : undefined;
    return tag === undefined ? ref : { kind: 'tag', name: tag };
  };

  const exportTo = async (request: ExportRequest, depth: number): Promise<void> => {
    const { repository, commit, target } = request;
    const tree = await snapshot(repository, commit);
    const met = await writeOut(tree, request);
    if (!request.submodules || met.length === 0) return;
    if (depth >= deepestSubmodule) throw tooDeep();
    const urls = await submoduleUrls(open.of(repository), tree, context);
    for (const { path, commit: pinned, inside } of met) {
      const inner = submoduleRepository(repository, path, urls.get(path));
      await open.of(inner).obtain({ repository: inner, ref: { kind: 'commit', name: pinned }, commit: pinned });
      await exportTo(
        { ...request, repository: inner, commit: pinned, paths: inside, target: `${target}/${path}` },
        depth + 1,
      );
    }
  };

  return {
    look: remoteLook(context, client, (repository, ref, { tag, commit }) =>
      chosen.set(choice(repository, ref, commit), tag),
    ),
    fetch: async ({ repository, ref }: Follower, commit): Promise<Revision> =>
      revisionOf(repository, refOf(repository, ref, commit), commit, await description(repository, ref, commit)),
    provenance: (request) => provenanceIn(open.of(request.app.repository).folder, request, context),
    objects: async (repository, commit, paths): Promise<ReadonlyMap<string, GitObject | undefined>> => {
      const tree = await snapshot(repository, commit);
      return new Map(await Promise.all(paths.map(async (path) => [path, await whatIs(tree, path)] as const)));
    },
    read: async (repository, commit, path, limit) => readFile(await snapshot(repository, commit), path, limit),
    find: async (repository, commit, search) => findFiles(await snapshot(repository, commit), search),
    export: (request) => exportTo(request, 0),
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      await open[Symbol.asyncDispose]();
      await closeConnections(context.runDir, context.base);
    },
  };
}

const choice = ({ id }: Repository, { name }: Ref, commit: string): string => `${id} ${commit} ${name}`;

const contextOf = ({ reposDir, runDir, logger, timeouts, exclusive, environment }: GitSourceOptions): GitContext => ({
  reposDir,
  runDir,
  logger,
  exclusive: exclusive ?? false,
  base: inheritedFrom(environment ?? {}),
  timeouts: { ...defaults, ...timeouts },
  authorities: authorityFiles(runDir),
});

const tooDeep = (): HarborError =>
  new HarborError(`The repository has submodules in submodules, more than ${deepestSubmodule} deep`, {
    code: 'tree-refused',
    hint: 'Does a submodule contain itself?',
  });
