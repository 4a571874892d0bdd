/**
 * A pass in which nothing changed, beside what a user would run otherwise: `git pull && docker compose up -d` for each app. Both look at the same
 * repositories over HTTP and at as many running containers, in one run on one machine.
 *
 *   npm run bench -- noop [--original FOLDER] [APPS…]        default: 1 10 100
 *
 * `--original`: a checkout of the original Harbormaster, whose `run` is measured as well where Python (or what PYTHON names) has what it imports.
 */
import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { keepSmall } from '../src/edges/heap.ts';
import { wire } from '../src/wire.ts';
import { engineRig } from '../test/support/engine-rig.ts';
import { gitHttpServer } from '../test/support/git-http-server.ts';
import { type GitRig, gitRig } from '../test/support/git-rig.ts';

interface Cost {
  /** Milliseconds. */
  readonly wall: number;
  /** Milliseconds of user and system time, of the program and its children. */
  readonly cpu: number;
  /** Processes and threads that the machine started meanwhile, the Git server's included. */
  readonly started: number;
}

const { values, positionals } = parseArgs({
  options: { original: { type: 'string' }, serve: { type: 'boolean' } },
  allowPositionals: true,
});
const sizes = positionals.map(Number).filter(Number.isInteger);
const rounds = { daemon: 30, loop: 3 };
const bundle = process.env['HARBORMASTER_BUNDLE'] ?? join(process.cwd(), 'dist/harbormaster.cjs');

async function main(): Promise<void> {
  keepSmall();
  print(['apps', 'repositories', 'way', 'wall ms', 'CPU ms', 'started', 'RSS MB', 'times faster'].join('\t'));
  for (const apps of sizes.length > 0 ? sizes : [1, 10, 100]) {
    for (const repositories of apps === 1 ? [1] : [1, apps]) await compare(apps, repositories);
  }
}

