/** Environment of the children that run Compose: whole, explicit, and nothing of ours in it. */
export type Environment = Readonly<Record<string, string>>;

export const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Every variable that steers Compose, set to what it would do by itself: a `.env` file cannot set what is set already.
 * Source: https://docs.docker.com/compose/how-tos/environment-variables/envvars/
 */
const steering = {
  COMPOSE_ANSI: 'never',
  COMPOSE_BAKE: 'false',
  COMPOSE_COMPATIBILITY: 'false',
  COMPOSE_CONVERT_WINDOWS_PATHS: 'false',
  COMPOSE_DISABLE_ENV_FILE: 'false',
  COMPOSE_ENV_FILES: '',
  COMPOSE_EXPERIMENTAL: 'false',
  COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
  COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false',
  COMPOSE_FILE: '',
  COMPOSE_IGNORE_ORPHANS: 'true',
  COMPOSE_MENU: 'false',
  COMPOSE_PARALLEL_LIMIT: '-1',
  COMPOSE_PATH_SEPARATOR: ':',
  COMPOSE_PROFILES: '',
  COMPOSE_PROGRESS: 'plain',
  COMPOSE_REMOVE_ORPHANS: 'false',
  COMPOSE_STATUS_STDOUT: 'false',
} as const;

/** Names that Docker, Compose or the loader of programs obey. They are ours to set, in no app's power, and cannot be interpolated. */
const obeyed = new Set([
  ...Object.keys(steering),
  ...['COMPOSE_PROJECT_NAME', 'BUILDX_BUILDER', 'BUILDX_CONFIG', 'BUILDKIT_HOST'],
  ...[
    'DOCKER_API_VERSION',
    'DOCKER_BUILDKIT',
    'DOCKER_CERT_PATH',
    'DOCKER_CONFIG',
    'DOCKER_CONTEXT',
    'DOCKER_CUSTOM_HEADERS',
  ],
  ...['DOCKER_DEFAULT_PLATFORM', 'DOCKER_HOST', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CLI_PLUGIN_SOCKET'],
]);

const isFree = (name: string): boolean => !obeyed.has(name) && !name.startsWith('LD_');

const freeOnes = (variables: Environment): Environment =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => isFree(name)));

/** An engine that cannot be: rendering needs none, and a compose file must not reach one. */
const nowhere = { DOCKER_CONFIG: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent/docker.sock' } as const;

/**
 * For a rendering: what the app was given, and nothing else that `${…}` could read. There is no PATH and no HOME unless the app declares them, so that
 * a file that relies on ours is told so.
 */
export const renderEnvironment = (project: string, given: Environment): Environment => ({
  ...freeOnes(given),
  ...steering,
  ...nowhere,
  COMPOSE_PROJECT_NAME: project,
});

export interface ActContext {
  readonly project: string;
  readonly dockerHost: string;
  readonly dockerConfig: string;
  readonly home: string;
}

/** For `up` and `build`. `given`: values for secrets and configs that name a variable. */
export const actEnvironment = (
  { project, dockerHost, dockerConfig, home }: ActContext,
  given: Environment = {},
): Environment => ({
  ...freeOnes(given),
  ...steering,
  COMPOSE_PROJECT_NAME: project,
  DOCKER_HOST: dockerHost,
  DOCKER_CONFIG: dockerConfig,
  BUILDX_CONFIG: `${home}/buildx`,
  HOME: home,
  PATH: standardPath,
  LC_ALL: 'C',
  NO_COLOR: '1',
});
