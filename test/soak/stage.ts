import type { RegistryRig } from '../support/registry-rig.ts';
import { registryRig } from '../support/registry-rig.ts';
import { type Daemon, eventually, type World, world } from '../support/world.ts';
import { type Images, type SoakApp, soakApps } from './apps.ts';
import { residentMemory, type Sample } from './memory.ts';
import { type Witness, witness } from './witness.ts';

type Repository = Awaited<ReturnType<World['repository']>>;

/** What a branch holds, as far as the soak remembers. */
export interface Branch {
  readonly app: SoakApp;
  readonly repository: Repository;
  /** Versions that were committed as good ones, the newest last. */
  readonly good: number[];
}

/** The host that is soaked, and everything around it. */
export interface Stage extends AsyncDisposable {
  readonly host: World;
  readonly registry: RegistryRig;
  readonly witness: Witness;
  readonly images: Images;
  readonly branches: ReadonlyMap<string, Branch>;
  /** Apps that are out of the configuration for now. */
  readonly dropped: Set<string>;
  /** Containers that are not Harbormaster's, with what they must still be like at the end. */
  readonly neighbours: Map<string, string>;
  readonly samples: readonly Sample[];
  /** What went wrong on the way. */
  readonly complaints: string[];
  /** Commands that are still under way. */
  readonly pending: Set<Promise<void>>;
  daemon(): Daemon;
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  configure(deadline?: string): Promise<void>;
}

/** Milliseconds between two looks at the daemon's memory. */
const sampleEvery = 500;

export async function stage(): Promise<Stage> {
  const host = await world();
  // As the program's own first line sets them, which is not read where Node is started by name.
  const small = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', NODE_OPTIONS: '--max-semi-space-size=1' };
  Object.assign(host.environment, small);
  const registry = await registryRig(host.engine.api);
  const published = `${registry.host}/${host.engine.prefix}/pinned`;
  for (const tag of [1, 2, 3, 4])
    await registry.publish(`${host.engine.prefix}/pinned:${tag}`, { variant: `pinned ${tag}` });
  const images: Images = {
    local: await host.engine.image('soak'),
    published,
    absent: `${registry.host}/${host.engine.prefix}/absent:1`,
  };
  const branches = new Map<string, Branch>();
  for (const app of soakApps) {
    const repository = await host.repository(app.name);
    await repository.commit(app.files(1, images), 'The first version');
    branches.set(app.name, { app, repository, good: [1] });
  }
  return furnished(host, registry, images, branches);
}

async function furnished(
  host: World,
  registry: RegistryRig,
  images: Images,
  branches: ReadonlyMap<string, Branch>,
): Promise<Stage> {
  const heard = await witness(host.engine);
  const samples: Sample[] = [];
  const dropped = new Set<string>();
  const complaints: string[] = [];
  let daemon: Daemon | undefined;
  let leaving = false;

  const start = async (): Promise<void> => {
    const started = await up(host);
    daemon = started;
    leaving = false;
    started.ended.then((code) => {
      complaints.push(...errorsIn(started.output()));
      if (!leaving) complaints.push(`the daemon ended by itself with ${code}: ${started.output().slice(-1000)}`);
    });
  };
  const current = (): Daemon => {
    if (daemon === undefined) throw new Error('there is no daemon yet');
    return daemon;
  };
  const configure = async (deadline = '15s'): Promise<void> => {
    const declared = [...branches.values()].filter(({ app }) => !dropped.has(app.name));
    await host.configure(
      Object.fromEntries(
        declared.map(({ app, repository }) => [
          app.name,
          { url: repository.url, health: { deadline, min_ready: '500ms' } },
        ]),
      ),
      { config: { removal_guard: 5, image_interval: '5s' } },
    );
  };
  await configure();
  await start();
  const sampling = setInterval(() => {
    const { pid } = current();
    const megabytes = residentMemory(pid);
    if (megabytes !== undefined && !leaving) samples.push({ pid, megabytes });
  }, sampleEvery);

  return {
    host,
    registry,
    witness: heard,
    images,
    branches,
    dropped,
    neighbours: new Map(),
    samples,
    complaints,
    pending: new Set(),
    daemon: current,
    configure,
    async restart(signal) {
      // With a broken one it would not start, and rightly so.
      await configure();
      leaving = true;
      current().signal(signal);
      const code = await current().ended;
      if (signal === 'SIGTERM' && code !== 0) complaints.push(`asked to end, the daemon ended with ${code}`);
      await start();
    },
    async [Symbol.asyncDispose]() {
      leaving = true;
      clearInterval(sampling);
      await host[Symbol.asyncDispose]();
      await heard[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** As a service manager does: a verb that was called while there was no daemon may still hold the lock. */
async function up(host: World): Promise<Daemon> {
  for (let tries = 0; ; tries += 1) {
    const started = await host.daemon();
    const refused = await Promise.race([started.ended, eventually(() => assertUp(started), 60)]);
    if (refused === undefined) return started;
    if (tries === 60 || !started.output().includes('is in use by'))
      throw new Error(`the daemon does not start (${refused}): ${started.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function assertUp(daemon: Daemon): void {
  if (!daemon.output().includes('Harbormaster runs')) throw new Error('the daemon does not say that it runs');
}

/** The daemon says that something is an error where it is its own, or a person's who broke the configuration: that is an act of the soak. */
const errorsIn = (output: string): readonly string[] =>
  output
    .split('\n')
    .filter((line) => line.includes('"level":"error"') || line.includes('"code":"bug"'))
    .filter((line) => !line.includes('the last good one stays in force'))
    .map((line) => `the daemon says: ${line.slice(0, 600)}`);
