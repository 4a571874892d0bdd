import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
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

const compose = (version: string, more: object = {}) =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version }, ...more } } });

/** Not healthy before the test is over. */
const slow = (version: string) =>
  compose(version, { healthcheck: { test: ['CMD', 'false'], interval: '1m', start_period: '5m' } });
const patient = { health: { deadline: '5m', min_ready: '1s' } };

const versionOf = async (app: string): Promise<string | undefined> => {
  const [container] = await host.containers(app);
  if (container?.state !== 'running') return undefined;
  const { Config } = (await host.engine.inspect(container.id)) as { Config: { Env: string[] } };
  return Config.Env.find((variable) => variable.startsWith('VERSION='))?.slice('VERSION='.length);
};

const seconds = (from: number): number => (Date.now() - from) / 1000;

/** A registry that knows every manifest's digest and never answers a pull. */
async function hangingRegistry() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/v2/') response.end('{}');
    // The rest waits for ever.
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('while four deployments wait for health and four pulls hang, the others heal, deploy, and see what is new', async () => {
  await using registry = await hangingRegistry();
  const unpulled = (name: string) =>
    stringify({ services: { web: { image: `${registry.host}/${name}@sha256:${'ab'.repeat(32)}` } } });
  const healing = await host.repository('healing');
  await healing.commit({ 'compose.yaml': compose('one') });
  const deploying = await host.repository('deploying');
  await deploying.commit({ 'compose.yaml': compose('one') });
  const usual = { healing: { url: healing.url }, deploying: { url: deploying.url } };
  await host.configure(usual);
  await using daemon = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('all 2 apps'));

  const hanging: Record<string, object> = {};
  for (const number of [1, 2, 3, 4]) {
    const repository = await host.repository(`pull-${number}`);
    await repository.commit({ 'compose.yaml': unpulled(`pull-${number}`) });
    hanging[`pull-${number}`] = { url: repository.url };
  }
  await host.configure({ ...usual, ...hanging });
  const downloads = async () =>
    (await host.journal()).filter((entry) => entry.kind === 'step' && entry.act === 'pull').length;
  await eventually(async () => expect(await downloads()).toBe(4));
  expect(registry.asked.length).toBeGreaterThan(0);

  const begun = Date.now();
  await deploying.commit({ 'compose.yaml': compose('two') });
  await eventually(async () => expect(await versionOf('deploying')).toBe('two'), 15);
  console.info(`deployed beside four hanging pulls in ${seconds(begun)} s`);

  const waiting: Record<string, object> = {};
  for (const number of [1, 2, 3, 4]) {
    const repository = await host.repository(`slow-${number}`);
    await repository.commit({ 'compose.yaml': slow('one') });
    waiting[`slow-${number}`] = { url: repository.url, ...patient };
  }
  await host.configure({ ...usual, ...hanging, ...waiting });
  const awaits = async () =>
    (await host.journal()).filter(
      (entry) => entry.kind === 'step' && entry.app.includes('-slow-') && entry.act === 'await',
    ).length;
  await eventually(async () => expect(await awaits()).toBe(4));

  const [before] = await host.containers('healing');
  const killed = Date.now();
  await host.engine.kill(before?.id ?? '');
  await eventually(
    async () => expect((await host.containers('healing'))[0]).toMatchObject({ id: before?.id, state: 'running' }),
    10,
  );
  console.info(`healed beside them in ${seconds(killed)} s`);
  const commit = await healing.commit({ 'compose.yaml': compose('two') });
  // Compared at its interval; what it leads to waits for its turn.
  await eventually(
    async () =>
      expect((await host.run('why', host.named('healing'))).stdout).toMatch(
        new RegExp(`at ${commit.slice(0, 10)}[^]*At work now: waits for its turn`),
      ),
    10,
  );
  expect(daemon.output()).not.toContain('unexpectedly');
});

test('requests for one app queue up: never two Compose at once in one project', async () => {
  const own = await world();
  await using _own = own;
  const ownImage = await own.engine.image('web');
  const calls = await tellingPlugin(own);
  const repository = await own.repository('queued');
  const version = (number: number) =>
    stringify({
      services: { web: { image: ownImage, ...light, environment: { VERSION: String(number) } } },
    });
  await repository.commit({ 'compose.yaml': version(0) });
  await own.configure({ queued: { url: repository.url } });
  await using _daemon = await own.daemon();
  await eventually(async () => expect((await own.run('status')).stdout).toContain('its one app'));
  for (const number of [1, 2, 3]) {
    await repository.commit({ 'compose.yaml': version(number) });
    const asked = await Promise.all([own.apply('queued'), own.apply('queued'), own.apply('queued')]);
    for (const { queued } of asked) expect(queued?.kind).toMatch(/^(?:applied|unchanged)$/);
  }
  const told = (await readFile(calls, 'utf8')).trim().split('\n');
  expect(told.length).toBeGreaterThanOrEqual(8);
  expect(told.map((line) => line.split(' ')[0])).toEqual(told.map((_, index) => (index % 2 === 0 ? 'begin' : 'end')));
  expect((await own.run('log', 'verify')).code).toBe(0);
});

/** Puts in front of Compose what writes down when an `up` begins and when it ends. */
async function tellingPlugin({ folder }: World): Promise<string> {
  const plugin = join(folder, 'docker', 'cli-plugins', 'docker-compose');
  const list = join(folder, 'ups');
  const real = `${plugin}-counting`;
  await writeFile(real, await readFile(plugin));
  await chmod(real, 0o755);
  const script = `#!/bin/sh
case " $* " in
*' up '*) echo "begin $$" >> ${list}; ${real} "$@"; code=$?; sleep 0.3; echo "end $$" >> ${list}; exit $code ;;
*) exec ${real} "$@" ;;
esac
`;
  await writeFile(plugin, script);
  await writeFile(list, '');
  return list;
}
