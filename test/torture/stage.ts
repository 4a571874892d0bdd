import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { daemonHarbor } from '../../src/api/client.ts';
import { statePaths } from '../../src/edges/state-folder.ts';
import type { AppStatus } from '../../src/model/report.ts';
import { type Witness, witness } from '../soak/witness.ts';
import { type RegistryRig, registryRig } from '../support/registry-rig.ts';
import { type Daemon, eventually, type World, world } from '../support/world.ts';
import { firstVersion, type Images, type TortureApp, tortureApps, type Version } from './apps.ts';
import { type Chronicle, chronicleOf } from './chronicle.ts';
import { type Order, type Traced, traceFile } from './inside/orders.ts';
import { type OffHost, offHost } from './off-host.ts';
import { tortureProgram } from './program.ts';

type Repository = Awaited<ReturnType<World['repository']>>;

/** What a branch holds, and what was asked for with it, as far as the torture remembers. */
export interface Branch {
  readonly app: TortureApp;
  readonly repository: Repository;
  /** What is to run in the end. */
  wanted: Version;
  /** What ran well before that; undefined: nothing that it could go back to. */
  before: Version | undefined;
  /** Counts up over good and bad ones. */
  last: number;
  isDeclared: boolean;
  /** What its hooks have to have written down, each line once. */
  readonly ran: string[];
}

/** Somebody else's objects, with what they are like. */
interface Strangers {
  readonly container: string;
  look(): Promise<string>;
}

/** A host that is tortured. */
export interface Stage extends AsyncDisposable {
  readonly host: World;
  readonly witness: Witness;
  readonly strangers: Strangers;
  readonly branches: Readonly<Record<keyof typeof tortureApps, Branch>>;
  readonly chronicle: Chronicle;
  readonly offHost: OffHost;
  daemon(): Daemon;
  /** A new process; `plain`: the program as it is built for everyone. */
  start(plain?: boolean): Promise<void>;
  order(order: Order): Promise<void>;
  /** What the last process has told, the one that was killed included, since the last call of this. */
  trace(): Promise<readonly Traced[]>;
  /** Commits another version, with these parts of it changed, too. */
  push(branch: Branch, changes?: readonly (keyof Version)[], bad?: boolean): Promise<string>;
  /** `log`: what it says of the log from now on. */
  configure(log?: object): Promise<void>;
  status(branch: Branch): Promise<AppStatus | undefined>;
  harbor(): ReturnType<typeof daemonHarbor>;
}

export async function stage(): Promise<Stage> {
  const host = await world();
  const registry = await registryRig(host.engine.api);
  const { folder, build, order } = await tortureProgram(host);
  const local = await host.engine.image('base', { command: ['idle'], changes: ['VOLUME /anonymous'] });
  const images: Images = { local, published: (tag) => `${registry.host}/${host.engine.prefix}/pulled:${tag}` };
  const branches = Object.fromEntries(
    await Promise.all(Object.values(tortureApps).map(async (app) => [app.name, await branchOf(app, host)] as const)),
  ) as Record<keyof typeof tortureApps, Branch>;
  const strangers = await strangersOf(host, local);
  const heard = await witness(host.engine);
  const elsewhere = await offHost(host);
  let running: Daemon | undefined;
  let told = 0;
  let logSettings = {};

  const self: Stage = {
    host,
    witness: heard,
    strangers,
    branches,
    chronicle: chronicleOf(statePaths(host.state).log),
    offHost: elsewhere,
    daemon() {
      if (running === undefined) throw new Error('there is no daemon');
      return running;
    },
    async start(plain = false) {
      running = await (plain ? host.daemon() : host.daemon(build));
    },
    order,
    async trace() {
      const lines = (await readFile(traceFile(folder), 'utf8')).split('\n').slice(0, -1);
      const fresh = lines.slice(told);
      told = lines.length;
      return fresh.map((line) => JSON.parse(line) as Traced);
    },
    async push(branch, changes = [], bad = false) {
      branch.last += 1;
      // Never one that there was before; a network is either of two.
      const numberOf = (part: keyof Version) => (part === 'network' ? branch.wanted.network + 1 : branch.last);
      const next = { ...branch.wanted, ...Object.fromEntries(changes.map((part) => [part, numberOf(part)])) };
      const version = { ...next, all: branch.last };
      if (changes.includes('tag')) await publish(version.tag, host, registry);
      branch.ran.push(...branch.app.hooks(version, bad));
      if (!bad) {
        branch.before = branch.wanted;
        branch.wanted = version;
      }
      return branch.repository.commit(branch.app.files(version, images, bad), `Version ${version.all}`);
    },
    async configure(log = logSettings) {
      logSettings = log;
      const declared = Object.values(branches).filter(({ isDeclared }) => isDeclared);
      await host.configure(
        Object.fromEntries(
          declared.map(({ app, repository }) => [
            app.name,
            { url: repository.url, health: { deadline: '20s', min_ready: '100ms' }, ...app.config },
          ]),
        ),
        { log },
      );
    },
    async status({ app }) {
      const { apps } = await self.harbor().status([host.named(app.name)]);
      return apps[0];
    },
    harbor: () => daemonHarbor(statePaths(host.state).socket),
    async [Symbol.asyncDispose]() {
      await running?.[Symbol.asyncDispose]();
      await strangers[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
      await heard[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
  await self.order({ id: 'first' });
  await publish(1, host, registry);
  for (const branch of Object.values(branches)) {
    branch.last = 0;
    await self.push(branch);
    branch.before = undefined;
  }
  await self.configure();
  return self;
}

async function branchOf(app: TortureApp, host: World): Promise<Branch> {
  const repository = await host.repository(app.name);
  return { app, repository, wanted: firstVersion, before: undefined, last: 1, isDeclared: true, ran: [] };
}

const publish = (tag: number, { engine }: World, registry: RegistryRig) =>
  registry.publish(`${engine.prefix}/pulled:${tag}`, { variant: String(tag), command: ['idle'] });

const created = z.object({ Id: z.string() });
const living = z.object({ Id: z.string(), RestartCount: z.number(), State: z.object({ StartedAt: z.string() }) });

/** A container, a network and a volume that begin like ours and are not. */
async function strangersOf({ engine, named }: World, image: string): Promise<Strangers & AsyncDisposable> {
  const { api } = engine;
  const name = named('shop_stranger');
  const post = async (path: string, body: object) =>
    (
      await api.send({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).body;
  const network = created.parse(JSON.parse((await post('/networks/create', { Name: name })).toString())).Id;
  await post('/volumes/create', { Name: name });
  const labels = { 'com.docker.compose.project': named('stranger'), 'com.docker.compose.service': 'web' };
  const container = await engine.run(name, image, { Labels: labels, HostConfig: { NetworkMode: name } });
  return {
    container,
    async look() {
      const { Id, RestartCount, State } = living.parse(await engine.inspect(container));
      const there = created.parse(await api.json({ method: 'GET', path: `/networks/${network}` }));
      const volume = await api.json({ method: 'GET', path: `/volumes/${name}` });
      return JSON.stringify({ Id, RestartCount, started: State.StartedAt, network: there.Id, volume });
    },
    [Symbol.asyncDispose]: async () => {
      await engine.rm(container);
    },
  };
}

/** The daemon that runs answers. */
export async function answering({ daemon, harbor }: Stage): Promise<void> {
  await eventually(async () => {
    if (!daemon().output().includes('Harbormaster runs')) throw new Error(`the daemon is not up: ${daemon().output()}`);
    await harbor().status([]);
  }, 60);
}
