import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as z from 'zod';
import { type EngineApi, engineApi } from '../../src/edges/engines/api/client.ts';
import { untagImages } from '../../src/edges/engines/api/images.ts';
import { demultiplex } from '../../src/edges/engines/api/logs.ts';
import { listContainers } from '../../src/edges/engines/api/observe.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import { type ImageRecipe, shelvedImage, testImage } from './images.ts';

const sockets = ['/run/harbormaster-engine/docker.sock', '/var/run/docker.sock'] as const;

/** Where the real engine is: DOCKER_HOST, or a known socket; undefined on a machine without one. */
export function findEngine(): string | undefined {
  if (process.env['DOCKER_HOST']) return process.env['DOCKER_HOST'];
  const socket = sockets.find((path) => existsSync(path));
  return socket && `unix://${socket}`;
}

/** The real engine, and a prefix of our own in it: whatever has it is gone when the rig is. */
export interface EngineRig extends AsyncDisposable {
  readonly dockerHost: string;
  readonly api: EngineApi;
  /** E.g. `hmt-1f3a9c`; projects, containers, networks, volumes and images of a test begin with it. */
  readonly prefix: string;
  /** A project's name with the prefix. */
  project(name: string): string;
  /** A tagged image with the prefix, made from scratch. */
  image(name: string, recipe?: ImageRecipe): Promise<string>;
  /** Containers of one project, by service then name; without a project: all that have the prefix. */
  containers(project?: string): Promise<readonly ObservedContainer[]>;
  /** The engine's own JSON about a container. */
  inspect(id: string): Promise<Record<string, unknown>>;
  /** What an environment variable was set to when the container was made; empty if it was not. */
  variable(id: string, name: string): Promise<string>;
  /** Runs a command in a container and gives what it wrote. */
  exec(id: string, command: readonly string[]): Promise<string>;
  /** Makes and starts a container that is not Harbormaster's; gives its id. `options`: the Engine API's body; without a HostConfig it has no network. */
  run(name: string, image: string, options?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Does to a container what the Engine API knows, e.g. `pause`, or `update` with its body. */
  act(id: string, what: string, body?: Readonly<Record<string, unknown>>): Promise<void>;
  kill(id: string, signal?: string): Promise<void>;
  rm(id: string): Promise<void>;
  /** Removes every container with the prefix: nobody looks at them any more. */
  clear(): Promise<void>;
  cleanUp(): Promise<void>;
}

const created = z.object({ Id: z.string() });
const made = z.object({ Config: z.object({ Env: z.array(z.string()) }) });

/** How the prefixes of all rigs begin that are made by one run of tests, where whoever starts it gave it a name. */
export const runPrefix = (run = process.env['HARBORMASTER_TEST_RUN'] ?? ''): string => `hmt-${run}`;

/** `prefix`: of rigs that somebody left behind, to be cleaned up. */
export async function engineRig(dockerHost = findEngine(), prefix = newPrefix()): Promise<EngineRig> {
  if (dockerHost === undefined) throw new Error('there is no Docker engine: set DOCKER_HOST');
  const api = engineApi(dockerHost);
  const post = (path: string, body?: unknown) =>
    api.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    });

  const rig: EngineRig = {
    dockerHost,
    api,
    prefix,
    project: (name) => `${prefix}-${name}`,
    image(name, recipe) {
      const reference = `${prefix}/${name}${name.includes(':') ? '' : ':1'}`;
      const shelf = process.env['HARBORMASTER_TEST_SHELF'];
      const isShared = shelf !== undefined && dockerHost === findEngine();
      return isShared ? shelvedImage(api, shelf, reference, recipe) : testImage(api, reference, recipe);
    },
    async containers(project) {
      const all = await listContainers(api, project);
      const own =
        project === undefined
          ? all.filter(({ name, project: of }) => [name, of].some((text) => text?.startsWith(prefix)))
          : all;
      return own.toSorted((left, right) => order(left).localeCompare(order(right)));
    },
    inspect: async (id) =>
      z.record(z.string(), z.unknown()).parse(await api.json({ method: 'GET', path: `/containers/${id}/json` })),
    async variable(id, name) {
      const { Config } = made.parse(await rig.inspect(id));
      return Config.Env.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
    },
    async exec(id, command) {
      const exec = JSON.parse(
        (
          await post(`/containers/${id}/exec`, { AttachStdout: true, AttachStderr: true, Cmd: command })
        ).body.toString(),
      );
      return demultiplex((await post(`/exec/${created.parse(exec).Id}/start`, { Detach: false })).body).toString();
    },
    async run(name, image, options = {}) {
      const alone = { Image: image, HostConfig: { NetworkMode: 'none' } };
      const { body } = await post(`/containers/create?name=${encodeURIComponent(name)}`, { ...alone, ...options });
      const { Id } = created.parse(JSON.parse(body.toString()));
      await post(`/containers/${Id}/start`);
      return Id;
    },
    act: async (id, what, body) => void (await post(`/containers/${id}/${what}`, body)),
    kill: async (id, signal = 'KILL') => void (await post(`/containers/${id}/kill?signal=${signal}`)),
    rm: async (id) =>
      void (await api.send({ method: 'DELETE', path: `/containers/${id}?force=1&v=1`, accept: [404, 409] })),
    clear: async () => void (await Promise.all((await rig.containers()).map(({ id }) => rig.rm(id)))),
    cleanUp: () => cleanUp(rig),
    [Symbol.asyncDispose]: () => cleanUp(rig),
  };
  return rig;
}

