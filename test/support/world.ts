import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findPlugin } from '../../src/edges/engines/compose/plugin.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { call, type Ran } from './call.ts';
import { entriesFlushed } from './crashes.ts';
import { type EngineRig, engineRig, findEngine } from './engine-rig.ts';
import { type GitHttpServer, gitHttpServer } from './git-http-server.ts';
import { type GitRig, gitRig } from './git-rig.ts';
import { program, startProgram } from './program.ts';
import { standStill } from './stand-still.ts';

export type { Ran };

export interface Report {
  readonly app: string;
  readonly outcome: Outcome;
  readonly entry?: number;
}

/** A host of its own: the real program, a real Git server, the real engine, in a folder and under a prefix that nobody else uses. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly state: string;
  readonly config: string;
  readonly engine: EngineRig;
  readonly git: GitHttpServer;
  /** A repository that is served over HTTP. */
  repository(name?: string): Promise<GitRig & { readonly url: string }>;
  /** Writes harbormaster.yml; apps are named by their short names. */
  configure(apps: Readonly<Record<string, object>>, rest?: object): Promise<void>;
  /** One call of the command line, in this process. */
  run(...args: string[]): Promise<Ran>;
  /** The same by the program, in a process of its own. */
  program(...args: string[]): Promise<Ran>;
  /** One pass, as a person asks for it; the reports by the apps' short names. */
  apply(...apps: string[]): Promise<Readonly<Record<string, Outcome>>>;
  /** The entries without the steps in between. */
  log(): Promise<readonly Entry[]>;
  /** All entries. */
  journal(): Promise<readonly Entry[]>;
  /** Containers of an app by its short name. */
  containers(app: string): Promise<readonly ObservedContainer[]>;
  /** Ids by service. */
  ids(app: string): Promise<Readonly<Record<string, string>>>;
  /** What an app's service `web` was given as VERSION: which commit's it is. */
  version(app: string): Promise<string>;
  /** Ids and starts by service, once nothing is about to be started: equal only while nobody has stopped, restarted or replaced anything. */
  lives(app: string): Promise<Readonly<Record<string, string>>>;
  /** The full name of an app: the prefix and the short name. */
  named(app: string): string;
  /** How often a Compose process was started so far. */
  composeCalls(): Promise<readonly string[]>;
  /** Starts `harbormaster run`; of another build, if one is named. */
  daemon(build?: string): Promise<Daemon>;
  readonly environment: Record<string, string>;
}

export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Until SIGCONT; resolves when it does nothing any more. */
  freeze(): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number>;
}

/**
 * For a service that need not end in order, nor reach anybody: it stops at once, and its app has no network to be made and removed.
 * Even for `none` the engine runs itself twice at each start, which is a third of what a start costs; for `disabled` it does not.
 */
export const light = { stop_signal: 'SIGKILL', network_mode: 'disabled' } as const;

/** Short limits: what is not healthy after a few seconds never will be in a test. */
const quick = { health: { deadline: '12s', min_ready: '500ms' }, interval: '1s' };

