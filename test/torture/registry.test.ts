import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Fault, type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import { type RegistryRig, registryRig } from '../support/registry-rig.ts';
import { light, type World, world } from '../support/world.ts';

let host: World;
let registry: RegistryRig;
let front: FaultProxy;
let repository: Awaited<ReturnType<World['repository']>>;
let tag = 0;

beforeAll(async () => {
  host = await world();
  registry = await registryRig(host.engine.api);
  front = await faultProxy({ port: Number(registry.host.split(':')[1]) });
  repository = await host.repository('pulled');
  await host.configure({ pulled: { url: repository.url } });
  await push();
  expect(await host.apply()).toEqual({ pulled: { kind: 'applied' } });
});

afterEach(() => front.behave('none'));

afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

/** Another image, of which the engine has no layer yet. */
async function push(): Promise<void> {
  tag += 1;
  const name = `${host.engine.prefix}/pulled:${tag}`;
  await registry.publish(name, { variant: `${tag}`, files: { large: `${tag}`.repeat(300_000) } });
  const image = `127.0.0.1:${front.port}/${name}`;
  await repository.commit({ 'compose.yaml': stringify({ services: { web: { image, ...light } } }) });
}

test.each<readonly [string, Fault, RegExp]>([
  ['asks for a login', 401, /^/],
  ['is asked too often', 429, /^/],
  ['is broken', 500, /^/],
  ['is broken for layers', 500, /\/blobs\//],
  ['breaks off in the middle of a layer', 'half', /\/blobs\//],
  ['closes every connection', 'drop', /^/],
])(
  'a registry that %s fails the deployment before anything is touched; when it is well again, it is deployed',
  async (_title, fault, which) => {
    const before = await host.lives('pulled');
    await push();
    const hit = front.hit();
    front.behave(fault, which);
    expect(await host.apply()).toMatchObject({ pulled: { kind: 'failed', code: 'image-unavailable' } });
    expect(front.hit()).toBeGreaterThan(hit);
    expect(await host.lives('pulled')).toEqual(before);
    front.behave('none');
    expect(await host.apply()).toEqual({ pulled: { kind: 'applied' } });
    const { web = '' } = await host.ids('pulled');
    expect(await host.engine.exec(web, ['cat', '/www/index.html'])).toBe(`${tag}`);
    expect((await host.run('log', 'verify')).code).toBe(0);
  },
);
