import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually, type World, world } from '../support/world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const base = 'harbormaster-base';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  run('bash', 'scripts/base-image.sh', base);
  image = imageOf('test');
}, 600_000);

function run(...[command, ...args]: [string, ...string[]]): void {
  const env = { ...process.env, DOCKER_HOST: host.engine.dockerHost, DOCKER_BUILDKIT: '0' };
  execFileSync(command, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The image of a version: another one is another image. */
function imageOf(version: string): string {
  const tag = `${host.engine.prefix}/harbormaster:${version}`;
  run('docker', 'build', '--quiet', '--build-arg', `BASE=${base}`, '--label', `version=${version}`, '--tag', tag, '.');
  return tag;
}

function start(name: string, of: string): Promise<string> {
  const socket = host.engine.dockerHost.replace('unix://', '');
  return host.engine.run(`${host.engine.prefix}-${name}`, of, {
    Env: [`HARBORMASTER_CONFIG=${host.config}`, `HARBORMASTER_STATE_DIR=${host.state}`],
    HostConfig: {
      NetworkMode: 'host',
      Binds: [`${socket}:/var/run/docker.sock`, `${host.folder}:${host.folder}`],
    },
  });
}

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

test('the image installs whatever the stand-in for its base brings along', async () => {
  const dockerfile = await readFile(`${root}/Dockerfile`, 'utf8');
  const standIn = await readFile(`${root}/scripts/base-image.sh`, 'utf8');
  const installed = /--no-install-recommends (.*) \\$/m.exec(dockerfile)?.[1]?.split(' ');
  const brought = /^packages=(.*)$/m.exec(standIn)?.[1]?.split(',');
  expect(installed).toEqual(brought);
});

test('the image, with the engine’s socket and the state folder at its own path, deploys an app whose files containers can mount; an upgrade leaves that alone', {
  timeout: 180_000,
}, async () => {
  const repository = await host.repository('contained');
  const web = await host.engine.image('web');
  await repository.commit({
    'compose.yaml': stringify({
      services: { web: { image: web, stop_signal: 'SIGKILL', volumes: ['./page:/www:ro'] } },
    }),
    'page/index.html': 'from a container',
  });
  await host.configure({ contained: { url: repository.url } });
  await mkdir(host.state, { recursive: true });
  const id = await start('harbormaster', image);
  await eventually(
    async () => expect((await host.containers('contained')).map(({ state }) => state)).toEqual(['running']),
    60,
  );
  const { web: container = '' } = await host.ids('contained');
  expect(await host.engine.exec(container, ['cat', '/www/index.html'])).toBe('from a container');
  expect(await host.engine.exec(id, ['harbormaster', 'status'])).toContain('contained');
  expect(await host.engine.exec(id, ['harbormaster', 'doctor'])).toContain('mounted from the same path');
  await eventually(
    async () => expect(await host.engine.inspect(id)).toMatchObject({ State: { Health: { Status: 'healthy' } } }),
    90,
  );
  await host.engine.kill(id, 'TERM');
  await eventually(async () =>
    expect(await host.engine.inspect(id)).toMatchObject({ State: { Running: false, ExitCode: 0 } }),
  );
  expect((await host.containers('contained')).map(({ state }) => state)).toEqual(['running']);

  const [before, entries] = [await host.lives('contained'), await host.log()];
  await host.engine.rm(id);
  const upgraded = await start('harbormaster-2', imageOf('upgraded'));
  await eventually(
    async () => expect(await host.engine.exec(upgraded, ['harbormaster', 'status'])).toContain('matches Git'),
    60,
  );
  expect(await host.lives('contained')).toEqual(before);
  expect(await host.log()).toEqual(entries);
});

test('install --container runs it from a compose file, read-only and with few rights; doing it again changes nothing', {
  timeout: 180_000,
}, async () => {
  await using other = await world();
  const repository = await other.repository('installed');
  const web = await other.engine.image('web');
  const service = { image: web, stop_signal: 'SIGKILL', volumes: ['./page:/www:ro'] };
  await repository.commit({
    'compose.yaml': stringify({ services: { web: service } }),
    'page/index.html': 'installed',
  });
  // Its own network leads to no server of this test: the repository lies where the container sees it.
  const bare = `${other.folder}/installed.git`;
  execFileSync('git', ['clone', '--quiet', '--bare', repository.path, bare]);
  await other.configure({ installed: { url: `file://${bare}` } });
  other.environment['COMPOSE_PROJECT_NAME'] = other.engine.project('hm');
  const install = ['install', '--container', '--image', image, '--config', other.config] as const;
  expect(await other.run(...install)).toMatchObject({ code: 0, stdout: expect.stringContaining('Harbormaster runs.') });
  await eventually(
    async () => expect((await other.containers('installed')).map(({ state }) => state)).toEqual(['running']),
    60,
  );
  const { web: container = '' } = await other.ids('installed');
  expect(await other.engine.exec(container, ['cat', '/www/index.html'])).toBe('installed');
  const [before] = await other.engine.containers(other.engine.project('hm'));
  expect((await other.run(...install)).stdout).toMatch(/^kept +.*compose.yaml$/m);
  const [after] = await other.engine.containers(other.engine.project('hm'));
  expect(after?.id).toBe(before?.id);
  const doctor = await other.engine.exec(before?.id ?? '', ['harbormaster', 'doctor']);
  expect(doctor).toContain('without privileges');
});
