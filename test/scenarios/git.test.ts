import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { sshServer } from '../support/ssh-server.ts';
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

const compose = (version: string) =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version } } } });

test('one repository serves three apps from two branches, with one look and one mirror', async () => {
  const mirrors = () => readdir(join(host.state, 'repos')).catch(() => []);
  const others = (await mirrors()).length;
  const repository = await host.repository('mono');
  await repository.commit({ 'one/compose.yaml': compose('one'), 'two/compose.yaml': compose('two') });
  await repository.commit({ 'three/compose.yaml': compose('three') }, 'On a branch', 'release');
  await host.configure({
    one: { url: repository.url, path: 'one' },
    two: { url: repository.url, path: 'two' },
    three: { url: repository.url, path: 'three', branch: 'release' },
  });
  expect(await host.apply()).toEqual({
    one: { kind: 'applied' },
    two: { kind: 'applied' },
    three: { kind: 'applied' },
  });
  expect([await host.version('one'), await host.version('two'), await host.version('three')]).toEqual([
    'one',
    'two',
    'three',
  ]);
  const before = [await host.ids('one'), await host.ids('three')];
  await repository.commit({ 'two/compose.yaml': compose('two again') });
  const asked = host.git.requests.length;
  expect(await host.apply()).toEqual({
    one: { kind: 'unchanged' },
    two: { kind: 'applied' },
    three: { kind: 'unchanged' },
  });
  expect([await host.ids('one'), await host.ids('three')]).toEqual(before);
  const looks = host.git.requests.length;
  expect(await host.apply()).toMatchObject({ two: { kind: 'unchanged' } });
  expect(host.git.requests.length - looks).toBeLessThanOrEqual(2);
  expect(looks).toBeGreaterThan(asked);
  expect((await mirrors()).length).toBe(others + 1);
});

test('a force-push is followed', async () => {
  const repository = await host.repository('forced');
  await repository.commit({ 'compose.yaml': compose('one') });
  await repository.commit({ 'compose.yaml': compose('two') });
  await host.configure({ forced: { url: repository.url } });
  await host.apply('forced');
  await repository.rewrite({ 'compose.yaml': compose('rewritten') });
  expect(await host.apply('forced')).toEqual({ forced: { kind: 'applied' } });
  expect(await host.version('forced')).toBe('rewritten');
});

test('a branch that is gone leaves the app running and says which branches there are', async () => {
  const repository = await host.repository('gone');
  await repository.commit({ 'compose.yaml': compose('one') }, 'One', 'release');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ gone: { url: repository.url, branch: 'release' } });
  await host.apply('gone');
  const before = await host.lives('gone');
  await repository.deleteBranch('release');
  expect(await host.apply('gone')).toMatchObject({
    gone: { kind: 'failed', code: 'ref-missing', hint: expect.stringContaining('"main"') },
  });
  expect(await host.lives('gone')).toEqual(before);
});

test('Git down for many passes is one entry; what was deployed is kept running; its return deploys nothing', async () => {
  const repository = await host.repository('down');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ down: { url: repository.url } });
  await host.apply('down');
  const before = await host.ids('down');
  const written = (await host.log()).length;
  host.git.behave(503, repository);
  for (let pass = 0; pass < 4; pass += 1)
    expect(await host.apply('down')).toMatchObject({ down: { kind: 'failed', code: 'source-unreachable' } });
  expect((await host.log()).length).toBe(written + 1);
  await host.engine.kill(before['web'] ?? '');
  expect(await host.apply('down')).toMatchObject({ down: { kind: 'failed' } });
  expect((await host.containers('down')).map(({ state }) => state)).toEqual(['running']);
  host.git.behave('normal', repository);
  const calls = (await host.composeCalls()).length;
  expect(await host.apply('down')).toEqual({ down: { kind: 'unchanged' } });
  expect(await host.ids('down')).toEqual(before);
  expect((await host.composeCalls()).slice(calls).filter((call) => call.includes(' up '))).toEqual([]);
});

test('one Git server that never answers costs the other apps nothing', { timeout: 90_000 }, async () => {
  const [silent, fine] = [await host.repository('silent'), await host.repository('fine')];
  await silent.commit({ 'compose.yaml': compose('one') });
  await fine.commit({ 'compose.yaml': compose('one') });
  await host.configure({ silent: { url: silent.url }, fine: { url: fine.url } });
  host.git.behave('silent', silent);
  const reports = await host.apply();
  expect(reports).toMatchObject({ fine: { kind: 'applied' }, silent: { kind: 'failed', code: 'source-unreachable' } });
  await using _daemon = await host.daemon();
  await fine.commit({ 'compose.yaml': compose('two') });
  await eventually(async () => expect(await host.version('fine')).toBe('two'));
  await fine.commit({ 'compose.yaml': compose('three') });
  // A look at the silent one takes 15 s, and one is always under way.
  await eventually(async () => expect(await host.version('fine')).toBe('three'), 8);
});

test('over ssh with a key and pinned host keys; a changed host key is refused, the app goes on', async () => {
  await using server = await sshServer();
  const repository = await host.repository('ssh');
  await repository.commit({ 'compose.yaml': compose('ssh') });
  await host.configure({
    ssh: { url: server.url(repository.path), ssh_key: server.key, known_hosts: server.knownHosts },
  });
  expect(await host.apply('ssh')).toEqual({ ssh: { kind: 'applied' } });
  const before = await host.lives('ssh');
  await server.changeHostKey();
  await repository.commit({ 'compose.yaml': compose('behind another key') });
  expect(await host.apply('ssh')).toMatchObject({
    ssh: { kind: 'failed', code: 'source-refused', message: expect.stringContaining('host key') },
  });
  expect(await host.lives('ssh')).toEqual(before);
});
