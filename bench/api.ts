/**
 * Dashboard and API of a daemon with many apps: answers per second and memory, beside what a person does who wants to know how all apps are,
 * `docker compose ps` for each.
 *
 *   npm run build && npm run bench -- api [APPS]        default: 200
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { engineRig } from '../test/support/engine-rig.ts';
import { gitHttpServer } from '../test/support/git-http-server.ts';
import { gitRig } from '../test/support/git-rig.ts';
import { figuresOf, milliseconds, row } from './figures.ts';
import { daemon, shell, sleep } from './side-by-side.ts';

const count = Number(process.argv[2] ?? 200);
/** Seconds of one measurement, and askers at once. */
const [span, askers, listeners] = [5, 4, 20];

async function main(): Promise<void> {
  await using rig = await engineRig();
  await using source = await gitRig('apps');
  await using server = await gitHttpServer();
  const folder = mkdtempSync(join(tmpdir(), `${rig.prefix}-`));
  try {
    const image = await rig.image('api');
    const service = { image, command: ['idle'], network_mode: 'none', stop_signal: 'SIGKILL' };
    const names = Array.from({ length: count }, (_, index) => rig.project(`a${index}`));
    const compose = stringify({ services: { web: service } });
    await source.commit(Object.fromEntries(names.map((name) => [`${name}/compose.yaml`, compose])));
    const url = server.serve(source);
    const configFile = join(folder, 'harbormaster.yml');
    const app = (name: string) => [name, { url, branch: 'main', path: name, health: { min_ready: '1s' } }];
    writeFileSync(configFile, stringify({ apps: Object.fromEntries(names.map(app)) }));
    const stateDir = join(folder, 'state');
    mkdirSync(stateDir, { mode: 0o700 });
    await using running = daemon(configFile, stateDir, rig.dockerHost);
    const ask = asker(join(stateDir, 'run', 'socket'));
    await atRest(ask);
    await sleep(30_000);
    row('what', 'answers a second', 'median ms', 'p90 ms', 'KB', 'RSS MB');
    row('at rest', '', '', '', '', memoryOf(running.pid));
    const status = await measure('/v1/status', ask, running.pid);
    for (const path of [`/v1/apps/${names[0]}`, '/v1/log?limit=100', '/metrics', '/'])
      await measure(path, ask, running.pid);
    const ears = await Promise.all(Array.from({ length: listeners }, () => listen(ask)));
    await sleep(2_000);
    row(`${listeners} listeners on /v1/events`, '', '', '', '', memoryOf(running.pid));
    for (const ear of ears) ear.destroy();
    const began = performance.now();
    await shell(names.map((name) => `docker compose -p ${name} ps >/dev/null`).join('\n'), folder, rig.dockerHost);
    const loop = performance.now() - began;
    row(`docker compose ps, ${count} times`, '', milliseconds(loop), '', '', '');
    row('times faster', (loop / status).toFixed(0));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Ask = (path: string) => Promise<IncomingMessage>;

function asker(socketPath: string): Ask {
  const agent = new Agent({ keepAlive: true });
  return (path) =>
    new Promise((resolve, reject) => {
      request({ socketPath, path, agent }, resolve).on('error', reject).end();
    });
}

async function text(answer: IncomingMessage): Promise<string> {
  let said = '';
  for await (const chunk of answer.setEncoding('utf8')) said += chunk;
  return said;
}

async function atRest(ask: Ask): Promise<void> {
  const end = Date.now() + 1_200_000;
  while (Date.now() < end) {
    await sleep(5_000);
    const said = await ask('/v1/status').then(text, () => '{}');
    const { apps = [] } = JSON.parse(said) as {
      readonly apps?: readonly { readonly sync: { readonly state: string } }[];
    };
    if (apps.length === count && apps.every(({ sync }) => sync.state === 'in-sync')) return;
  }
  throw new Error('the apps did not come to rest');
}

/** The median in milliseconds. */
async function measure(path: string, ask: Ask, pid: number): Promise<number> {
  const times: number[] = [];
  let bytes = 0;
  const end = performance.now() + span * 1_000;
  const asking = async (): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      const answer = await ask(path);
      bytes = (await text(answer)).length;
      if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: askers }, asking));
  const { median, p90 } = figuresOf(times);
  row(
    path.replace(/apps\/.*/, 'apps/APP'),
    (times.length / span).toFixed(0),
    median.toFixed(1),
    p90.toFixed(1),
    (bytes / 1024).toFixed(1),
    memoryOf(pid),
  );
  return median;
}

async function listen(ask: Ask): Promise<IncomingMessage> {
  const answer = await ask('/v1/events');
  answer.resume().on('error', () => undefined);
  return answer;
}

const memoryOf = (pid: number): string =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024).toFixed(0);

await main();
