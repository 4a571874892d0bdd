import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Checkout, checkout } from '../support/by-hand.ts';
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

type Services = Readonly<Record<string, object>>;

/** Everything that people have in a compose file; `more` is laid over its services. */
const rich = (more: Services = {}, top: object = {}) => {
  const services: Services = {
    plain: { image, stop_signal: 'SIGKILL' },
    full: {
      image,
      stop_signal: 'SIGKILL',
      environment: { COLOR: 'red' },
      env_file: ['app.env'],
      labels: { team: 'blue' },
      mem_limit: '64m',
      ports: ['127.0.0.1::80'],
      volumes: ['data:/data', '/anonymous'],
      healthcheck: { test: ['CMD', 'true'], interval: '1s' },
      networks: ['front', 'default'],
      depends_on: { job: { condition: 'service_completed_successfully' } },
    },
    bound: { image, ...light, volumes: ['./conf:/conf:ro', 'data:/data', '/anonymous'] },
    job: { image, ...light, command: ['true'] },
  };
  const merged = Object.fromEntries(
    [...new Set([...Object.keys(services), ...Object.keys(more)])].map((name) => [
      name,
      { ...services[name], ...more[name] },
    ]),
  );
  return {
    'compose.yaml': stringify({ services: merged, networks: { front: {} }, volumes: { data: {} }, ...top }),
    'app.env': 'FROM_FILE=1\n',
    'conf/app.conf': 'one\n',
  };
};

/** A project that somebody started from a checkout, and the repository that from now on says what it is. */
async function startedByHand(app: string, files: Readonly<Record<string, string>> = rich(), declared = files) {
  const repository = await host.repository(app);
  await repository.commit(declared);
  const here = await checkout(host, `checkout-${app}`);
  await here.write(files);
  await here.compose(host.named(app), 'up', '--detach');
  await host.configure({ [app]: { url: repository.url } });
  return { repository, here };
}

const adopt = (app: string, ...rest: string[]) => host.run('adopt', host.named(app), ...rest);
const networksOf = (project: string) => projectNames('/networks', project);
const volumesOf = (project: string) => projectNames('/volumes', project);

/** `name id` of each, so that one made anew shows. */
async function projectNames(path: '/networks' | '/volumes', project: string): Promise<readonly string[]> {
  const found = (await host.engine.api.json({ method: 'GET', path })) as
    | { Name: string; Id: string }[]
    | { Volumes: { Name: string; CreatedAt: string }[] };
  const all = Array.isArray(found)
    ? found.map(({ Name, Id }) => `${Name} ${Id}`)
    : found.Volumes.map(({ Name, CreatedAt }) => `${Name} ${CreatedAt}`);
  return all.filter((name) => name.startsWith(`${project}_`)).toSorted();
}

async function mountsOf(id: string): Promise<Readonly<Record<string, string>>> {
  const { Mounts } = (await host.engine.inspect(id)) as {
    Mounts: { Destination: string; Name?: string; Source: string }[];
  };
  return Object.fromEntries(Mounts.map(({ Destination, Name, Source }) => [Destination, Name ?? Source]));
}

const without = (ids: Readonly<Record<string, string>>, ...services: string[]) =>
  Object.fromEntries(Object.entries(ids).filter(([service]) => !services.includes(service)));

