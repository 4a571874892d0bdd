import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineApi } from '../../src/edges/engines/api/client.ts';
import { type ImageRecipe, pushImage, testImage } from './images.ts';

/** The one login of a registry that asks for one. */
export const registryLogin = { username: 'harbor', password: 'harbor-pass' } as const;
/** `registryLogin`, as htpasswd writes it (bcrypt). */
const htpasswd = 'harbor:$2b$05$xltqM6aXha3ukqBNNczwi.ZIm6JlEYgl91CUSoiGXkCG73UVstIWq\n';

/** Debian's docker-registry on a loopback port: a real one, which engines trust without TLS. */
export interface RegistryRig extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Makes an image, pushes it as `HOST/NAME`, and takes the local tag away again; gives `HOST/NAME` and the digest. */
  publish(name: string, recipe?: ImageRecipe): Promise<{ readonly reference: string; readonly digest: string }>;
  /** A folder with a `config.json` that knows the login: for DOCKER_CONFIG. */
  loggedIn(): Promise<string>;
  /** The registry goes away, and comes back on the same port with the same content. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function registryRig(api: EngineApi, { login = false } = {}): Promise<RegistryRig> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-registry-'));
  await writeFile(join(folder, 'htpasswd'), htpasswd);
  let running = await startRegistry(folder, 0, login);
  const { port } = running;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    async publish(name, recipe) {
      // A layer that the engine has from another image would not be pulled.
      const own = { ...recipe, files: { ...recipe?.files, '/etc/registry': folder } };
      const reference = await testImage(api, `${host}/${name}${name.includes(':') ? '' : ':1'}`, own);
      const digest = await pushImage(
        api,
        reference,
        login ? [registryLogin.username, registryLogin.password] : undefined,
      );
      await api.send({ method: 'DELETE', path: `/images/${reference}`, accept: [404, 409] });
      return { reference, digest };
    },
    async loggedIn() {
      const auth = Buffer.from(`${registryLogin.username}:${registryLogin.password}`).toString('base64');
      await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
      return folder;
    },
    stop: () => running.stop(),
    async start() {
      running = await startRegistry(folder, port, login);
    },
    async [Symbol.asyncDispose]() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startRegistry(folder: string, port: number, login: boolean) {
  const config = join(folder, 'config.yml');
  await writeFile(config, configOf(folder, port, login));
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  return {
    port: await portOf(child),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      killed();
      await ended;
      process.off('exit', killed);
    },
  };
}

const configOf = (folder: string, port: number, login: boolean): string => `
version: 0.1
log: { level: info, formatter: json }
storage: { filesystem: { rootdirectory: ${folder}/storage }, delete: { enabled: true } }
http: { addr: "127.0.0.1:${port}" }
${login ? `auth: { htpasswd: { realm: test, path: ${folder}/htpasswd } }` : ''}
`;

/** It says on which port it listens. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-20_000);
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`docker-registry ended with ${code}: ${said.slice(-2000)}`)));
  });
}
