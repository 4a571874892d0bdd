import { blank } from '../core/history.ts';
import { instead } from '../core/instead.ts';
import type { AppHistory } from '../model/history.ts';
import type { ContainerReport, ObservedContainer, ObservedNetwork } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { Engine, LiveFiles, ReleaseStore, StoredRelease } from '../ports.ts';

/** A host on paper: it runs one release, just as that declares it, and nobody has laid a hand on it. */
export interface PaperHost {
  readonly engine: Engine;
  readonly live: LiveFiles;
  readonly releases: ReleaseStore;
  readonly history: AppHistory | undefined;
}

interface PaperOptions {
  /** Renders; nothing else is asked of it. */
  readonly engine: Engine;
  readonly live: LiveFiles;
  readonly instance: string;
  /** Undefined: it runs nothing. */
  readonly runs: Release | undefined;
}

export function paperHost({ engine, live, instance, runs }: PaperOptions): PaperHost {
  const containers =
    runs === undefined ? [] : runs.services.flatMap((service) => containersOf(service, runs, instance));
  const images = new Set(runs?.services.map(({ image }) => image.pinned));
  const of = (ids: readonly string[]) => containers.filter(({ id }) => ids.includes(id));
  const stored = runs && { release: runs, file: '/nonexistent' };
  return {
    engine: instead(engine, {
      observe: async () => ({ containers }),
      inspect: async (ids) => of(ids).map(reportOf),
      configurations: async () => [],
      networks: async () => (runs === undefined ? [] : networksOf(runs, instance)),
      volumes: async (project) => (runs?.volumes ?? []).map(({ name, key }) => ({ name, key, project })),
      image: async (reference) =>
        images.has(reference) ? { id: reference, repoDigests: [], repoTags: [] } : undefined,
    }),
    live: instead(live, {
      holds: async () => runs?.digest,
      intact: async () => true,
      placedAt: async (_app, paths) => new Map(paths.map((path) => [path, 0])),
      leads: async () => new Map(),
    }),
    releases: storeOf(stored),
    history: runs && historyOf(runs),
  };
}

function containersOf(
  { name, digest, image, replicas, oneShot, containerName }: ReleaseService,
  { app, project }: Release,
  instance: string,
): readonly ObservedContainer[] {
  return Array.from({ length: replicas }, (_, index) => ({
    id: `${name}-${index + 1}`,
    name: containerName ?? `${project}-${name}-${index + 1}`,
    project,
    service: name,
    oneOff: false,
    instance,
    app,
    digest,
    imageId: image.pinned,
    state: oneShot ? 'exited' : 'running',
    health: 'none',
    exitCode: oneShot ? 0 : undefined,
    joins: undefined,
    ports: [],
    configHash: undefined,
  }));
}

const reportOf = ({ id, name, service, digest, imageId, state, health }: ObservedContainer): ContainerReport => ({
  id,
  name,
  service,
  digest,
  imageId,
  state,
  health,
  exitCode: 0,
  restarts: 0,
  oomKilled: false,
  error: '',
  startedAt: 1,
  checks: [],
  retries: 3,
  healthOutput: '',
});

const settings = {
  driver: 'bridge',
  internal: false,
  attachable: false,
  ipv6: false,
  options: {},
  ipamDriver: 'default',
  pools: [],
};

const networksOf = ({ networks, project }: Release, instance: string): readonly ObservedNetwork[] =>
  networks
    .filter(({ external }) => !external)
    .map(({ key, name, digest }) => ({ id: name, name, project, key, instance, digest, settings }));

const storeOf = (stored: StoredRelease | undefined): ReleaseStore => ({
  save: async (release) => ({ release, file: '/nonexistent' }),
  load: async (_app, digest) => (stored?.release.digest === digest ? stored : undefined),
  files: async () => '/nonexistent',
  list: async () => (stored === undefined ? [] : [stored.release.digest]),
  prune: async () => [],
});

function historyOf({ app, project, digest, revision, services }: Release): AppHistory {
  const good = { release: digest, commit: revision.commit, at: revision.committer.at, seq: 0 };
  const imageIds = Object.fromEntries(services.map(({ name, image }) => [name, image.pinned]));
  return {
    ...blank(app),
    project,
    desired: { release: digest, commit: revision.commit },
    applied: digest,
    deployed: { ...good, imageIds, configured: {} },
    good: [good],
    completed: services.filter(({ oneShot }) => oneShot).map((service) => service.digest),
  };
}
