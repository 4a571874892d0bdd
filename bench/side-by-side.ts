import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

/** The program as its users start it: by its own name. */
const bundle = process.env['HARBORMASTER_BUNDLE'] ?? join(process.cwd(), 'dist/harbormaster.cjs');

export interface Running extends AsyncDisposable {
  readonly pid: number;
}

export function daemon(configFile: string, stateDir: string, dockerHost: string): Running {
  const child = spawn(bundle, ['--config', configFile, '--state-dir', stateDir, 'run'], {
    env: { ...process.env, DOCKER_HOST: dockerHost },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.pipe(createWriteStream(join(stateDir, '..', 'daemon.log')));
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {
    pid: child.pid ?? -1,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A person's command. */
export const shell = (command: string, cwd: string, dockerHost: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      cwd,
      env: { ...process.env, DOCKER_HOST: dockerHost },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}: ${said}`))));
  });

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Looks every millisecond or so, which costs the measured programs little. */
export async function until<T>(look: () => T | undefined, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`nothing came within ${seconds} s`);
    await sleep(1);
  }
}
