/** Builders that fill in what a test does not mention. Everything is of the app `shop`, whose instance is `us`, and fits together. */
import { buildsOf } from '../../src/core/builds.ts';
import { policyOf } from '../../src/core/policy.ts';
import { type SealInput, seal } from '../../src/core/seal.ts';
import type { App } from '../../src/model/app.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import type { LogConfig } from '../../src/model/config.ts';
import type { AppHistory } from '../../src/model/history.ts';
import type { ContainerReport, Observed, ObservedContainer, ObservedNetwork } from '../../src/model/observed.ts';
import type { Pin, Release, ReleaseNetwork, ReleaseService, ReleaseVolume } from '../../src/model/release.ts';
import type { GitObject, Revision } from '../../src/model/revision.ts';

export const instance = 'us';

export const logConfig: LogConfig = {
  segmentBytes: 8_388_608,
  segmentAge: 2_678_400_000,
  checkpointEntries: 100,
  checkpointAge: 60_000,
  appendOnly: false,
  keep: { age: undefined, segments: undefined },
  witness: undefined,
};

export const app = (more: Partial<App> = {}): App => ({
  name: 'shop',
  project: 'shop',
  repository: {
    id: 'shop',
    url: 'https://git.example.org/shop.git',
    credentials: { kind: 'none' },
    certificateAuthority: undefined,
  },
  ref: { kind: 'branch', name: 'main' },
  path: '.',
  composeFiles: [],
  profiles: [],
  environment: {},
  unsetVariables: 'error',
  submodules: false,
  enabled: true,
  interval: 60_000,
  staleAfter: 3600_000,
  health: { deadline: 60_000, minReady: 10_000 },
  strategy: 'recreate',
  deploy: 'auto',
  approval: { approvals: 1, notByAuthor: true, expiresAfter: 86_400_000 },
  drift: 'correct',
  onFailure: 'rollback',
  hooks: [],
  checks: [],
  onChange: {},
  policy: policyOf('apps.shop.allow'),
  windows: [],
  dependsOn: [],
  removal: { onRemove: 'down', grace: 0 },
  ...more,
});

const ada = { name: 'Ada', email: 'ada@example.org', at: '2026-11-20T10:00:00.000Z' };

export const revision = (more: Partial<Revision> = {}): Revision => ({
  repository: 'https://git.example.org/shop.git',
  ref: 'main',
  commit: '1'.repeat(40),
  author: ada,
  committer: ada,
  subject: 'Change the shop',
  ...more,
});

/** 64 hex digits that begin with these. */
export const hex = (start: string | number): string => String(start).padEnd(64, '0');

export const pin = (requested: string, more: Partial<Pin> = {}): Pin => ({
  requested,
  pinned: `${requested}@sha256:${hex(1)}`,
  platformDigest: undefined,
  resolvedAt: '2026-11-20T10:00:00.000Z',
  from: 'registry',
  ...more,
});

export const service = (name: string, more: Partial<ReleaseService> = {}): ReleaseService => ({
  name,
  image: pin(`${name}:1`),
  digest: `${name}-1`,
  dependsOn: [],
  sharesWith: [],
  oneShot: false,
  replicas: 1,
  healthcheck: false,
  containerName: undefined,
  ports: [],
  networks: [],
  content: {},
  ...more,
});

/** `dependsOn: [on('db', 'healthy')]` */
export const on = (
  dependency: string,
  condition: ReleaseService['dependsOn'][number]['condition'] = 'started',
  restart = false,
): ReleaseService['dependsOn'][number] => ({ service: dependency, condition, restart });

export const release = (more: Partial<Release> = {}): Release => {
  const services = more.services ?? [service('web')];
  const definitions = services.map(({ name, image }) => [name, { image: image.pinned }]);
  return {
    digest: hex('a'),
    app: 'shop',
    project: 'shop',
    revision: revision(),
    services,
    networks: [],
    volumes: [],
    builds: [],
    mounts: [],
    inputs: { objects: {}, options: 'options' },
    compose: JSON.stringify({ name: 'shop', services: Object.fromEntries(definitions) }),
    environment: {},
    warnings: [],
    ...more,
  };
};

export const releaseNetwork = (key: string, more: Partial<ReleaseNetwork> = {}): ReleaseNetwork => ({
  key,
  name: `shop_${key}`,
  external: false,
  digest: `${key}-1`,
  ...more,
});

export const releaseVolume = (key: string, more: Partial<ReleaseVolume> = {}): ReleaseVolume => ({
  key,
  name: `shop_${key}`,
  external: false,
  digest: `${key}-1`,
  ...more,
});

