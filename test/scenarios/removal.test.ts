import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (rest: object = {}, top: object = {}) =>
  stringify({ services: { web: { image, stop_signal: 'SIGKILL', ...rest } }, ...top });

async function three() {
  const repository = await host.repository();
  await repository.commit({ 'compose.yaml': compose({ volumes: ['data:/data'] }, { volumes: { data: {} } }) });
  const apps = Object.fromEntries(['foo', 'foo-bar', 'baz'].map((name) => [name, { url: repository.url }]));
  await host.configure(apps);
  await host.apply();
  return apps;
}

test('an app that left the configuration is removed, one whose name begins alike stays, volumes stay', async () => {
  const { foo: _gone, ...rest } = await three();
  const before = [await host.ids('foo-bar'), await host.ids('baz')];
  await host.configure(rest);
  expect(await host.apply()).toEqual({
    foo: { kind: 'applied' },
    'foo-bar': { kind: 'unchanged' },
    baz: { kind: 'unchanged' },
  });
  expect(await host.ids('foo')).toEqual({});
  expect([await host.ids('foo-bar'), await host.ids('baz')]).toEqual(before);
  expect(JSON.stringify(await host.engine.api.json({ method: 'GET', path: '/volumes' }))).toContain(
    `${host.named('foo')}_data`,
  );
  expect(JSON.stringify(await host.engine.api.json({ method: 'GET', path: '/networks' }))).not.toContain(
    `${host.named('foo')}_default`,
  );
});

test('several apps that leave at once wait for an approval of exactly them, which the log keeps', async () => {
  // A host of its own: what other tests left would count for the guard.
  await using own = await world();
  const repository = await own.repository();
  await repository.commit({ 'compose.yaml': compose(light) });
  const names = ['one', 'two', 'three'];
  await own.configure(Object.fromEntries(names.map((name) => [name, { url: repository.url }])));
  await own.apply();
  await own.configure({});
  const blocked = { kind: 'blocked', reasons: [{ code: 'removal-guard' }] };
  expect(await own.apply()).toMatchObject({ one: blocked, two: blocked, three: blocked });
  expect(await own.apply('one', 'two')).toMatchObject({ one: blocked, two: blocked });
  const status = await own.run('status');
  expect(status.stdout).toMatch(/left the configuration, and waits/);
  const approve = (...apps: readonly string[]) =>
    own.run('approve-removal', ...apps.map(own.named), '--reason', 'moved to another host');
  const other = await approve('one', 'two');
  expect(other).toMatchObject({ code: 4, stderr: expect.stringContaining('these are not the apps that wait') });
  for (const name of names) expect(await own.containers(name)).toHaveLength(1);
  expect(await approve(...names)).toMatchObject({ code: 0 });
  for (const name of names) expect(await own.containers(name)).toEqual([]);
  const log = await own.log();
  expect(log.find(({ kind }) => kind === 'removal-approved')).toMatchObject({
    apps: names.map(own.named).sort(),
    reason: 'moved to another host',
  });
  expect(log.findLast(({ kind }) => kind === 'started')).toMatchObject({
    purpose: 'remove',
    reason: 'moved to another host',
  });
});

test('a disabled app is left alone', async () => {
  const apps = await three();
  const before = await host.ids('baz');
  await host.configure({ ...apps, baz: { ...apps['baz'], enabled: false } });
  expect(await host.apply()).toEqual({ foo: { kind: 'unchanged' }, 'foo-bar': { kind: 'unchanged' } });
  expect(await host.ids('baz')).toEqual(before);
});

