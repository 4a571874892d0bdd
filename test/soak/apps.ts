import { stringify } from 'yaml';

/** Where the apps' images come from. */
export interface Images {
  /** Only the engine has it. */
  readonly local: string;
  /** In the registry, with the tags 1 to 4. */
  readonly published: string;
  /** In the registry, but it has no such image. */
  readonly absent: string;
}

export type Files = Readonly<Record<string, string>>;
export const badKinds = ['crash', 'crash-loop', 'unhealthy', 'never', 'invalid', 'missing-image'] as const;
export type Bad = (typeof badKinds)[number];

/** An app of the soak: what its branch holds at a version, good or bad. */
export interface SoakApp {
  readonly name: string;
  /** Services that keep running, and those that run to their end. */
  readonly services: readonly string[];
  readonly jobs: readonly string[];
  /** The service that shows the version. */
  readonly main: string;
  /** How the version is read in the main service's container. */
  readonly shows: readonly string[];
  files(version: number, images: Images, bad?: Bad): Files;
}

/** What a container that ends again and again by itself has: the engine starts it, and nobody else. */
export const crashLabel = 'soak.crash';

const fromEnvironment = ['sh', '-c', 'echo -n "$VERSION"'];
const fromPage = ['cat', '/www/index.html'];

/** On the main service; the two that are no service are handled by `compose`. */
const badly: Readonly<Record<Bad, object>> = {
  crash: { command: ['crash', '3'], labels: { [crashLabel]: 'yes' } },
  'crash-loop': { command: ['crash', '3'], restart: 'always', labels: { [crashLabel]: 'yes' } },
  unhealthy: { healthcheck: { test: ['CMD', 'false'], interval: '1s', retries: 1 } },
  never: { healthcheck: { test: ['CMD', 'true'], interval: '60s' } },
  invalid: {},
  'missing-image': {},
};

function compose(model: { readonly services: Record<string, object> }, main: string, images: Images, bad?: Bad) {
  if (bad === 'invalid') return 'services: [\n';
  if (bad === undefined) return stringify(model);
  const wrong = bad === 'missing-image' ? { image: images.absent } : badly[bad];
  const { build: _, ...service } = { build: undefined, ...model.services[main] };
  const kept = bad === 'missing-image' ? service : model.services[main];
  return stringify({ ...model, services: { ...model.services, [main]: { ...kept, ...wrong } } });
}

const base = (image: string) => ({ image, stop_signal: 'SIGKILL' });

/** A check that is quick, so that what waits for it is too. */
const quickCheck = { test: ['CMD', 'true'], interval: '1s', retries: 30 };

const pair: SoakApp = {
  name: 'pair',
  services: ['db', 'web'],
  jobs: [],
  main: 'web',
  shows: fromEnvironment,
  files: (version, images, bad) => ({
    'compose.yaml': compose(
      {
        services: {
          db: {
            ...base(images.local),
            healthcheck: quickCheck,
            networks: ['back'],
            environment: { VERSION: `${Math.floor(version / 3)}` },
          },
          web: {
            ...base(images.local),
            depends_on: { db: { condition: 'service_healthy' } },
            networks: ['front', 'back'],
            mem_limit: '64m',
            environment: { VERSION: `${version}` },
          },
        },
        ...{ networks: { front: {}, back: {} } },
      },
      'web',
      images,
      bad,
    ),
  }),
};

const mounted: SoakApp = {
  name: 'mounted',
  services: ['web'],
  jobs: [],
  main: 'web',
  shows: fromPage,
  files: (version, images, bad) => ({
    'compose.yaml': compose(
      { services: { web: { ...base(images.local), volumes: ['./page:/www:ro'] } } },
      'web',
      images,
      bad,
    ),
    'page/index.html': `${version}`,
  }),
};

const job: SoakApp = {
  name: 'job',
  services: ['web'],
  jobs: ['migrate'],
  main: 'web',
  shows: fromEnvironment,
  files: (version, images, bad) => ({
    'compose.yaml': compose(
      {
        services: {
          migrate: {
            ...base(images.local),
            command: ['sh', '-c', 'sleep 0.2'],
            environment: { VERSION: `${Math.floor(version / 2)}` },
          },
          web: {
            ...base(images.local),
            depends_on: { migrate: { condition: 'service_completed_successfully' } },
            environment: { VERSION: `${version}` },
          },
        },
      },
      'web',
      images,
      bad,
    ),
  }),
};

const built: SoakApp = {
  name: 'built',
  services: ['web'],
  jobs: [],
  main: 'web',
  shows: fromPage,
  files: (version, images, bad) => ({
    'compose.yaml': compose({ services: { web: { build: './image', stop_signal: 'SIGKILL' } } }, 'web', images, bad),
    'image/Dockerfile': `FROM ${images.local}\nCOPY page /www/index.html\n`,
    'image/page': `${version}`,
  }),
};

const pinned: SoakApp = {
  name: 'pinned',
  services: ['web'],
  jobs: [],
  main: 'web',
  shows: fromEnvironment,
  files: (version, images, bad) => ({
    'compose.yaml': compose(
      {
        services: {
          web: { ...base(`${images.published}:${(version % 4) + 1}`), environment: { VERSION: `${version}` } },
        },
      },
      'web',
      images,
      bad,
    ),
  }),
};

export const soakApps: readonly SoakApp[] = [pair, mounted, job, built, pinned];