export async function world(dockerHost = findEngine()): Promise<World> {
  const engine = await engineRig(dockerHost);
  const git = await gitHttpServer();
  const folder = await mkdtemp(join(tmpdir(), `${engine.prefix}-`));
  const state = join(folder, 'state');
  const config = join(folder, 'harbormaster.yml');
  const calls = await countingPlugin(folder);
  const repositories: GitRig[] = [];
  const daemons: Daemon[] = [];
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DOCKER_HOST: engine.dockerHost,
    DOCKER_CONFIG: join(folder, 'docker'),
    HARBORMASTER_CONFIG: config,
    HARBORMASTER_STATE_DIR: state,
  };
  const named = (app: string) => engine.project(app);
  const short = (app: string) => app.replace(`${engine.prefix}-`, '');

  const run = (...args: string[]): Promise<Ran> => call(args, { ...environment });

  const self: World = {
    folder,
    state,
    config,
    engine,
    git,
    named,
    run,
    program: (...args) => execute(args, environment),
    environment,
    async repository(name) {
      const rig = await gitRig(name);
      repositories.push(rig);
      return Object.assign(rig, { url: git.serve(rig) });
    },
    async configure(apps, rest = {}) {
      const full = Object.fromEntries(
        Object.entries(apps).map(([name, app]) => [named(name), { ...quick, branch: 'main', ...app }]),
      );
      // A daemon that starts just now reads the old one or the new one, and no half of it.
      await writeFile(`${config}~`, stringify({ ...rest, apps: full }));
      await rename(`${config}~`, config);
    },
    async apply(...apps) {
      const ran = await run('apply', '--json', ...apps.map(named));
      const reports = parseReports(ran);
      return Object.fromEntries(reports.map(({ app, outcome }) => [short(app), outcome]));
    },
    log: async () => (await self.journal()).filter(({ kind }) => kind !== 'step'),
    // Where the program writes by now: some tests let it work in another folder.
    journal: () => entriesFlushed(environment['HARBORMASTER_STATE_DIR'] ?? state),
    containers: (app) => engine.containers(named(app)),
    async ids(app) {
      return Object.fromEntries((await engine.containers(named(app))).map(({ service, id }) => [service ?? '', id]));
    },
    version: async (app) => engine.variable((await self.ids(app))['web'] ?? '', 'VERSION'),
    lives: (app) =>
      eventually(async () => {
        const containers = await engine.containers(named(app));
        const starting = containers.find(({ state }) => state === 'created');
        if (starting) throw new Error(`${starting.name} was not started yet`);
        const starts = await Promise.all(containers.map(async ({ id }) => startedAt(await engine.inspect(id))));
        return Object.fromEntries(
          containers.map(({ service, id }, at) => [service ?? '', `${id} since ${starts[at]}`]),
        );
      }),
    async composeCalls() {
      return (await readFile(calls, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    },
    async daemon(build = program) {
      const daemon = startDaemon(build, environment);
      daemons.push(daemon);
      return daemon;
    },
    async [Symbol.asyncDispose]() {
      for (const daemon of daemons) await daemon[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
      for (const repository of repositories) await repository[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return self;
}

function startedAt(container: Record<string, unknown>): string {
  const { Running, StartedAt } = container['State'] as { Running: boolean; StartedAt: string };
  return Running ? StartedAt : 'never';
}

function parseReports({ stdout, stderr, code }: Ran): readonly Report[] {
  try {
    const parsed: unknown = JSON.parse(stdout);
    if (Array.isArray(parsed)) return parsed as Report[];
    const { reports } = parsed as { reports?: Report[] };
    if (reports) return reports;
  } catch {
    // told below
  }
  throw new Error(`apply gave no reports (exit code ${code}):\n${stdout}\n${stderr}`);
}

function execute(args: readonly string[], environment: Record<string, string>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = startProgram([program, ...args], environment);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

function startDaemon(build: string, environment: Record<string, string>): Daemon {
  const child = startProgram([build, 'run'], environment);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  const pid = child.pid ?? -1;
  return {
    pid,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    freeze: () => standStill(pid),
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The real one: looked for once. */
let plugin: ReturnType<typeof findPlugin> | undefined;

/**
 * Puts a Compose plugin in front of the real one that writes down each call, and tells by itself what version that is; gives the path of that list. Its
 * garbage is collected seldomer than by itself, which takes a fifth less of a processor.
 */
async function countingPlugin(folder: string): Promise<string> {
  const searchPath = process.env['PATH'] ?? '';
  plugin ??= findPlugin({ explicit: undefined, dockerConfig: '/nonexistent', searchPath });
  const { path, version } = await plugin;
  const plugins = join(folder, 'docker', 'cli-plugins');
  const list = join(folder, 'compose-calls');
  await mkdir(plugins, { recursive: true });
  const script = `#!/bin/sh
echo "$*" >> ${list}
if [ "$*" = 'version --short' ]; then echo ${version}; else GOGC=400 exec ${path} "$@"; fi
`;
  await writeFile(join(plugins, 'docker-compose'), script);
  await chmod(join(plugins, 'docker-compose'), 0o755);
  await writeFile(list, '', { mode: 0o666 });
  await chmod(list, 0o666);
  await chmod(folder, 0o755);
  return list;
}

/** Tries until it is true, seldomer the longer it takes, and leaves others at least as much time as it takes itself; the last failure is told. */
export async function eventually<T>(look: () => Promise<T> | T, seconds = 30): Promise<T> {
  const begin = Date.now();
  for (;;) {
    const began = Date.now();
    try {
      return await look();
    } catch (error) {
      const waited = Date.now() - begin;
      if (waited > seconds * 1000) throw error;
      const pause = Math.min(400, Math.max(100, waited / 10));
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, Date.now() - began)));
    }
  }
}