async function compare(apps: number, repositories: number): Promise<void> {
  await using rig = await engineRig();
  const folder = mkdtempSync(join(tmpdir(), `${rig.prefix}-`));
  const sources: GitRig[] = [];
  try {
    const image = await rig.image('noop');
    const compose = stringify({
      services: {
        // `never`: the original pulls before it starts, and nobody serves this image.
        web: { image, command: ['idle'], network_mode: 'none', stop_signal: 'SIGKILL', pull_policy: 'never' },
      },
    });
    const names = Array.from({ length: apps }, (_, index) => `a${index}`);
    for (let index = 0; index < repositories; index += 1) {
      const source = await gitRig(`r${index}`);
      sources.push(source);
      const own = names.filter((_, app) => app % repositories === index);
      await source.commit(Object.fromEntries(own.map((name) => [`${name}/compose.yaml`, compose])));
    }
    const urls = await served(sources);
    const urlOf = (app: number) => urls.of[app % repositories] ?? '';
    const loop = await shellLoop({ folder, names, urlOf, project: rig.project('loop'), dockerHost: rig.dockerHost });
    const original = await originalRun({
      folder,
      names,
      urlOf,
      project: rig.project('orig'),
      dockerHost: rig.dockerHost,
    });
    const ours = await daemonPass({ folder, names, urlOf, project: rig.project('ours'), dockerHost: rig.dockerHost });
    const ratio = loop.wall / ours.wall;
    row(`${apps}\t${repositories}`, 'shell loop', loop, '');
    if (original) row(`${apps}\t${repositories}`, 'the original', original, '');
    row(`${apps}\t${repositories}`, 'Harbormaster', ours, `${ours.rss.toFixed(0)}\t${ratio.toFixed(0)}`);
    urls.stop();
  } finally {
    for (const source of sources) await source[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  readonly folder: string;
  readonly names: readonly string[];
  readonly urlOf: (app: number) => string;
  readonly project: string;
  readonly dockerHost: string;
}

/** The Git server in a process of its own, as it is in the world: its work is not ours. */
async function served(sources: readonly GitRig[]): Promise<{ readonly of: readonly string[]; stop(): void }> {
  const child = fork(process.argv[1] ?? '', ['--serve'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(sources.map(({ path, name }) => ({ path, name })));
  const of = await new Promise<string[]>((resolve) => child.once('message', (urls) => resolve(urls as string[])));
  return { of, stop: () => void child.disconnect() };
}

async function serve(): Promise<void> {
  const server = await gitHttpServer();
  process.once('message', (sources) => process.send?.((sources as GitRig[]).map((source) => server.serve(source))));
  process.once('disconnect', () => process.exit());
}

/** Clones once per app, as the loop's users do; then the timed rounds. */
async function shellLoop({ folder, names, urlOf, project, dockerHost }: Setting): Promise<Cost> {
  const clones = join(folder, 'clones');
  mkdirSync(clones);
  for (const [index, name] of names.entries()) await shell(`git clone -q ${urlOf(index)} ${name}`, clones, dockerHost);
  const script = names
    .map(
      (name) =>
        `(cd ${name} && git pull -q --ff-only && docker compose -p ${project}-${name} -f ${name}/compose.yaml up -d --quiet-pull) >/dev/null 2>&1`,
    )
    .join('\n');
  writeFileSync(join(clones, 'loop.sh'), script);
  await shell('sh loop.sh', clones, dockerHost);
  return measured(rounds.loop, () => shell('sh loop.sh', clones, dockerHost));
}

/** A run of the original over the same apps; undefined where nobody says where it is. */
async function originalRun({ folder, names, urlOf, project, dockerHost }: Setting): Promise<Cost | undefined> {
  if (values.original === undefined) return undefined;
  const work = join(folder, 'original');
  mkdirSync(work);
  const apps = names.map((name, index) => [
    `${project}-${name}`,
    {
      url: urlOf(index),
      branch: 'main',
      compose_config: [`${name}/compose.yaml`],
      // Without it the project has the name of its folder, and nothing that this run made could be told from others.
      environment: { COMPOSE_PROJECT_NAME: `${project}-${name}` },
    },
  ]);
  writeFileSync(join(work, 'harbormaster.yml'), stringify({ apps: Object.fromEntries(apps) }));
  const home = resolve(values.original);
  const python = `PYTHONPATH='${home}' ${process.env['PYTHON'] ?? 'python3'}`;
  await shell(`${python} -c 'import docker_harbormaster.cli'`, work, dockerHost).catch(() => {
    throw new Error(
      `Python cannot load the original from ${home}: see what ${python} -c "import docker_harbormaster.cli" says`,
    );
  });
  const run = () => shell(`${python} -m docker_harbormaster.cli run -c harbormaster.yml -d .`, work, dockerHost);
  await run();
  return measured(rounds.loop, run);
}

async function daemonPass({
  folder,
  names,
  urlOf,
  project,
  dockerHost,
}: Setting): Promise<Cost & { readonly rss: number }> {
  const configFile = join(folder, 'harbormaster.yml');
  const app = (name: string, index: number) => [
    `${project}-${name}`,
    { url: urlOf(index), branch: 'main', path: name, health: { min_ready: '1s' } },
  ];
  writeFileSync(configFile, stringify({ apps: Object.fromEntries(names.map(app)) }));
  const stateDir = join(folder, 'state');
  const environment = { ...process.env, DOCKER_HOST: dockerHost };
  const wired = wire({ configFile, stateDir, environment, version: 'bench', commit: 'bench', hostName: 'bench' });
  const cost = await passes(
    wired,
    names.map((name) => `${project}-${name}`),
  );
  return { ...cost, rss: await idleMemory(configFile, stateDir, dockerHost) };
}

async function passes(wired: ReturnType<typeof wire>, names: readonly string[]): Promise<Cost> {
  await using harbor = await wired.operator('bench', new AbortController().signal);
  const pass = async () => {
    const reports = await harbor.pass(names, { kind: 'interval' }, () => undefined);
    return reports
      .filter(({ outcome }) => outcome.kind !== 'unchanged')
      .map(({ app, outcome }) => `${app}: ${JSON.stringify(outcome)}`);
  };
  await pass();
  const left = await pass();
  if (left.length > 0) throw new Error(`the apps are not at rest: ${left[0]}`);
  // Awaited here: the harbor is closed as soon as this function returns.
  return await measured(rounds.daemon, pass);
}

/** Resident memory of the daemon itself, started as its users start it, after some passes. */
async function idleMemory(configFile: string, stateDir: string, dockerHost: string): Promise<number> {
  const child = spawn(bundle, ['--config', configFile, '--state-dir', stateDir, 'run'], {
    env: { ...process.env, DOCKER_HOST: dockerHost },
    stdio: 'ignore',
  });
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('close', resolve));
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function measured(times: number, work: () => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < times; round += 1) {
    const [wall, cpu, started] = [performance.now(), cpuTime(), forks()];
    await work();
    costs.push({ wall: performance.now() - wall, cpu: cpuTime() - cpu, started: forks() - started });
  }
  const median = (pick: (cost: Cost) => number) =>
    costs.map(pick).sort((left, right) => left - right)[Math.floor(costs.length / 2)] ?? 0;
  return { wall: median(({ wall }) => wall), cpu: median(({ cpu }) => cpu), started: median(({ started }) => started) };
}

/** Own time, and that of children that have ended: utime, stime, cutime, cstime of proc(5), in ticks of 10 ms; own time finer. */
function cpuTime(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  const own = process.cpuUsage();
  return (own.user + own.system) / 1000 + (Number(fields[13]) + Number(fields[14])) * 10;
}

const forks = (): number => Number(/^processes (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0);

/** The Git server lives in this process, so it must stay free to answer. */
const shell = (command: string, cwd: string, dockerHost: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      cwd,
      env: { ...process.env, DOCKER_HOST: dockerHost },
      stdio: 'ignore',
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });

function row(size: string, way: string, { wall, cpu, started }: Cost, more: string): void {
  print([size, way, wall.toFixed(1), cpu.toFixed(0), started, more].join('\t'));
}

const print = (line: string): void => console.log(line);

await (values.serve ? serve() : main());