describe('a project that somebody started with docker compose', () => {
  const app = 'shop';
  let here: Checkout;
  let repository: Awaited<ReturnType<World['repository']>>;
  let ids: Readonly<Record<string, string>>;
  let networks: readonly string[];
  let volumes: readonly string[];

  beforeAll(async () => {
    ({ here, repository } = await startedByHand(app));
    ids = await host.ids(app);
    networks = await networksOf(host.named(app));
    volumes = await volumesOf(host.named(app));
  });

  test('is left alone before it is adopted, and the way to adopt it is named', async () => {
    expect(await host.apply(app)).toMatchObject({ shop: { kind: 'failed', code: 'project-foreign' } });
    const { stdout } = await host.run('why', host.named(app));
    expect(stdout).toContain('were started by somebody else');
    expect(stdout).toContain(`→ Take it over: harbormaster adopt ${host.named(app)}.`);
    expect(await host.ids(app)).toEqual(ids);
  });

  test('is adopted: only what mounts a folder of the checkout is replaced, with its volumes, and it is said why', async () => {
    const before = await mountsOf(ids['bound'] ?? '');
    const { code, stdout, stderr } = await adopt(app, '--reason', 'moves to Git');
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining('adopted as') });
    expect(stderr).toContain(
      `replaces ${host.named('shop-bound-1')}: it mounts ${join(here.path, 'conf')} instead of ${host.state}`,
    );
    const after = await host.ids(app);
    expect(without(after, 'bound')).toEqual(without(ids, 'bound'));
    expect(after['bound']).not.toBe(ids['bound']);
    const { '/conf': conf, ...kept } = await mountsOf(after['bound'] ?? '');
    expect(conf).toBe(join(host.state, 'apps', host.named(app), 'live', 'conf'));
    expect(kept).toEqual(Object.fromEntries(Object.entries(before).filter(([target]) => target !== '/conf')));
    expect(await networksOf(host.named(app))).toEqual(networks);
    expect(await volumesOf(host.named(app))).toEqual(volumes);
    expect((await host.run('plan', host.named(app))).code).toBe(0);
    expect(await host.apply(app)).toEqual({ shop: { kind: 'unchanged' } });
    const shown = await host.run('log', '--kind', 'adopted');
    expect(shown.stdout).toContain('moves to Git');
    ids = after;
  });

  test('is not adopted twice', async () => {
    expect(await adopt(app)).toMatchObject({ code: 4, stderr: expect.stringContaining('is ours already') });
  });

  test('is kept running from then on, also by a daemon that starts later: killed, altered, disconnected', async () => {
    await using _daemon = await host.daemon();
    const { full = '', plain = '' } = ids;
    const isMended = (check: (details: Details) => void) =>
      eventually(async () => check((await host.engine.inspect(full)) as unknown as Details), 15);
    await host.engine.kill(plain);
    await eventually(async () => {
      const found = (await host.containers(app)).find(({ id }) => id === plain);
      expect(found?.state).toBe('running');
    }, 15);
    await host.engine.act(full, 'update', { Memory: 128 * 2 ** 20, MemorySwap: 256 * 2 ** 20 });
    await isMended(({ HostConfig }) => expect(HostConfig.Memory).toBe(64 * 2 ** 20));
    const front = `${host.named(app)}_front`;
    const body = JSON.stringify({ Container: full });
    const headers = { 'content-type': 'application/json' };
    await host.engine.api.send({ method: 'POST', path: `/networks/${front}/disconnect`, headers, body });
    await isMended(({ NetworkSettings }) => expect(NetworkSettings.Networks[front]?.Aliases).toContain('full'));
    expect(await host.ids(app)).toEqual(ids);
  });

  test('a commit that changes one adopted service replaces just that one', async () => {
    await repository.commit(rich({ plain: { environment: { NEW: 'yes' } } }));
    expect(await host.apply(app)).toEqual({ shop: { kind: 'applied' } });
    const after = await host.ids(app);
    expect(without(after, 'plain')).toEqual(without(ids, 'plain'));
    expect(after['plain']).not.toBe(ids['plain']);
    expect(await networksOf(host.named(app))).toEqual(networks);
    ids = after;
  });

  test('is forgotten without a touch, blocked afterwards, and taken back with every container', async () => {
    const { code, stdout } = await host.run('forget', host.named(app), '--reason', 'other tool');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('no longer ours') });
    expect(stdout).toContain(`harbormaster adopt ${host.named(app)}`);
    expect(await host.apply(app)).toMatchObject({ shop: { kind: 'failed', code: 'project-foreign' } });
    await host.configure({});
    expect(await host.apply()).toEqual({});
    expect(await host.run('forget', host.named(app))).toMatchObject({ code: 4 });
    expect(await host.ids(app)).toEqual(ids);
    await host.configure({ [app]: { url: repository.url } });
    expect((await adopt(app)).code).toBe(0);
    expect(await host.ids(app)).toEqual(ids);
    expect(await networksOf(host.named(app))).toEqual(networks);
    expect(await volumesOf(host.named(app))).toEqual(volumes);
  });

  test('goes when it leaves the configuration: its containers and networks, nobody else’s, and no volume', async () => {
    const neighbour = await host.engine.run(`${host.named(app)}-neighbour`, image);
    await host.configure({});
    expect(await host.apply()).toEqual({ shop: { kind: 'applied' } });
    expect(await host.ids(app)).toEqual({});
    expect(await networksOf(host.named(app))).toEqual([]);
    expect(await volumesOf(host.named(app))).toEqual(volumes);
    expect(await host.engine.inspect(neighbour)).toMatchObject({ State: { Running: true } });
  });
});

interface Details {
  readonly HostConfig: { readonly Memory: number };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] }>> };
}

