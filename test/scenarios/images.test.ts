import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type RegistryRig, registryRig } from '../support/registry-rig.ts';
import { light, type World, world } from '../support/world.ts';

let host: World;
let registry: RegistryRig;

beforeAll(async () => {
  host = await world();
  registry = await registryRig(host.engine.api);
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const compose = (image: string) => stringify({ services: { web: { image, ...light } } });

test('an image is pulled by digest, and a tag that moved replaces its service at the next look', async () => {
  const { reference } = await registry.publish(`${host.engine.prefix}/moving:1`, { variant: 'before' });
  const repository = await host.repository('moving');
  await repository.commit({ 'compose.yaml': compose(reference) });
  await host.configure({ moving: { url: repository.url } }, { config: { image_interval: '1s' } });
  expect(await host.apply()).toEqual({ moving: { kind: 'applied' } });
  const before = await host.ids('moving');
  const { digest } = await registry.publish(`${host.engine.prefix}/moving:1`, { variant: 'after' });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await host.apply()).toEqual({ moving: { kind: 'applied' } });
  const [web] = await host.containers('moving');
  expect(web?.id).not.toBe(before['web']);
  expect(await host.engine.exec(web?.id ?? '', ['cat', '/www/index.html'])).toBe('after');
  const finished = (await host.log()).findLast((entry) => entry.kind === 'finished');
  expect(JSON.stringify(finished)).toContain(digest);
});

test('with the registry down a deployed app goes on, and a new tag fails before anything is touched', async () => {
  const { reference } = await registry.publish(`${host.engine.prefix}/steady:1`);
  const repository = await host.repository('steady');
  await repository.commit({ 'compose.yaml': compose(reference) });
  await host.configure({ steady: { url: repository.url } }, { config: { image_interval: '1s' } });
  await host.apply('steady');
  const before = await host.lives('steady');
  await registry.stop();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  try {
    expect(await host.apply('steady')).toEqual({ steady: { kind: 'unchanged' } });
    await repository.commit({ 'compose.yaml': compose(`${registry.host}/${host.engine.prefix}/steady:2`) });
    expect(await host.apply('steady')).toMatchObject({ steady: { kind: 'failed', code: 'image-unavailable' } });
    expect(await host.lives('steady')).toEqual(before);
  } finally {
    await registry.start();
  }
  await registry.publish(`${host.engine.prefix}/steady:2`, { variant: 'two' });
  expect(await host.apply('steady')).toEqual({ steady: { kind: 'applied' } });
});

test('a private registry is asked with the credentials that Docker knows', async () => {
  await using closed = await registryRig(host.engine.api, { login: true });
  const { reference } = await closed.publish(`${host.engine.prefix}/private:1`);
  const repository = await host.repository('private');
  await repository.commit({ 'compose.yaml': compose(reference) });
  await host.configure({ private: { url: repository.url } });
  const denied = await host.apply('private');
  expect(denied).toMatchObject({
    private: { kind: 'failed', code: 'image-unavailable', hint: expect.stringContaining('docker login') },
  });
  const known = host.environment['DOCKER_CONFIG'] ?? '';
  host.environment['DOCKER_CONFIG'] = await closed.loggedIn();
  try {
    expect(await host.apply('private')).toEqual({ private: { kind: 'applied' } });
  } finally {
    host.environment['DOCKER_CONFIG'] = known;
  }
});

test('an image is built from the repository before anything is touched, and a failed build touches nothing', async () => {
  const base = await host.engine.image('base');
  const repository = await host.repository('built');
  const file = stringify({ services: { web: { build: './image', ...light } } });
  await repository.commit({
    'compose.yaml': file,
    'image/Dockerfile': `FROM ${base}\nCOPY page /www/index.html\n`,
    'image/page': 'built one',
  });
  await host.configure({ built: { url: repository.url } });
  expect(await host.apply('built')).toEqual({ built: { kind: 'applied' } });
  const before = await host.lives('built');
  const { web: first = '' } = await host.ids('built');
  expect(await host.engine.exec(first, ['cat', '/www/index.html'])).toBe('built one');

  await repository.commit({ 'image/Dockerfile': `FROM ${base}\nCOPY no-such-file /www/\n` });
  const failed = await host.apply('built');
  expect(failed).toMatchObject({
    built: { kind: 'failed', code: 'build-failed', message: expect.stringContaining('no-such-file') },
  });
  expect(await host.lives('built')).toEqual(before);

  await repository.commit({
    'image/Dockerfile': `FROM ${base}\nCOPY page /www/index.html\n`,
    'image/page': 'built two',
  });
  expect(await host.apply('built')).toEqual({ built: { kind: 'applied' } });
  const { web = '' } = await host.ids('built');
  expect(await host.engine.exec(web, ['cat', '/www/index.html'])).toBe('built two');
});
