import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EntryOf } from '../../src/model/entry.ts';
import { registryRig } from '../support/registry-rig.ts';
import { storyOf, versionOf } from '../support/story.ts';
import { eventually, light, type World, world } from '../support/world.ts';

const limits = { health: { deadline: '60s', min_ready: '500ms' } };
const web = (image: string, version: string, more: object = {}) => ({
  image,
  ...light,
  environment: { VERSION: version },
  ...more,
});

async function intents(host: World) {
  const entries = await host.journal();
  return entries
    .filter((entry): entry is EntryOf<'started'> => entry.kind === 'started')
    .map((intent) => ({
      intent,
      outcomes: entries.filter(
        (entry): entry is EntryOf<'finished'> => entry.kind === 'finished' && entry.intent === intent.seq,
      ),
    }));
}

/** Its container is there before its deployment is over. */
const firstIsDeployed = (host: World): Promise<void> =>
  eventually(async () =>
    expect((await host.log()).at(-1)).toMatchObject({ kind: 'finished', outcome: { kind: 'applied' } }),
  );

/** Stops answering while `holds` says so: the connection stays open. */
async function listening(server: Server | ReturnType<typeof createTcpServer>) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** In front of a registry: tells of the image and its configuration, and takes every request for a layer without ever answering it. */
async function withoutLayers(registry: string, layers: readonly string[]) {
  let asked = 0;
  const server = createServer((incoming, response) => {
    if (layers.some((digest) => incoming.url?.includes(digest))) {
      asked += 1;
      return;
    }
    const { method, url: path, headers } = incoming;
    const passedOn = request(`http://${registry}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passedOn.on('error', () => response.destroy());
    incoming.pipe(passedOn);
  });
  return Object.assign(await listening(server), { asked: () => asked });
}

async function layersOf(registry: string, name: string): Promise<readonly string[]> {
  const headers = { accept: 'application/vnd.docker.distribution.manifest.v2+json' };
  const answer = await fetch(`http://${registry}/v2/${name}/manifests/1`, { headers });
  const { layers } = (await answer.json()) as { layers: readonly { digest: string }[] };
  return layers.map(({ digest }) => digest);
}

test('twenty pushes during a slow health wait: few deployments, the last one runs, and no service is left half replaced', async () => {
  await using host = await world();
  const image = await host.engine.image('web');
  const repository = await host.repository('many');
  const slow = { healthcheck: { test: ['CMD', 'true'], interval: '4s' } };
  const push = (version: string) =>
    repository.commit(
      {
        'compose.yaml': stringify({
          services: {
            db: web(image, version, slow),
            web: web(image, version, { ...slow, depends_on: { db: { condition: 'service_healthy' } } }),
          },
        }),
      },
      `Version ${version}`,
    );
  await push('first');
  await host.configure({ many: { url: repository.url, ...limits } });
  expect(await host.apply('many')).toEqual({ many: { kind: 'applied' } });
  await using _daemon = await host.daemon();
  await push('p0');
  await eventually(async () => expect((await host.journal()).at(-1)).toMatchObject({ kind: 'step', act: 'await' }));
  let last = '';
  for (let number = 1; number <= 20; number++) {
    last = await push(`p${number}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await eventually(async () => {
    const { deployed, operation } = await storyOf(host, 'many').status();
    expect([deployed?.commit, operation]).toEqual([last, undefined]);
  }, 90);
  for (const service of ['db', 'web']) expect(await versionOf(host, 'many', service)).toBe('p20');
  expect((await host.containers('many')).map(({ service, state }) => [service, state])).toEqual([
    ['db', 'running'],
    ['web', 'running'],
  ]);
  const all = await intents(host);
  for (const { outcomes } of all) expect(outcomes.length).toBe(1);
  const kinds = all.map(({ outcomes }) => outcomes[0]?.outcome.kind);
  expect([kinds.at(0), kinds.at(-1)]).toEqual(['applied', 'applied']);
  expect(kinds.length).toBeLessThanOrEqual(10);
  const superseded = all.filter(({ outcomes }) => outcomes[0]?.outcome.kind === 'superseded');
  expect(superseded.length).toBe(all.length - 2);
  expect(superseded.length).toBeGreaterThan(0);
  for (const { intent, outcomes } of superseded) {
    const outcome = outcomes[0]?.outcome;
    // By one that Git asked for then: often it is itself superseded before it is begun.
    expect(outcome).toMatchObject({ by: expect.stringMatching(/^[0-9a-f]{64}$/), step: expect.any(String) });
    expect(outcome?.kind === 'superseded' && outcome.by).not.toBe(intent.release);
  }
  expect((await host.run('history', host.named('many'))).stdout).toContain('by release ');
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('a newer commit ends a pull that hangs, at once', async () => {
  await using host = await world();
  await using registry = await registryRig(host.engine.api);
  const image = await host.engine.image('web');
  const { reference } = await registry.publish(`${host.engine.prefix}/huge:1`, { variant: host.engine.prefix });
  await using proxy = await withoutLayers(registry.host, await layersOf(registry.host, `${host.engine.prefix}/huge`));
  const repository = await host.repository('hanging');
  const push = (of: string, version: string) =>
    repository.commit({ 'compose.yaml': stringify({ services: { web: web(of, version) } }) }, `Version ${version}`);
  await push(image, 'one');
  await host.configure({ hanging: { url: repository.url, ...limits } });
  await using _daemon = await host.daemon();
  await firstIsDeployed(host);
  expect(await versionOf(host, 'hanging')).toBe('one');
  const before = await host.ids('hanging');
  await push(reference.replace(registry.host, proxy.address), 'two');
  await eventually(() => expect(proxy.asked()).toBeGreaterThan(0));
  expect((await storyOf(host, 'hanging').status()).operation).toContain('pull');
  expect(await host.ids('hanging')).toEqual(before);
  const began = Date.now();
  await push(image, 'three');
  await eventually(async () => expect(await versionOf(host, 'hanging')).toBe('three'));
  expect(Date.now() - began).toBeLessThan(15_000);
  await eventually(async () =>
    expect((await intents(host)).map(({ outcomes }) => outcomes.map(({ outcome }) => outcome))).toMatchObject([
      [{ kind: 'applied' }],
      [{ kind: 'superseded', step: expect.stringContaining('pull') }],
      [{ kind: 'applied' }],
    ]),
  );
});

test('a newer commit does not wait for a registry that never says what a tag is', async () => {
  await using host = await world();
  await using silent = await listening(createTcpServer(() => undefined));
  const image = await host.engine.image('web');
  const repository = await host.repository('silent');
  const push = (of: string, version: string) =>
    repository.commit({ 'compose.yaml': stringify({ services: { web: web(of, version) } }) }, `Version ${version}`);
  await push(image, 'one');
  await host.configure({ silent: { url: repository.url, ...limits } });
  const daemon = await host.daemon();
  await firstIsDeployed(host);
  expect(await versionOf(host, 'silent')).toBe('one');
  await push(`${silent.address}/${host.engine.prefix}/web:2`, 'two');
  // Long enough for the daemon to have asked.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const began = Date.now();
  await push(image, 'three');
  await eventually(async () => expect(await versionOf(host, 'silent')).toBe('three'), 60);
  expect(Date.now() - began).toBeLessThan(10_000);
  // Nor does the daemon's end wait for the registry.
  await push(`${silent.address}/${host.engine.prefix}/web:4`, 'four');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const ending = Date.now();
  daemon.signal('SIGTERM');
  expect(await daemon.ended).toBe(0);
  expect(Date.now() - ending).toBeLessThan(8000);
});

test('while the registry of a new tag is down, it is tried again by itself, why says when, and the release comes once it is back', async () => {
  await using host = await world();
  await using registry = await registryRig(host.engine.api);
  const publish = async (variant: string) =>
    (await registry.publish(`${host.engine.prefix}/web:${variant}`, { variant })).reference;
  const [one, two] = [await publish('one'), await publish('two')];
  const repository = await host.repository('down');
  const push = (of: string, version: string) =>
    repository.commit({ 'compose.yaml': stringify({ services: { web: web(of, version) } }) }, `Version ${version}`);
  await push(one, 'one');
  await host.configure({ down: { url: repository.url, ...limits } });
  await using _daemon = await host.daemon();
  const story = storyOf(host, 'down');
  await firstIsDeployed(host);
  expect(await versionOf(host, 'down')).toBe('one');
  await registry.stop();
  await push(two, 'two');
  await eventually(async () => expect(await story.lines()).toEqual(['deploy applied', 'refused failed']));
  const block = await eventually(async () => {
    const found = await story.block('image-unavailable');
    expect(Date.parse(found.until ?? '')).toBeGreaterThan(Date.now() - 2000);
    return found;
  });
  expect(block).toMatchObject({ lift: `harbormaster retry ${host.named('down')}` });
  expect(block.hint).toContain(`Is the registry ${registry.host} up`);
  await eventually(async () => expect(await story.why()).toMatch(/image-unavailable, since .*, tried again at /));
  expect(await versionOf(host, 'down')).toBe('one');
  await registry.start();
  await eventually(async () => expect(await versionOf(host, 'down')).toBe('two'), 45);
  await eventually(async () => expect((await story.status()).blockedBy).toEqual([]));
  expect(await story.lines()).toEqual(['deploy applied', 'refused failed', 'deploy applied']);
});
