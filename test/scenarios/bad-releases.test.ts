import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { light, type World, world } from '../support/world.ts';

let host: World;
let image: string;
/** What nothing bad of this file changes anything of. */
let steady: Awaited<ReturnType<typeof deployed>>;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
  steady = await deployed('steady');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (web: object, more: Record<string, object> = {}) =>
  stringify({ services: { web: { image, ...light, ...web }, ...more } });

async function deployed(name: string) {
  const repository = await host.repository(name);
  await repository.commit({ 'compose.yaml': compose({}) }, 'A good one');
  const declare = () => host.configure({ [name]: { url: repository.url } });
  await declare();
  expect(await host.apply(name)).toEqual({ [name]: { kind: 'applied' } });
  return { repository, declare, before: await host.lives(name) };
}

test.each([
  [
    'an image that does not exist',
    { 'compose.yaml': stringify({ services: { web: { image: '127.0.0.1:9/no/such:1' } } }) },
    'image-unavailable',
    'no/such',
  ],
  ['an invalid compose file', { 'compose.yaml': 'services:\n  web:\n    imagine: x\n' }, 'compose-invalid', 'imagine'],
  ['broken YAML', { 'compose.yaml': 'services: [\n' }, 'compose-invalid', 'yaml'],
  [
    'an unset variable',
    { 'compose.yaml': 'services:\n  web:\n    image: "x:${NO_SUCH_VARIABLE}"\n' },
    'variable-unset',
    'NO_SUCH_VARIABLE',
  ],
  ['a missing compose file', { 'compose.yaml': null }, 'compose-missing', 'compose'],
  ['a provider', { 'compose.yaml': 'services:\n  web:\n    provider: { type: x }\n' }, 'compose-invalid', 'provider'], // this Compose does not know it; a newer one renders it, and it is refused then
  [
    'an include of another machine',
    { 'compose.yaml': 'include: ["https://example.org/compose.yaml"]\nservices: {}\n' },
    'compose-refused',
    'another machine',
  ],
  [
    'an env file of the host',
    { 'compose.yaml': `services:\n  web:\n    image: x\n    env_file: /etc/passwd\n` },
    'compose-refused',
    '/etc/passwd',
  ],
] as const)('%s leaves the old container alone, and the entry says why', async (_title, files, code, word) => {
  await steady.declare();
  await steady.repository.commit(files, 'A bad one');
  expect(await host.apply('steady')).toMatchObject({
    steady: { kind: 'failed', code, message: expect.stringContaining(word) },
  });
  expect(await host.lives('steady')).toEqual(steady.before);
  const last = (await host.log()).at(-1);
  expect(last).toMatchObject({
    kind: 'refused',
    outcome: { kind: 'failed', code },
    revision: { subject: 'A bad one' },
  });
  const { stderr, stdout } = await host.run('apply', host.named('steady'));
  expect(`${stderr}${stdout}`).not.toMatch(/\n\s+at .*\.(c?js|ts):\d+/);
  expect((await host.journal()).at(-1)?.seq).toBe(last?.seq);
});

test.each([
  ['privileged', { privileged: true }, 'privileged'],
  ['in the host’s network', { network_mode: 'host' }, 'host_namespaces'],
  ['with a folder of the host', { volumes: ['/etc:/host'] }, 'host_binds'],
  ['with the engine’s socket', { volumes: ['/var/run/docker.sock:/var/run/docker.sock'] }, 'engine_socket'],
] as const)('a service %s is denied, and the message is the line that allows it', async (_title, service, key) => {
  await steady.declare();
  await steady.repository.commit({ 'compose.yaml': compose(service) });
  const { code, stdout } = await host.run('plan', host.named('steady'));
  expect(code).toBe(3);
  expect(stdout).toContain(`apps.${host.named('steady')}.allow.${key}`);
  expect(await host.apply('steady')).toMatchObject({ steady: { kind: 'blocked' } });
  expect(await host.lives('steady')).toEqual(steady.before);
});

test('what the host’s owner allows is deployed', async () => {
  const repository = await host.repository('allowed');
  await repository.commit({
    'compose.yaml': compose({ command: ['idle'], network_mode: 'host', volumes: ['/etc/hostname:/host:ro'] }),
  });
  await host.configure({
    allowed: { url: repository.url, allow: { host_namespaces: ['web'], host_binds: ['/etc/hostname:ro'] } },
  });
  expect(await host.apply('allowed')).toEqual({ allowed: { kind: 'applied' } });
});