test('where Git declares something else than runs, only what differs is replaced', async () => {
  await startedByHand('moved', rich(), rich({ plain: { environment: { COLOR: 'blue' } } }));
  const before = await host.ids('moved');
  const { code, stderr } = await adopt('moved');
  expect(code).toBe(0);
  expect(stderr).toContain(`replaces ${host.named('moved-plain-1')}: it was started with another definition`);
  const after = await host.ids('moved');
  expect(without(after, 'plain', 'bound')).toEqual(without(before, 'plain', 'bound'));
  expect(after['plain']).not.toBe(before['plain']);
});

test('a project as the original Harbormaster leaves it, under another name than the app, is adopted as well', async () => {
  const repository = await host.repository();
  await repository.commit(rich());
  const clone = await checkout(host, 'original-clone');
  await clone.write(rich());
  const project = host.named('old-name');
  await clone.compose(project, '--project-directory', clone.path, 'up', '--detach', '--remove-orphans');
  await host.configure({ renamed: { url: repository.url, project } });
  const idsOf = async () =>
    Object.fromEntries((await host.engine.containers(project)).map(({ service, id }) => [service ?? '', id]));
  const before = await idsOf();
  expect((await adopt('renamed')).code).toBe(0);
  expect(without(await idsOf(), 'bound')).toEqual(without(before, 'bound'));
  expect(await host.apply('renamed')).toEqual({ renamed: { kind: 'unchanged' } });
});

describe('is refused, and nothing is touched:', () => {
  const simple = (more: object = {}, top: object = {}) => ({
    'compose.yaml': stringify({ services: { web: { image, stop_signal: 'SIGKILL', ...more } }, ...top }),
  });

  const refused = async (app: string, ...told: string[]) => {
    const before = await host.ids(app);
    const { code, stderr } = await adopt(app);
    expect(code).toBeGreaterThan(0);
    for (const text of told) expect(stderr).toContain(text);
    expect(await host.ids(app)).toEqual(before);
  };

  test('nothing', async () => {
    const repository = await host.repository();
    await repository.commit(simple());
    await host.configure({ nothing: { url: repository.url } });
    await refused('nothing', `nothing of a Compose project ${host.named('nothing')}`, 'docker compose ls');
  });

  test('services that Git does not declare', async () => {
    const two = { 'compose.yaml': stringify({ services: { web: { image }, mail: { image } } }) };
    await startedByHand('extra', two, simple());
    await refused('extra', `would lose it: ${host.named('extra-mail-1')}`);
  });

  test('a network that is not as Git declares it, which `up` would never have changed', async () => {
    const declared = simple({}, { networks: { default: { internal: true } } });
    await startedByHand('open', simple(), declared);
    await refused('open', `the network ${host.named('open')}_default is not as Git declares it: internal`, 'down');
  });

  test('data beside the compose file, until its absolute path is declared: then its container is kept', async () => {
    const { here, repository } = await startedByHand('data', simple({ volumes: ['./store:/store'] }));
    const store = join(here.path, 'store');
    await refused('data', `web keeps /store in ${store}, which is not in Git`, `${store}:/store`);
    await repository.commit(simple({ volumes: [`${store}:/store`] }));
    await host.configure({ data: { url: repository.url, allow: { host_binds: [store] } } });
    const before = await host.ids('data');
    expect(await adopt('data')).toMatchObject({ code: 0 });
    expect(await host.ids('data')).toEqual(before);
  });

  test("another Harbormaster's containers, until it is named: here one that lost its state folder", async () => {
    const repository = await host.repository();
    await repository.commit(simple({ volumes: ['data:/data'] }, { volumes: { data: {} } }));
    await host.configure({ lost: { url: repository.url } });
    expect(await host.apply('lost')).toEqual({ lost: { kind: 'applied' } });
    const [before] = await host.containers('lost');
    await rename(host.state, `${host.state}-lost`);
    try {
      await refused('lost', 'belongs to another Harbormaster', `--from ${before?.instance}`);
      const { code, stderr } = await adopt('lost', '--from', before?.instance ?? '');
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const [after] = await host.containers('lost');
      expect(await mountsOf(after?.id ?? '')).toEqual({ '/data': `${host.named('lost')}_data` });
      expect(after?.instance).not.toBe(before?.instance);
      expect(await host.apply('lost')).toEqual({ lost: { kind: 'unchanged' } });
    } finally {
      await rename(host.state, `${host.state}-second`);
      await rename(`${host.state}-lost`, host.state);
    }
  });
});
