import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { light, type Ran, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const composeOf =
  (each: object) =>
  (services: Record<string, object>, rest: object = {}) =>
    stringify({
      services: Object.fromEntries(
        Object.entries(services).map(([name, service]) => [name, { image, ...each, ...service }]),
      ),
      ...rest,
    });
const compose = composeOf(light);
const connected = composeOf({ stop_signal: 'SIGKILL' });

test('a first pass deploys the app, waits until it is healthy, and writes intent and outcome', async () => {
  const repository = await host.repository('first');
  const commit = await repository.commit(
    {
      'compose.yaml': connected({
        web: { healthcheck: { test: ['CMD', 'wget', '-q', '-O', '/dev/null', '127.0.0.1'], interval: '3s' } },
        job: { command: ['idle'] },
      }),
    },
    'First version',
  );
  await host.configure({ first: { url: repository.url } });
  expect(await host.apply()).toEqual({ first: { kind: 'applied' } });
  expect((await host.containers('first')).map(({ service, state, health }) => [service, state, health])).toEqual([
    ['job', 'running', 'none'],
    ['web', 'running', 'healthy'],
  ]);
  const entries = (await host.log()).filter((entry) => 'app' in entry && entry.app === host.named('first'));
  expect(entries).toMatchObject([
    {
      kind: 'started',
      trigger: { kind: 'request' },
      revision: { commit, subject: 'First version', author: { name: expect.any(String) } },
    },
    { kind: 'finished', outcome: { kind: 'applied' }, services: [{ change: 'create' }, { change: 'create' }] },
  ]);
});

test('the program says and does what a call of its command line in this process does', async () => {
  const repository = await host.repository('both');
  await repository.commit({ 'compose.yaml': compose({ web: { environment: { VERSION: 'one' } } }) });
  await host.configure({ both: { url: repository.url } });
  const app = host.named('both');
  const planned = await host.run('plan', app);
  expect(planned).toMatchObject({ code: 2, stdout: expect.stringContaining('create') });
  expect(await host.program('plan', app)).toEqual(planned);
  expect(await host.program('apply', app)).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
  const calls = [
    ['plan', app],
    ['log', '--app', app],
    ['log', 'verify'],
    ['history', app, '--json'],
    ['apply', 'none'],
    ['imagine'],
  ];
  // One asks a moment after the other.
  const timeless = (ran: Ran): Ran => ({ ...ran, stdout: ran.stdout.replaceAll(/\d+ s ago/g, 'just now') });
  for (const args of calls)
    expect(timeless(await host.program(...args)), args.join(' ')).toEqual(timeless(await host.run(...args)));
});

test('only the one service of three that changed is replaced', async () => {
  const three = (color: string) =>
    compose({ a: { environment: { COLOR: color } }, b: { command: ['idle'] }, c: { command: ['idle'] } });
  const repository = await host.repository('three');
  await repository.commit({ 'compose.yaml': three('red') });
  await host.configure({ three: { url: repository.url } });
  await host.apply('three');
  const before = await host.ids('three');
  await repository.commit({ 'compose.yaml': three('blue') });
  const plan = await host.run('plan', host.named('three'));
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain('environment.COLOR');
  expect(plan.stdout).not.toContain('blue');
  expect(await host.apply('three')).toEqual({ three: { kind: 'applied' } });
  const after = await host.ids('three');
  expect(after['a']).not.toBe(before['a']);
  expect([after['b'], after['c']]).toEqual([before['b'], before['c']]);
});

test('a pass in which nothing changed starts no Compose process and writes no entry', async () => {
  const repository = await host.repository('still');
  await repository.commit({ 'compose.yaml': compose({ web: {} }) });
  await host.configure({ still: { url: repository.url } });
  await host.apply('still');
  const [calls, entries] = [await host.composeCalls(), await host.log()];
  expect(await host.apply('still')).toEqual({ still: { kind: 'unchanged' } });
  expect((await host.run('plan', host.named('still'))).code).toBe(0);
  // Each call of the program asks Compose once for its version at most; nothing is rendered or applied.
  expect((await host.composeCalls()).slice(calls.length).filter((call) => !call.startsWith('version'))).toEqual([]);
  expect(await host.log()).toEqual(entries);
});

test('a commit outside of what the app reads touches nothing and renders nothing', async () => {
  const repository = await host.repository('outside');
  await repository.commit({ 'deploy/compose.yaml': compose({ web: {} }), 'README.md': 'one' });
  await host.configure({ outside: { url: repository.url, path: 'deploy' } });
  await host.apply('outside');
  const before = await host.ids('outside');
  const calls = (await host.composeCalls()).length;
  await repository.commit({ 'README.md': 'two', 'deploy/notes.txt': 'also not read' });
  expect(await host.apply('outside')).toEqual({ outside: { kind: 'unchanged' } });
  expect(await host.ids('outside')).toEqual(before);
  expect((await host.composeCalls()).slice(calls).filter((call) => call.includes('config'))).toEqual([]);
});

test('changed content of a mounted file, a config and an env file replaces just the services that see it', async () => {
  const repository = await host.repository('content');
  const file = compose(
    {
      mounted: { volumes: ['./page:/www:ro'] },
      configured: { command: ['idle'], configs: [{ source: 'settings', target: '/settings' }] },
      variables: { command: ['idle'], env_file: ['./settings.env'] },
      other: { command: ['idle'] },
    },
    { configs: { settings: { file: './settings.conf' } } },
  );
  await repository.commit({
    'compose.yaml': file,
    'page/index.html': 'one',
    'settings.conf': 'one',
    'settings.env': 'LEVEL=one\n',
  });
  await host.configure({ content: { url: repository.url } });
  expect(await host.apply('content')).toEqual({ content: { kind: 'applied' } });
  const first = await host.ids('content');
  expect(await host.engine.exec(first['mounted'] ?? '', ['cat', '/www/index.html'])).toBe('one');

  await repository.commit({ 'page/index.html': 'two' });
  expect(await host.apply('content')).toEqual({ content: { kind: 'applied' } });
  const second = await host.ids('content');
  expect(Object.keys(first).filter((service) => first[service] !== second[service])).toEqual(['mounted']);
  expect(await host.engine.exec(second['mounted'] ?? '', ['cat', '/www/index.html'])).toBe('two');

  await repository.commit({ 'settings.conf': 'two' });
  await host.apply('content');
  const third = await host.ids('content');
  expect(Object.keys(first).filter((service) => second[service] !== third[service])).toEqual(['configured']);
  expect(await host.engine.exec(third['configured'] ?? '', ['cat', '/settings'])).toBe('two');

  await repository.commit({ 'settings.env': 'LEVEL=two\n' });
  await host.apply('content');
  const fourth = await host.ids('content');
  expect(Object.keys(first).filter((service) => third[service] !== fourth[service])).toEqual(['variables']);
  expect(await host.engine.variable(fourth['variables'] ?? '', 'LEVEL')).toBe('two');
});

test('a service that is no longer declared is removed after the others are healthy, and its volume stays', async () => {
  const repository = await host.repository('shrink');
  const both = compose({ web: {}, old: { command: ['idle'], volumes: ['keep:/data'] } }, { volumes: { keep: {} } });
  await repository.commit({ 'compose.yaml': both });
  await host.configure({ shrink: { url: repository.url } });
  await host.apply('shrink');
  const before = await host.ids('shrink');
  await repository.commit({ 'compose.yaml': compose({ web: { command: ['crash', '3'] } }) });
  expect(await host.apply('shrink')).toMatchObject({ shrink: { kind: 'failed', code: 'unhealthy' } });
  expect((await host.ids('shrink'))['old']).toBe(before['old']);
  await repository.commit({ 'compose.yaml': compose({ web: {} }) });
  expect(await host.apply('shrink')).toEqual({ shrink: { kind: 'applied' } });
  expect(Object.keys(await host.ids('shrink'))).toEqual(['web']);
  const volumes = await host.engine.api.json({ method: 'GET', path: '/volumes' });
  expect(JSON.stringify(volumes)).toContain(`${host.named('shrink')}_keep`);
});

test('a container that was killed or removed by hand is back after the next pass', async () => {
  const repository = await host.repository('heal');
  await repository.commit({ 'compose.yaml': compose({ web: {}, db: { command: ['idle'] } }) });
  await host.configure({ heal: { url: repository.url } });
  await host.apply('heal');
  const before = await host.ids('heal');
  await host.engine.kill(before['web'] ?? '');
  await host.engine.rm(before['db'] ?? '');
  expect(await host.apply('heal')).toEqual({ heal: { kind: 'applied' } });
  const after = await host.containers('heal');
  expect(after.map(({ state }) => state)).toEqual(['running', 'running']);
  expect(after.find(({ service }) => service === 'web')?.id).toBe(before['web']);
});

test('a network whose definition changed is made anew, with everyone who is attached to it', async () => {
  const repository = await host.repository('network');
  const file = (internal: boolean) =>
    connected(
      { inside: { networks: ['back'] }, outside: { command: ['idle'] } },
      { networks: { back: { internal }, default: {} } },
    );
  await repository.commit({ 'compose.yaml': file(false) });
  await host.configure({ network: { url: repository.url } });
  await host.apply('network');
  const before = await host.ids('network');
  await repository.commit({ 'compose.yaml': file(true) });
  expect(await host.apply('network')).toEqual({ network: { kind: 'applied' } });
  const networks = await host.engine.api.json({ method: 'GET', path: `/networks/${host.named('network')}_back` });
  expect(networks).toMatchObject({ Internal: true });
  const after = await host.ids('network');
  expect(after['inside']).not.toBe(before['inside']);
  expect(after['outside']).toBe(before['outside']);
});

test('a service that shares the network of a replaced one is replaced with it', async () => {
  const repository = await host.repository('shared');
  const file = (version: string) =>
    connected({ web: { environment: { VERSION: version } }, side: { command: ['idle'], network_mode: 'service:web' } });
  await repository.commit({ 'compose.yaml': file('1') });
  await host.configure({ shared: { url: repository.url } });
  expect(await host.apply('shared')).toEqual({ shared: { kind: 'applied' } });
  await repository.commit({ 'compose.yaml': file('2') });
  expect(await host.apply('shared')).toEqual({ shared: { kind: 'applied' } });
  const { side = '' } = await host.ids('shared');
  expect(await host.engine.exec(side, ['wget', '-q', '-O', '-', '127.0.0.1'])).toBe('one');
});

test('a service and the one that shares its network are both back, whoever of them is gone or left behind', async () => {
  const repository = await host.repository('joined');
  const services = { web: {}, side: { command: ['idle'], network_mode: 'service:web' } };
  await repository.commit({ 'compose.yaml': connected(services) });
  await host.configure({ joined: { url: repository.url } });
  expect(await host.apply('joined')).toEqual({ joined: { kind: 'applied' } });
  const page = async () =>
    host.engine.exec((await host.ids('joined'))['side'] ?? '', ['wget', '-q', '-O', '-', '127.0.0.1']);
  const before = await host.ids('joined');
  expect(await page()).toBe('one');

  await host.engine.rm(before['web'] ?? '');
  expect(await host.apply('joined')).toEqual({ joined: { kind: 'applied' } });
  const healed = await host.ids('joined');
  expect(Object.keys(healed).filter((service) => healed[service] === before[service])).toEqual([]);
  expect(await page()).toBe('one');

  // As a crash right after the new web was started leaves it: all of it is there and runs, and side is still with the old one.
  const { Config } = (await host.engine.inspect(healed['web'] ?? '')) as { Config: Record<string, unknown> };
  await host.engine.rm(healed['web'] ?? '');
  const web = await host.engine.run(`${host.named('joined')}-web-1`, image, { ...Config, HostConfig: {} });
  expect(await page()).toContain('refused');
  const plan = await host.run('plan', host.named('joined'));
  expect(plan.stdout).toContain('follows web (shares its network with a container that is gone)');
  expect(await host.apply('joined')).toEqual({ joined: { kind: 'applied' } });
  expect(await host.ids('joined')).toMatchObject({ web });
  expect(await page()).toBe('one');
  expect(await host.apply('joined')).toEqual({ joined: { kind: 'unchanged' } });
});

test('the data folder of an app is its own, and secrets from variables reach the container but no record', async () => {
  const repository = await host.repository('secret');
  const file = compose(
    {
      web: {
        command: ['idle'],
        secrets: ['token'],
        environment: { PASSWORD: '${PASSWORD}' },
        volumes: ['${HM_DATA_DIR}/db:/db'],
      },
    },
    { secrets: { token: { environment: 'TOKEN' } } },
  );
  await repository.commit({ 'compose.yaml': file });
  await host.configure({
    secret: { url: repository.url, environment: { PASSWORD: '${HIDDEN_PASSWORD}', TOKEN: '${HIDDEN_TOKEN}' } },
  });
  Object.assign(host.environment, { HIDDEN_PASSWORD: 'swordfish-4711', HIDDEN_TOKEN: 'canary-0815' });
  expect(await host.apply('secret')).toEqual({ secret: { kind: 'applied' } });
  const { web = '' } = await host.ids('secret');
  expect(await host.engine.exec(web, ['cat', '/run/secrets/token'])).toBe('canary-0815');
  expect(await host.engine.variable(web, 'PASSWORD')).toBe('swordfish-4711');
  expect(await host.engine.inspect(web)).toMatchObject({
    Mounts: [{ Source: join(host.state, 'apps', host.named('secret'), 'data', 'db') }],
  });

  Object.assign(host.environment, { HIDDEN_PASSWORD: 'marlin-4712' });
  const plan = await host.run('plan', host.named('secret'));
  expect(plan.stdout).toContain('environment.PASSWORD');
  const planned = await host.run('plan', '--json', host.named('secret'));
  expect(await host.apply('secret')).toEqual({ secret: { kind: 'applied' } });
  const everything = JSON.stringify([
    plan,
    planned,
    await host.log(),
    await host.run('status'),
    await host.composeCalls(),
  ]);
  for (const value of ['swordfish-4711', 'marlin-4712', 'canary-0815']) expect(everything).not.toContain(value);
});
