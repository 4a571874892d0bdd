import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standardPath } from '../../src/edges/engines/compose/environment.ts';
import { findPlugin } from '../../src/edges/engines/compose/plugin.ts';
import { composeEngine } from '../../src/edges/engines/engine.ts';
import { run } from '../../src/edges/process.ts';
import { HarborError } from '../../src/errors.ts';
import type { ComposeService } from '../../src/model/compose-model.ts';
import type { EngineEvent, ObservedContainer } from '../../src/model/observed.ts';
import type { Engine } from '../../src/ports.ts';
import { sketchRelease } from '../contracts/engine-release.ts';
import { type EngineRig, engineRig } from '../support/engine-rig.ts';
import { light } from '../support/world.ts';

const MiB = 1024 * 1024;

let rig: EngineRig;
let folder: string;
let engine: Engine;
let image: string;

beforeAll(async () => {
  rig = await engineRig();
  folder = await mkdtemp(join(tmpdir(), 'hm-engine-'));
  await chmod(folder, 0o755);
  engine = composeEngine({
    dockerHost: rig.dockerHost,
    dockerConfig: '/nonexistent',
    environment: { PATH: process.env['PATH'] ?? '' },
    runDirectory: join(folder, 'run'),
    instance: 'engine-changes',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  image = await rig.image('idle', { command: ['idle'], changes: ['VOLUME /data'] });
});

afterAll(async () => {
  await rig?.cleanUp();
  await rm(folder, { recursive: true, force: true });
});

/** A running container of a project of its own. */
async function made(name: string, service: Partial<ComposeService> = {}): Promise<ObservedContainer> {
  const project = rig.project(name);
  const release = sketchRelease({
    project,
    instance: 'engine-changes',
    services: { web: { image, ...service } },
    model: { networks: { default: { name: `${project}_default` }, back: { name: `${project}_back` } } },
  });
  const file = join(folder, name, 'compose.json');
  await mkdir(dirname(file));
  await writeFile(file, release.compose, { mode: 0o600 });
  await engine.create({ release, file }, ['web']);
  const [web] = await rig.containers(project);
  return web!;
}

const fieldsOf = async ({ id }: ObservedContainer) => (await engine.configurations([id]))[0]!.fields;

const onNetwork = (network: string, act: string, body: object) =>
  rig.api.send({
    method: 'POST',
    path: `/networks/${network}/${act}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const failureOf = (act: Promise<unknown>): Promise<HarborError> =>
  act.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof HarborError ? error : Promise.reject(error)),
  );

describe("a container's configuration", () => {
  test('is the same while it runs, is paused, stands still and runs again', async () => {
    const web = await made('steady', {
      mem_limit: '67108864',
      cpus: 0.5,
      restart: 'unless-stopped',
      ports: [{ target: 80, host_ip: '127.0.0.1', protocol: 'tcp', mode: 'ingress' }],
      tmpfs: ['/run'],
      networks: { default: { aliases: ['shop'] }, back: null },
    });
    const before = await fieldsOf(web);
    const { project } = web;
    expect(before).toMatchObject({
      'limits.memory': '67108864',
      'limits.cpus': '0.5',
      restart: 'unless-stopped',
      'ports.80/tcp': '127.0.0.1:',
      'mounts./run': 'tmpfs',
      'mounts./data': 'volume:(anonymous):rw',
      [`networks.${project}_default`]: '{"aliases":["shop","web"]}',
      [`networks.${project}_back`]: '{"aliases":["web"]}',
    });
    for (const act of ['pause', 'unpause', 'restart?t=1', 'stop?t=1', 'start', 'stop?t=1']) {
      await rig.act(web.id, act);
      expect(await fieldsOf(web), act).toEqual(before);
    }
  });

  test('changes just where somebody changed it, and is mended to what it was', async () => {
    const web = await made('altered', { mem_limit: '67108864' });
    const { id, project } = web;
    const network = `${project}_default`;
    const field = `networks.${network}`;
    const before = await fieldsOf(web);
    const { [field]: attachment = '', ...detached } = before;

    await rig.act(id, 'update', { Memory: 32 * MiB });
    expect(await fieldsOf(web)).toEqual({ ...before, 'limits.memory': String(32 * MiB) });
    await engine.mend({ kind: 'update', container: web, fields: { 'limits.memory': before['limits.memory'] ?? null } });
    expect(await fieldsOf(web)).toEqual(before);

    await rig.act(id, 'update', { RestartPolicy: { Name: 'always' } });
    expect(await fieldsOf(web)).toEqual({ ...before, restart: 'always' });
    await engine.mend({ kind: 'update', container: web, fields: { restart: null } });
    expect(await fieldsOf(web)).toEqual(before);

    await onNetwork(network, 'disconnect', { Container: id });
    expect(await fieldsOf(web)).toEqual(detached);
    await onNetwork(network, 'connect', { Container: id });
    expect(await fieldsOf(web)).toEqual({ ...detached, [field]: '{"aliases":[]}' });
    await engine.mend({ kind: 'connect', container: web, network, attachment });
    expect(await fieldsOf(web)).toEqual(before);
    expect(await rig.exec(id, ['nslookup', 'web'])).toMatch(/Name:\s+web\s+Address: \d/);
  });

  test('is mended too while the container stands still', async () => {
    const web = await made('still', { networks: { default: { aliases: ['shop'] }, back: null } });
    const before = await fieldsOf(web);
    const network = `${web.project}_default`;
    await engine.stop([web.id]);
    await engine.mend({ kind: 'disconnect', container: web, network });
    const attachment = before[`networks.${network}`] ?? '';
    await engine.mend({ kind: 'connect', container: web, network, attachment });
    expect(await fieldsOf(web)).toEqual(before);
    await engine.start([web.id]);
    expect(await fieldsOf(web)).toEqual(before);
  });

  test('keeps a chosen address', async () => {
    const web = await made('address');
    const network = `${rig.prefix}_fixed`;
    const octet = 16 + (Number.parseInt(rig.prefix.slice(-2), 16) % 200);
    const subnet = `10.222.${octet}`;
    await rig.api.send({
      method: 'POST',
      path: '/networks/create',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Name: network, IPAM: { Config: [{ Subnet: `${subnet}.0/24` }] } }),
    });
    const attachment = `{"aliases":["shop"],"ipv4":"${subnet}.77"}`;
    await engine.mend({ kind: 'connect', container: web, network, attachment });
    expect(await fieldsOf(web)).toMatchObject({ [`networks.${network}`]: attachment });
    expect(await rig.exec(web.id, ['ip', 'addr'])).toContain(`${subnet}.77/`);
    await engine.stop([web.id]);
    expect(await fieldsOf(web)).toMatchObject({ [`networks.${network}`]: attachment });
  });
});

describe('an update that the engine cannot do', () => {
  test.each([
    ['limits.memory', { Memory: 64 * MiB, MemorySwap: 128 * MiB }],
    ['limits.memory_reservation', { MemoryReservation: 32 * MiB }],
    ['limits.cpus', { NanoCpus: 500_000_000 }],
    ['limits.cpu_shares', { CpuShares: 512 }],
    ['limits.cpuset', { CpusetCpus: '0' }],
  ])('to take %s away is refused, and nothing is changed', async (field, foreign) => {
    const web = await made(`kept-${field.replace(/\W|_/g, '')}`, light);
    await rig.act(web.id, 'update', foreign);
    const altered = await fieldsOf(web);
    expect(altered).toHaveProperty([field]);
    const fields = { restart: 'always', [field]: null };
    expect(await failureOf(engine.mend({ kind: 'update', container: web, fields }))).toMatchObject({
      code: 'engine-refused',
      message: `the engine cannot take ${field} away from a container that is there`,
      hint: 'Replace the container instead.',
    });
    expect(await fieldsOf(web)).toEqual(altered);
  });

  test('is told in its words where it says them', async () => {
    const web = await made('refused', light);
    const fields = { 'limits.memory': '1000' };
    expect(await failureOf(engine.mend({ kind: 'update', container: web, fields }))).toMatchObject({
      code: 'engine-refused',
      message: expect.stringContaining('Minimum memory limit'),
    });
  });
});

test('limits that are taken back are gone in the kernel too', async () => {
  const web = await made('kernel', light);
  await rig.act(web.id, 'update', { CpuQuota: 20_000, PidsLimit: 100 });
  const quota = async () =>
    (
      await rig.exec(web.id, ['sh', '-c', 'cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null'])
    ).trim();
  expect(await quota()).toMatch(/^20000/);
  await engine.mend({ kind: 'update', container: web, fields: { 'limits.cpu_quota': null, 'limits.pids': null } });
  expect(await quota()).toMatch(/^(?:max|-1)/);
  expect(await fieldsOf(web)).not.toHaveProperty(['limits.cpu_quota']);
});

test('a name that another container took is called so', async () => {
  const web = await made('taken', light);
  const other = `${rig.prefix}-taken-other`;
  await rig.run(other, image);
  expect(await failureOf(engine.mend({ kind: 'rename', container: web, to: other }))).toMatchObject({
    code: 'name-taken',
  });
});

test('what happens to the containers of projects is told as it happens, and nothing of others', async () => {
  const web = await made('told');
  const network = `${web.project}_default`;
  const told: EngineEvent[] = [];
  const aborter = new AbortController();
  const keep = (event: EngineEvent): void => {
    if (event.kind === 'connected' || event.project.startsWith(rig.prefix)) told.push(event);
  };
  const following = engine.events(keep, aborter.signal);
  await expect.poll(() => told).toEqual([{ kind: 'connected' }]);

  const loner = await rig.run(`${rig.prefix}-loner`, image);
  await rig.act(loner, 'pause');
  await rig.act(web.id, 'pause');
  await rig.act(web.id, 'unpause');
  await rig.act(web.id, `rename?name=${web.name}-x`);
  await rig.act(web.id, 'update', { RestartPolicy: { Name: 'no' } });
  await onNetwork(network, 'disconnect', { Container: web.id });
  await onNetwork(network, 'connect', { Container: web.id });
  await rig.act(web.id, 'stop?t=1');
  await rig.rm(web.id);

  const actions = () => told.flatMap((event) => (event.kind === 'container' ? [event.action] : []));
  await expect.poll(actions).toContain('destroy');
  // The engine tells some things twice: itself, and when its runtime tells it; then a pause may come again after its end.
  const first = ['pause', 'unpause', 'rename', 'update', 'network-disconnect', 'network-connect'];
  expect([...new Set(actions())].slice(0, first.length)).toEqual(first);
  expect(actions()).toEqual(expect.arrayContaining(['die', 'stop', 'destroy']));
  expect(told.slice(1)).toEqual(told.slice(1).map((event) => ({ ...event, id: web.id, project: web.project })));
  aborter.abort();
  await following;
});

describe("Compose's own hashes", () => {
  const compose = () => `
services:
  environment: { image: "${image}", environment: { A: "1", DOLLAR: "x$$y", FROM: "\${TAG}", UNSET: } }
  command: { image: "${image}", command: [idle, x] }
  ports: { image: "${image}", ports: ["127.0.0.1::80", "127.0.0.1::81/udp"] }
  volumes: { image: "${image}", volumes: ["data:/data"] }
  labels: { image: "${image}", labels: { a: "b" } }
  healthcheck: { image: "${image}", healthcheck: { test: [CMD, "true"], interval: 5s } }
  envfile: { image: "${image}", env_file: web.env }
  files: { image: "${image}", secrets: [s], configs: [c] }
  limits: { image: "${image}", mem_limit: 64m, deploy: { replicas: 2 } }
  depending: { image: "${image}", depends_on: [command] }
  network: { image: "${image}", networks: { back: { aliases: [x] } } }
  bind: { image: "${image}", volumes: ["./page:/page:ro"] }
  profiled: { image: "${image}", profiles: [debug] }
volumes: { data: }
networks: { back: }
secrets: { s: { file: ./s.txt } }
configs: { c: { file: ./s.txt } }
`;

  async function tree(name: string) {
    const directory = join(folder, name);
    await mkdir(join(directory, 'page'), { recursive: true });
    await writeFile(join(directory, 'compose.yaml'), compose());
    await writeFile(join(directory, '.env'), 'TAG=9\n');
    await writeFile(join(directory, 'web.env'), 'COLOUR=blue\nPASSWORD=a$$b\n');
    await writeFile(join(directory, 's.txt'), 's');
    const files = [join(directory, 'compose.yaml')];
    return { directory, files, envFile: join(directory, '.env'), profiles: ['debug'], environment: {} };
  }

  test('are those of a project that a person started, but for paths when its folder is another', async () => {
    const project = rig.project('hashes');
    const here = await tree('hashes');
    const { path } = await findPlugin({
      explicit: undefined,
      dockerConfig: '/nonexistent',
      searchPath: process.env['PATH'] ?? '',
    });
    const up = await run([path, '-p', project, '--profile', 'debug', 'up', '--no-start'], {
      env: { PATH: standardPath, HOME: folder, DOCKER_HOST: rig.dockerHost },
      cwd: here.directory,
      limit: 60_000,
    });
    expect(up.exitCode, up.stderr).toBe(0);
    const containers = await rig.containers(project);
    expect(containers).toHaveLength(14);
    const labelled = Object.fromEntries(containers.map(({ service, configHash }) => [service, configHash]));
    expect(await engine.hashes({ project, ...here })).toEqual(labelled);

    const { bind, ...others } = await engine.hashes({ project, ...(await tree('hashes-elsewhere')) });
    expect({ ...others, bind: labelled['bind'] }).toEqual(labelled);
    expect(bind).not.toBe(labelled['bind']);
  });

  test('of a file that cannot be rendered are refused as its rendering is', async () => {
    const here = await tree('hashes-broken');
    await writeFile(here.files[0]!, 'services: { web: { image: "${MISSING:?say which}" } }\n');
    expect(await failureOf(engine.hashes({ project: 'shop', ...here }))).toMatchObject({ code: 'variable-unset' });
  });
});