test.each([
  ['empty', '', 'holds no configuration'],
  ['cut off', 'apps:\n', 'apps: is empty'],
  ['not YAML', 'apps: {{{\n', 'every { its }'],
  ['without the key', 'config: {}\n', 'apps: is missing'],
])('a configuration that is %s removes nothing and says what is wrong', async (_title, text, words) => {
  await three();
  const before = await host.containers('foo');
  await writeFile(host.config, text);
  const { code, stdout, stderr } = await host.run('apply');
  expect(code).toBe(4);
  expect(`${stdout}${stderr}`).toMatch(/harbormaster\.yml:\d+:\d+: /);
  expect(`${stdout}${stderr}`).toContain(words);
  expect((await host.containers('foo')).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
});

test('two apps on one project name are refused by name', async () => {
  const repository = await host.repository();
  await host.configure({
    one: { url: repository.url, project: 'same' },
    two: { url: repository.url, project: 'same' },
  });
  const { code, stderr } = await host.run('validate');
  expect(code).toBe(4);
  expect(stderr).toContain(host.named('one'));
  expect(stderr).toContain(host.named('two'));
});

test('a project that somebody else runs is blocked and left alone', async () => {
  const repository = await host.repository();
  await repository.commit({ 'compose.yaml': compose(light) });
  const labels = { 'com.docker.compose.project': host.named('theirs'), 'com.docker.compose.service': 'web' };
  const id = await host.engine.run(`${host.named('theirs')}-web-1`, image, { Labels: labels });
  await host.configure({ theirs: { url: repository.url } });
  expect(await host.apply('theirs')).toMatchObject({ theirs: { kind: 'failed', code: 'project-foreign' } });
  expect((await host.containers('theirs')).map((container) => [container.id, container.state])).toEqual([
    [id, 'running'],
  ]);
});

test('a port that a foreign container holds fails before anything is touched, and names the holder', async () => {
  const repository = await host.repository();
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const published = (number: number) => compose({ ports: [`127.0.0.1:${number}:80`] });
  await repository.commit({ 'compose.yaml': published(port + 1) });
  await host.configure({ port: { url: repository.url } });
  await host.apply('port');
  const before = await host.lives('port');
  const holder = `${host.engine.prefix}-holder`;
  await host.engine.run(holder, image, {
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
  });
  await repository.commit({ 'compose.yaml': published(port) });
  expect(await host.apply('port')).toMatchObject({
    port: { kind: 'failed', code: 'port-taken', message: expect.stringContaining(holder) },
  });
  expect(await host.lives('port')).toEqual(before);
});

test('an app that moves to another project name leaves nothing running in the old one', async () => {
  // A host of its own: what other tests left would count for the guard.
  await using own = await world();
  const repository = await own.repository();
  const port = 30_000 + Math.floor(Math.random() * 10_000);
  await repository.commit({ 'compose.yaml': compose({ ports: [`127.0.0.1:${port}:80`] }) });
  await own.configure({ moving: { url: repository.url } });
  await own.apply('moving');
  const project = own.named('elsewhere');
  await own.configure({ moving: { url: repository.url, project } });
  await own.apply();
  expect(await own.apply()).toMatchObject({ moving: { kind: expect.stringMatching('applied|unchanged') } });
  expect(await own.containers('moving')).toEqual([]);
  expect((await own.engine.containers(project)).map(({ state }) => state)).toEqual(['running']);
});

test('a removal waits for the deployment of its app, and the record stays whole', async () => {
  // A host of its own: what other tests left would count for the guard.
  await using own = await world();
  const repository = await own.repository();
  const slow = (version: string) =>
    compose({ ...light, environment: { VERSION: version }, healthcheck: { test: ['CMD', 'true'], interval: '3s' } });
  await repository.commit({ 'compose.yaml': slow('one') });
  await own.configure({ busy: { url: repository.url } });
  await own.apply('busy');
  await using daemon = await own.daemon();
  await repository.commit({ 'compose.yaml': slow('two') });
  await eventually(async () =>
    expect((await own.log()).at(-1)).toMatchObject({ kind: 'started', app: own.named('busy') }),
  );
  await own.configure({});
  await eventually(async () => expect(await own.containers('busy')).toEqual([]));
  await eventually(async () =>
    expect((await own.log()).at(-1)).toMatchObject({ kind: 'finished', outcome: { kind: 'applied' } }),
  );
  expect(daemon.output()).not.toContain('bug');
  const { code, stdout } = await own.run('log', 'verify');
  expect({ code, stdout }).toMatchObject({ code: 0 });
});
