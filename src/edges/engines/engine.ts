import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLane, createShared } from '../../core/concurrency.ts';
import type { Engine, EngineFacts, Logger, StoredRelease } from '../../ports.ts';
import type { Argv } from '../process.ts';
import { type EngineApi, engineApi } from './api/client.ts';
import { configurations } from './api/configuration.ts';
import { engineVersion } from './api/engine-version.ts';
import { followEvents } from './api/events.ts';
import { execute } from './api/exec.ts';
import { findImage, untagImages } from './api/images.ts';
import { inspectContainers, lastStarts } from './api/inspect.ts';
import {
  discardContainer,
  removeContainers,
  restartContainers,
  startContainers,
  stopContainers,
} from './api/lifecycle.ts';
import { tailLogs } from './api/logs.ts';
import { mendContainer } from './api/mend.ts';
import { listContainers, listGhosts } from './api/observe.ts';
import { pullPin } from './api/pull.ts';
import { createPullLanes } from './api/pull-lanes.ts';
import { reachOf } from './api/reach.ts';
import { listNetworks, listVolumes, removeNetwork } from './api/resources.ts';
import { signalContainers } from './api/signal.ts';
import { createArgv, replaceArgv } from './compose/argv.ts';
import { build } from './compose/build.ts';
import type { ActContext } from './compose/environment.ts';
import { prepare } from './compose/prepare.ts';
import { hashes, render } from './compose/render.ts';
import { sweep } from './compose/sweep.ts';
import { type ComposeTools, composeTools } from './compose/tools.ts';
import { namingGhosts, namingPortHolder, up } from './compose/up.ts';
import { type CredentialOptions, dockerCredentials } from './registry/credentials.ts';

export interface ComposeEngineOptions extends CredentialOptions {
  /** `unix:///var/run/docker.sock` or `tcp://host:port`. */
  readonly dockerHost: string;
  /** Path of the Compose plugin, if it is not to be looked for. */
  readonly composePlugin?: string | undefined;
  /** Private folder for short-lived files; made when it is needed. */
  readonly runDirectory: string;
  /** Value of our instance label. */
  readonly instance: string;
  readonly logger: Logger;
  readonly limits?: Partial<Limits> | undefined;
}

/** Milliseconds. */
export interface Limits {
  readonly up: number;
  readonly build: number;
  readonly pull: number;
  /** Of a pull without progress. */
  readonly pullIdle: number;
}

const minute = 60_000;
const defaults: Limits = { up: 10 * minute, build: 15 * minute, pull: 15 * minute, pullIdle: 2 * minute };

/** Each is a process, and starting one stops everything else for some milliseconds; more would only share the same cores, and take 30 MB each. */
const renderingsAtOnce = 4;

/** The host's Docker engine: read over its API, changed by Compose where services are made and over the API everywhere else. */
export function composeEngine(options: ComposeEngineOptions): Engine {
  const { dockerHost, instance, logger } = options;
  const limits = { ...defaults, ...options.limits };
  const api = engineApi(dockerHost);
  const tools = composeTools(
    {
      explicit: options.composePlugin,
      dockerConfig: options.dockerConfig,
      searchPath: options.environment['PATH'] ?? '',
    },
    logger,
  );
  const pulling = {
    api,
    credentials: dockerCredentials(options),
    limits: { overall: limits.pull, idle: limits.pullIdle },
    lanes: createPullLanes(),
  };
  const home = join(options.runDirectory, 'compose-home');
  const rendering = createLane(renderingsAtOnce);
  // A hundred apps that are looked at together do not ask for the whole host a hundred times.
  const observe = createShared(() => listContainers(api));
  const ghostsOf = (project: string) => () => listGhosts(api, project);
  const renderer = async () => ({ plugin: (await tools.plugin()).path, isolation: await tools.isolation() });

  /** Docker's own configuration is for builds only, which may need logins: for `up` it would add proxies that nobody judged. */
  async function contextOf(project: string, dockerConfig = home): Promise<ActContext> {
    await mkdir(home, { recursive: true, mode: 0o700 });
    return { project, dockerHost, dockerConfig, home };
  }

  async function apply(argvOf: UpArgv, stored: StoredRelease, services: readonly string[]): Promise<void> {
    if (services.length === 0) return;
    const argv = argvOf((await tools.plugin()).path, stored, services);
    const { project, environment } = stored.release;
    const context = await contextOf(project);
    await namingGhosts(ghostsOf(project), () =>
      namingPortHolder(observe, () => up(argv, environment, context, limits.up)),
    );
  }

  return {
    ...overApi(api),
    facts: () => factsOf(api, tools),
    render: (request) => rendering(async () => render(await renderer(), request)),
    hashes: (request) => rendering(async () => hashes(await renderer(), request)),
    observe: async () => ({ containers: await observe() }),
    pull: (pin, keepAs, signal) => pullPin({ ...pulling, signal }, pin, keepAs),
    async build(request, signal) {
      if ((await findImage(api, request.tag)) !== undefined) return;
      const { path: plugin } = await tools.plugin();
      const context = await contextOf(request.project, options.dockerConfig);
      await build({ plugin, context, temporary: home, limit: limits.build, signal }, request);
    },
    async prepare(job) {
      const { path: plugin } = await tools.plugin();
      const context = await contextOf(job.project);
      const own = () => listContainers(api, job.project);
      const preparer = { plugin, context, temporary: home, limit: limits.up, observe: own };
      return namingGhosts(ghostsOf(job.project), () => prepare(preparer, job));
    },
    create: (stored, services) => apply(createArgv, stored, services),
    replace: (stored, services) => apply(replaceArgv, stored, services),
    start: (ids) => namingPortHolder(observe, () => startContainers(api, ids)),
    restart: (ids) => namingPortHolder(observe, () => restartContainers(api, ids)),
    signal: (containers, signals) => signalContainers(api, containers, signals),
    mend: (mend) => namingPortHolder(observe, () => mendContainer(api, mend)),
    async sweep(project) {
      const mends = await namingGhosts(ghostsOf(project), () => sweep(api, project, instance));
      for (const { kind, id, name } of mends) {
        logger.info(
          { project, container: id, name },
          kind === 'remove' ? 'removed a half-made container' : 'renamed a half-made container',
        );
      }
    },
  };
}

/** What is one call, or the same one for each of several. */
const overApi = (api: EngineApi) =>
  ({
    inspect: (ids) => inspectContainers(api, ids),
    lastStarts: (ids) => lastStarts(api, ids),
    configurations: (ids) => configurations(api, ids),
    reach: (ids) => reachOf(api, ids),
    events: (told, signal) => followEvents(api, told, signal),
    tail: (id, lines) => tailLogs(api, id, lines),
    networks: (project) => listNetworks(api, project),
    volumes: (project) => listVolumes(api, project),
    image: (reference) => findImage(api, reference),
    untag: (references) => untagImages(api, references),
    exec: (id, command, limits) => execute(api, id, command, limits),
    stop: (ids) => stopContainers(api, ids),
    discard: (id) => discardContainer(api, id),
    remove: (ids) => removeContainers(api, ids),
    removeNetwork: (id) => removeNetwork(api, id),
  }) satisfies Partial<Engine>;

async function factsOf(api: EngineApi, tools: ComposeTools): Promise<EngineFacts> {
  const [engine, apiVersion, { version: compose }, isolation] = await Promise.all([
    engineVersion(api),
    api.version(),
    tools.plugin(),
    tools.isolation(),
  ]);
  return { ...engine, apiVersion, compose, isolation };
}

type UpArgv = (plugin: string, stored: StoredRelease, services: readonly string[]) => Argv;
