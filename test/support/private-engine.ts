import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineApi } from '../../src/edges/engines/api/client.ts';
import { standStill } from './stand-still.ts';

/** A Docker engine that nobody else uses: it may be killed, frozen and started again. */
export interface PrivateEngine extends AsyncDisposable {
  readonly dockerHost: string;
  /** To dockerd alone: its containerd ends with it, containers run on until it comes back and ends them. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it answers nobody any more. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Resolves when dockerd has ended. */
  readonly ended: () => Promise<void>;
  /** After its end; resolves when it answers. */
  start(): Promise<void>;
  /** Whatever was done to it: it answers again. */
  revive(): Promise<void>;
}

const fences = ['--pid', '--net', '--mount'] as const;

/** Whether this machine can have one: as root, with dockerd installed. In CI it has to. */
export const canHaveEngines =
  process.env['CI'] === 'true' ||
  (spawnSync('dockerd', ['--version']).status === 0 &&
    spawnSync('unshare', [...fences, '--fork', '--mount-proc', 'true']).status === 0);

/**
 * The first process of a PID namespace, with network and mounts of its own: no bridge, rule or mount of it is seen by other engines. It ends with our end
 * of its stdin, also when we are killed, and takes everything with it; then its folder goes too. It reaps what nobody waits for.
 */
const keeper = `
unshare ${fences.join(' ')} --fork --kill-child --mount-proc sh -c '
  exec 3<&0
  cat <&3 >/dev/null & cat=$!
  echo ready
  while kill -0 $cat 2>/dev/null; do wait $cat; done
'
rm -rf --one-file-system "$0"
`;

export async function privateEngine(): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-dockerd-'));
  const house = spawn('sh', ['-c', keeper, folder], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const gone = new Promise((resolve) => house.once('exit', resolve));
  await new Promise((resolve) => house.stdout.once('data', resolve));
  const first = await childOf(await childOf(house.pid ?? -1));
  const dockerHost = `unix://${folder}/docker.sock`;
  const launch = async (): Promise<Launched> => {
    const launched = await startDocker(first, folder);
    await answering(dockerHost, launched);
    return launched;
  };
  await mkdir(join(folder, 'exec'));
  let docker = await launch();
  const start = async (): Promise<void> => {
    await docker.ended;
    docker = await launch();
  };
  return {
    dockerHost,
    signal: (signal) => docker.signal(signal),
    freeze: () => docker.freeze(),
    thaw: () => docker.thaw(),
    ended: () => docker.ended,
    start,
    async revive() {
      if (docker.isRunning()) docker.thaw();
      else await start();
    },
    async [Symbol.asyncDispose]() {
      // In good order first, so that it takes its control groups away.
      if (docker.isRunning()) {
        docker.thaw();
        docker.signal('SIGTERM');
      }
      await Promise.race([docker.ended, delay(15_000)]);
      house.stdin.end();
      await gone;
    },
  };
}

interface Launched extends Pick<PrivateEngine, 'signal' | 'freeze' | 'thaw'> {
  readonly ended: Promise<void>;
  readonly said: () => string;
  readonly isRunning: () => boolean;
}

async function startDocker(first: number, folder: string): Promise<Launched> {
  const argv = [
    ...['--target', String(first), ...fences],
    ...['dockerd', '--host', `unix://${folder}/docker.sock`, '--data-root', join(folder, 'data')],
    ...['--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'docker.pid')],
    ...['--default-address-pool', 'base=10.203.0.0/16,size=24'],
  ];
  const child = spawn('nsenter', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8000)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const pid = await childOf(pidOf(child));
  const thaw = (): void => {
    process.kill(pid, 'SIGCONT');
    // nsenter stands still when its child does, and would not see it end.
    child.kill('SIGCONT');
  };
  return {
    signal: (name) => void process.kill(pid, name),
    freeze: () => standStill(pid),
    thaw,
    ended,
    said: () => said,
    isRunning,
  };
}

async function answering(dockerHost: string, { isRunning, said }: Launched): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      return await engineApi(dockerHost).ping(2000, new AbortController().signal);
    } catch (error) {
      if (!isRunning() || Date.now() > end) throw new Error(`dockerd does not answer:\n${said()}`, { cause: error });
      await delay(100);
    }
  }
}

/** The process that this one made; it may be about to. */
async function childOf(pid: number): Promise<number> {
  const end = Date.now() + 10_000;
  for (;;) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const [child] = children.trim().split(' ');
    if (child) return Number(child);
    if (Date.now() > end) throw new Error(`process ${pid} made no child`);
    await delay(20);
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('nsenter could not be started');
  return pid;
}

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