test('a crash loop is recognised long before the limit; the good version is brought back, and the bad one not tried again', async () => {
  const { repository } = await deployed('crash');
  // On a crowded machine the engine says for more than a second that something runs which has ended.
  await host.configure({ crash: { url: repository.url, health: { min_ready: '4s', deadline: '60s' } } });
  await repository.commit({ 'compose.yaml': compose({ command: ['crash', '3'], restart: 'always' }) });
  const began = Date.now();
  expect(await host.apply('crash')).toMatchObject({
    crash: { kind: 'failed', code: 'unhealthy', message: expect.stringMatching(/web .*code 3/) },
  });
  expect(Date.now() - began).toBeLessThan(30_000);
  const restored = await host.containers('crash');
  expect(restored.map(({ state }) => state)).toEqual(['running']);
  expect((await host.log()).slice(-3)).toMatchObject([
    { kind: 'finished', outcome: { kind: 'failed' } },
    { kind: 'started', purpose: 'restore' },
    { kind: 'finished', purpose: 'restore', outcome: { kind: 'applied' } },
  ]);
  const ofApp = async () => (await host.log()).filter((entry) => 'app' in entry && entry.app === host.named('crash'));
  const written = (await ofApp()).length;
  await using daemon = await host.daemon();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect((await ofApp()).length).toBe(written);
  expect((await host.containers('crash')).map(({ id }) => id)).toEqual(restored.map(({ id }) => id));
  expect((await host.run('status')).stdout).toContain('failed');
  expect(daemon.output()).not.toContain('"level":"error"');
});

test('a version that never gets healthy fails at its limit', async () => {
  const { repository } = await deployed('never');
  await host.configure({ never: { url: repository.url, health: { deadline: '4s', min_ready: '1s' } } });
  await repository.commit({
    'compose.yaml': compose({ healthcheck: { test: ['CMD', 'true'], interval: '60s', start_period: '60s' } }),
  });
  const began = Date.now();
  expect(await host.apply('never')).toMatchObject({
    never: { kind: 'failed', code: 'unhealthy', message: expect.stringContaining('within 4 s') },
  });
  expect(Date.now() - began).toBeLessThan(60_000);
  await repository.commit({ 'compose.yaml': compose({ environment: { FIXED: 'yes' } }) });
  expect(await host.apply('never')).toEqual({ never: { kind: 'applied' } });
});

test('a one-shot that exits 0 is healthy and runs once; one that exits 1 fails the deployment', async () => {
  const repository = await host.repository('job');
  const file = (code: number) =>
    compose(
      { depends_on: { job: { condition: 'service_completed_successfully' } } },
      { job: { image, command: ['sh', '-c', `exit ${code}`] } },
    );
  await repository.commit({ 'compose.yaml': file(0) });
  await host.configure({ job: { url: repository.url } });
  expect(await host.apply('job')).toEqual({ job: { kind: 'applied' } });
  const before = await host.ids('job');
  expect(await host.apply('job')).toEqual({ job: { kind: 'unchanged' } });
  await host.engine.rm(before['job'] ?? '');
  expect(await host.apply('job')).toEqual({ job: { kind: 'unchanged' } });
  await repository.commit({ 'compose.yaml': file(1) });
  expect(await host.apply('job')).toMatchObject({
    job: { kind: 'failed', code: 'unhealthy', message: expect.stringContaining('job exited with code 1') },
  });
  expect((await host.ids('job'))['web']).toBe(before['web']);
});

test('a service that exits 0 fails the deployment, until the label that the failure names makes it a one-shot', async () => {
  const repository = await host.repository('labelled');
  const file = (job: object) => compose({}, { job: { image, ...light, command: ['true'], ...job } });
  await repository.commit({ 'compose.yaml': file({}) });
  await host.configure({ labelled: { url: repository.url } });
  expect(await host.apply('labelled')).toMatchObject({
    labelled: { kind: 'failed', code: 'unhealthy', message: expect.stringContaining('harbormaster.one-shot: "true"') },
  });
  await repository.commit({ 'compose.yaml': file({ labels: { 'harbormaster.one-shot': 'true' } }) });
  expect(await host.apply('labelled')).toEqual({ labelled: { kind: 'applied' } });
  const before = await host.ids('labelled');
  expect(await host.apply('labelled')).toEqual({ labelled: { kind: 'unchanged' } });
  expect(await host.ids('labelled')).toEqual(before);
  await host.engine.rm(before['job'] ?? '');
  expect(await host.apply('labelled')).toEqual({ labelled: { kind: 'unchanged' } });
});
