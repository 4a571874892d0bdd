import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { neededCapabilities } from '../../src/core/systemd-unit.ts';
import { program } from '../support/program.ts';
import { eventually, type World, world } from '../support/world.ts';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));

async function withApp(host: World) {
  const repository = await host.repository('installed');
  const image = await host.engine.image('web');
  const compose = stringify({ services: { web: { image, stop_signal: 'SIGKILL', volumes: ['./page:/www:ro'] } } });
  await repository.commit({ 'compose.yaml': compose, 'page/index.html': 'one' });
  await host.configure({ shop: { url: repository.url } });
  return repository;
}

const running = (host: World) =>
  eventually(async () => expect((await host.containers('shop')).map(({ state }) => state)).toEqual(['running']), 60);

/** The deployment is over: what is done to its containers now is drift. */
const settled = (host: World) =>
  eventually(async () => expect((await host.run('status')).stdout).toContain('matches Git'), 30);

test('a backup that is made while the daemon runs brings everything back, and no container is touched', async () => {
  await using host = await world();
  await withApp(host);
  await using daemon = await host.daemon();
  await running(host);
  await settled(host);
  const file = join(host.folder, 'backup.tar.gz');
  const made = await host.run('backup', file);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('It holds secrets') });
  daemon.signal('SIGTERM');
  expect(await daemon.ended).toBe(0);
  const [before, entries] = [await host.lives('shop'), await host.log()];

  expect((await host.run('restore', file)).stderr).toContain('is not empty');
  // What containers mount stays where it is, as on a host whose disk survived.
  await cp(join(host.state, 'apps'), join(host.folder, 'apps'), { recursive: true });
  await rm(host.state, { recursive: true });
  const restored = await host.run('restore', file);
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('The deployment log is whole') });
  await using _again = await host.daemon();
  await settled(host);
  expect(await host.lives('shop')).toEqual(before);
  expect(await host.log()).toEqual(entries);
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function socketProxy(host: World) {
  const port = await freePort();
  const socket = host.engine.dockerHost.replace('unix://', '');
  const env = { PATH: `${process.env['PATH']}:/usr/sbin`, ENGINE_SOCKET: socket, LISTEN: `127.0.0.1:${port}` };
  const child = spawn('haproxy', ['-db', '-f', join(deploy, 'socket-proxy.cfg')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const ask = (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method }).then(
      (answer) => answer.status,
      () => 0,
    );
  await eventually(async () => expect(await ask('/_ping'), said).toBe(200), 20);
  const end = async (): Promise<void> => {
    child.kill();
    await once(child, 'exit');
  };
  return { address: `tcp://127.0.0.1:${port}`, ask, [Symbol.asyncDispose]: end };
}

test('behind the socket proxy Harbormaster deploys, replaces, heals and removes, and everything else is refused', async () => {
  await using host = await world();
  const repository = await withApp(host);
  await using proxy = await socketProxy(host);
  host.environment['DOCKER_HOST'] = proxy.address;
  await using _daemon = await host.daemon();
  await running(host);
  await settled(host);
  const { web: first = '' } = await host.ids('shop');
  await repository.commit({ 'page/index.html': 'two' });
  await eventually(async () => expect((await host.ids('shop'))['web']).not.toBe(first), 40);
  await running(host);
  await settled(host);
  const { web: second = '' } = await host.ids('shop');
  expect(await host.engine.exec(second, ['cat', '/www/index.html'])).toBe('two');
  await host.engine.kill(second);
  await running(host);
  await host.configure({});
  await eventually(async () => expect(await host.containers('shop')).toEqual([]), 40);

  expect(await proxy.ask('/v1.41/swarm')).toBe(403);
  expect(await proxy.ask('/v1.41/secrets')).toBe(403);
  expect(await proxy.ask('/plugins')).toBe(403);
  expect(await proxy.ask('/v1.41/containers/prune', 'POST')).toBe(403);
  expect(await proxy.ask(`/v1.41/containers/${second}/archive?path=/etc`)).toBe(403);
  expect(await proxy.ask('/v1.41/images/json/../../swarm')).toBe(403);
  expect(await proxy.ask('/v1.41/version')).toBe(200);
});

test('what the systemd unit leaves of root is enough, on a file system that is read-only but for the state folder', async () => {
  await using host = await world();
  await withApp(host);
  const unit = await readFile(join(deploy, 'harbormaster.service'), 'utf8');
  const kept = /^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1]?.split(' ');
  expect(kept).toEqual([...neededCapabilities]);
  await mkdir(host.state, { recursive: true, mode: 0o700 });
  const script = `set -e
mount --bind "$STATE" "$STATE"
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /dev/shm
mkdir /dev/shm/tmp
export TMPDIR=/dev/shm/tmp
exec setpriv --bounding-set "$BOUNDING" --inh-caps -all --no-new-privs "$@"`;
  const BOUNDING = ['-all', ...(kept ?? []).map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)].join(',');
  const args = ['--mount', '--', 'sh', '-c', script, 'unit', process.execPath, program, 'run'];
  const env = { ...host.environment, STATE: host.state, BOUNDING };
  const child = spawn('unshare', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  try {
    await eventually(
      async () =>
        expect(
          (await host.containers('shop')).map(({ state }) => state),
          said,
        ).toEqual(['running']),
      60,
    );
    await settled(host);
    const doctor = await host.run('doctor');
    expect(doctor.stdout).toContain('without privileges, without a network');
    expect(said).not.toContain('"level":50');
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

test('systemd takes the unit, and finds little to object to', async () => {
  await using host = await world();
  const root = join(host.folder, 'root');
  expect(await host.run('install', '--root', root, '--config', '/etc/harbormaster/harbormaster.yml')).toMatchObject({
    code: 0,
  });
  const unit = join(root, 'etc/systemd/system/harbormaster.service');
  // The analyser wants to find what the unit starts.
  const text = (await readFile(unit, 'utf8')).replace(
    '/usr/local/lib/harbormaster',
    join(root, 'usr/local/lib/harbormaster'),
  );
  await writeFile(unit, text);
  const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  expect(verified).toMatchObject({ status: 0, stderr: '' });
  const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
  const exposure = Number(/Overall exposure level .*: ([\d.]+)/.exec(judged.stdout)?.[1]);
  expect(exposure).toBeGreaterThan(0);
  expect(exposure).toBeLessThan(4);
});