const newPrefix = (): string => `${runPrefix()}${randomBytes(3).toString('hex')}`;

const order = ({ service = '', name }: ObservedContainer): string => `${service} ${name}`;

const networks = z.array(z.object({ Id: z.string(), Name: z.string() }));
const volumes = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullable() });
const images = z.array(z.object({ RepoTags: z.array(z.string()).nullable() }));

/** Images too: whatever a test tagged has its prefix in the name somewhere. */
async function cleanUp(rig: EngineRig): Promise<void> {
  const { api, prefix } = rig;
  const drop = (path: string) => api.send({ method: 'DELETE', path, accept: [404, 409] });
  const containers = await rig.containers();
  const anonymous = await Promise.all(containers.map(({ id }) => anonymousVolumes(rig, id)));
  await Promise.all(containers.map(({ id }) => rig.rm(id)));
  for (const name of anonymous.flat()) await drop(`/volumes/${name}`);
  const nets = networks.parse(await api.json({ method: 'GET', path: '/networks' }));
  await Promise.all(nets.filter(({ Name }) => Name.startsWith(prefix)).map(({ Id }) => drop(`/networks/${Id}`)));
  for (const { Name } of volumes.parse(await api.json({ method: 'GET', path: '/volumes' })).Volumes ?? []) {
    if (Name.startsWith(prefix)) await drop(`/volumes/${Name}`);
  }
  for (const { RepoTags } of images.parse(await api.json({ method: 'GET', path: '/images/json' }))) {
    await untagImages(
      api,
      (RepoTags ?? []).filter((tag) => tag.includes(prefix)),
    );
  }
}

const mounted = z.object({ Mounts: z.array(z.object({ Name: z.string().optional() })).nullish() });

/** Compose hands them on to a container's successor by name: then the engine no longer takes them for its own. */
async function anonymousVolumes({ api }: EngineRig, id: string): Promise<readonly string[]> {
  const container = await api.json({ method: 'GET', path: `/containers/${id}/json`, accept: [404] });
  const names = mounted.safeParse(container).data?.Mounts?.map(({ Name }) => Name) ?? [];
  return names.filter((name) => name !== undefined && /^[0-9a-f]{64}$/.test(name)) as string[];
}