/** The first container of a service, running what `service(name)` declares. */
export const container = (of: string, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: `${of}-id`,
  name: `shop-${of}-1`,
  project: 'shop',
  service: of,
  oneOff: false,
  instance,
  app: 'shop',
  digest: `${of}-1`,
  imageId: `sha256:${of}`,
  state: 'running',
  health: 'none',
  exitCode: undefined,
  joins: undefined,
  ports: [],
  configHash: undefined,
  ...more,
});

/** A container that ended. */
export const exited = (of: string, exitCode: number, more: Partial<ObservedContainer> = {}): ObservedContainer =>
  container(of, { state: 'exited', exitCode, ...more });

export const observed = (containers: readonly ObservedContainer[] = []): Observed => ({ containers });

export const network = (key: string, more: Partial<ObservedNetwork> = {}): ObservedNetwork => ({
  id: `${key}-id`,
  name: `shop_${key}`,
  project: 'shop',
  key,
  instance,
  digest: `${key}-1`,
  settings: {
    driver: 'bridge',
    internal: false,
    attachable: false,
    ipv6: false,
    options: {},
    ipamDriver: 'default',
    pools: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.1' }],
  },
  ...more,
});

/** Started a minute before the time `now` of 100,000 ms. */
export const report = (of: string, more: Partial<ContainerReport> = {}): ContainerReport => ({
  id: `${of}-id`,
  name: `shop-${of}-1`,
  service: of,
  digest: `${of}-1`,
  imageId: `sha256:${of}`,
  state: 'running',
  health: 'none',
  exitCode: 0,
  restarts: 0,
  oomKilled: false,
  error: '',
  startedAt: 40_000,
  checks: [],
  retries: 3,
  healthOutput: '',
  ...more,
});

export const history = (more: Partial<AppHistory> = {}): AppHistory => ({
  project: 'shop',
  desired: undefined,
  attempted: undefined,
  applied: undefined,
  deployed: undefined,
  good: [],
  open: undefined,
  unfinished: undefined,
  trouble: undefined,
  drift: undefined,
  heals: [],
  hold: undefined,
  quarantined: [],
  completed: [],
  adopted: { containers: [], networks: [] },
  ...more,
});

/** A history in which this release was deployed last, and is what Git asks for. */
export const deployed = (
  { digest }: Release,
  imageIds: Readonly<Record<string, string>> = {},
  more: Partial<AppHistory> = {},
): AppHistory => {
  const good = { release: digest, seq: 2, at: '2026-11-20T10:00:00.000Z', commit: '1'.repeat(40) };
  return history({
    desired: { release: digest, commit: good.commit },
    applied: digest,
    deployed: { ...good, imageIds, configured: {} },
    good: [good],
    ...more,
  });
};

export const folders = { scratch: '/scratch/one', live: '/state/apps/shop/live' } as const;

/** A rendering, as Compose 2.26 writes it: `networks`, `command` and the like come with it. */
export const model = (
  services: Readonly<Record<string, ComposeService>>,
  more: Omit<Partial<ComposeModel>, 'services'> = {},
): ComposeModel => ({
  name: 'shop',
  services: Object.fromEntries(
    Object.entries(services).map(([name, definition]) => [
      name,
      {
        command: null,
        entrypoint: null,
        ...(definition.network_mode === undefined && { networks: { default: null } }),
        ...definition,
      },
    ]),
  ),
  networks: { default: { name: 'shop_default', ipam: {} } },
  ...more,
});

export const blob = (id: string): GitObject => ({ id, type: 'blob' });

/** Git objects by repository path. */
export const objects = (ids: Readonly<Record<string, string>>): ReadonlyMap<string, GitObject> =>
  new Map(Object.entries(ids).map(([path, id]) => [path, blob(id)]));

/** Seals a rendering: every image gets a pin, every build its tag. */
export const sealed = (rendered: ComposeModel, more: Partial<SealInput> = {}): Release => {
  const owner = more.app ?? app();
  const key = more.key ?? Buffer.from('host key');
  const known = more.objects ?? new Map<string, GitObject>();
  const builds = more.builds ?? buildsOf({ app: owner, model: rendered, folders, objects: known, key });
  const pins = Object.entries(rendered.services).flatMap(([name, { image }]): [string, Pin][] => {
    const tag = builds.find((build) => build.service === name)?.tag;
    if (tag !== undefined) return [[name, pin(tag, { pinned: tag, from: 'build' })]];
    return image === undefined ? [] : [[name, pin(image)]];
  });
  return seal({
    app: owner,
    revision: revision(),
    model: rendered,
    folders,
    objects: known,
    pins: new Map(pins),
    builds,
    inputs: { objects: {}, options: 'options' },
    jobs: [],
    environment: {},
    warnings: [],
    key,
    instance,
    ...more,
  });
};
