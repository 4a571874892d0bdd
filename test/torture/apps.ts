import { stringify } from 'yaml';
import { light } from '../support/world.ts';

/** What a commit may change, each with a number; what it does not name stays. */
export interface Version {
  /** Of the whole: each commit counts it up, and every service that runs shows it. */
  readonly all: number;
  /** A service that comes; the one before goes. */
  readonly extra: number;
  /** Another image to pull. */
  readonly tag: number;
  /** Another image to build. */
  readonly context: number;
  /** Another definition of the network. */
  readonly network: number;
}

export const firstVersion: Version = { all: 1, extra: 1, tag: 1, context: 1, network: 1 };

export interface Images {
  /** Only the engine has it; with an anonymous volume. */
  readonly local: string;
  /** In the registry, by tag. */
  readonly published: (tag: number) => string;
}

/** An app of the torture: what its branch holds, and what then runs. */
export interface TortureApp {
  readonly name: string;
  /** What the configuration says of it besides where it is. */
  readonly config: object;
  files(version: Version, images: Images, bad: boolean): Readonly<Record<string, string>>;
  services(version: Version): readonly string[];
  /** What the hooks of a deployment write down, in order. */
  hooks(version: Version, bad: boolean): readonly string[];
  /** What the hook of its removal writes down. */
  readonly farewell: (version: Version) => readonly string[];
}

/** It says so at once: it ends. */
const crashes = { command: ['crash', '3'] };

/** Everything that a deployment may do to containers, files, networks and images. */
const shop: TortureApp = {
  name: 'shop',
  config: {},
  files: ({ all, extra, tag, context, network }, { local, published }, bad) => ({
    'compose.yaml': stringify({
      services: {
        web: {
          stop_signal: 'SIGKILL',
          image: local,
          environment: { VERSION: all },
          volumes: ['./page:/www:ro', 'data:/data'],
          networks: ['back'],
          ...(bad && crashes),
        },
        pulled: { ...light, image: published(tag) },
        [`extra-${extra}`]: { ...light, image: local },
        built: { ...light, build: './image' },
      },
      networks: { back: { internal: network % 2 === 0 } },
      volumes: { data: {} },
    }),
    'image/Dockerfile': `FROM ${local}\nRUN echo ${context} > /context\n`,
    'page/index.html': `page ${all}`,
  }),
  services: ({ extra }) => ['built', `extra-${extra}`, 'pulled', 'web'],
  hooks: () => [],
  farewell: () => [],
};

const hook = (local: string, line: string) => ({
  ...light,
  image: local,
  profiles: ['hooks'],
  command: ['sh', '-c', `echo '${line}' >> /data/ran`],
  volumes: ['data:/data'],
});

/** A hook at each moment there is; each writes into a volume that it ran. */
const kit: TortureApp = {
  name: 'kit',
  config: {
    hooks: {
      pre_deploy: [{ service: 'migrate' }],
      post_deploy: [{ service: 'warm' }],
      on_failure: [{ service: 'sorry' }],
      pre_remove: [{ service: 'farewell' }],
    },
  },
  files: ({ all }, { local }, bad) => ({
    'compose.yaml': stringify({
      services: {
        web: {
          ...light,
          image: local,
          environment: { VERSION: all },
          volumes: ['./page:/www:ro', 'data:/data'],
          ...(bad && crashes),
        },
        migrate: hook(local, `migrate ${all}`),
        warm: hook(local, `warm ${all}`),
        sorry: hook(local, `sorry ${all}`),
        farewell: hook(local, `farewell ${all}`),
      },
      volumes: { data: {} },
    }),
    'page/index.html': `page ${all}`,
  }),
  services: () => ['web'],
  hooks: ({ all }, bad) => [`migrate ${all}`, `${bad ? 'sorry' : 'warm'} ${all}`],
  farewell: ({ all }) => [`farewell ${all}`],
};

export const tortureApps = { shop, kit } as const;
