import { describe, expect, test } from 'vitest';
import type { SealInput } from '../../src/core/seal.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import type { Release } from '../../src/model/release.ts';
import { app, hex, model, objects, pin, revision, sealed } from '../support/builders.ts';

const web = (more: ComposeService = {}): ComposeService => ({
  image: 'nginx:1.27',
  environment: { COLOR: 'red', EMPTY: null },
  volumes: [
    { type: 'bind', source: '/scratch/one/nginx.conf', target: '/etc/nginx.conf', read_only: true, bind: {} },
    { type: 'volume', source: 'data', target: '/data', volume: {} },
  ],
  ...more,
});

const database: ComposeService = { image: 'postgres:16' };
const rest = { volumes: { data: { name: 'shop_data' } } } as const;
const shop = (more: ComposeService = {}, extra: Partial<ComposeModel> = {}): ComposeModel =>
  model({ web: web(more), db: database }, { ...rest, ...extra });

const content = objects({ 'nginx.conf': 'blob-1' });
const sealShop = (more: ComposeService = {}, input: Partial<SealInput> = {}): Release =>
  sealed(shop(more), { objects: content, ...input });

const digestOf = (release: Release, name = 'web') => release.services.find((service) => service.name === name)?.digest;
const composeOf = (release: Release) => JSON.parse(release.compose) as ComposeModel;

const before = sealShop();

describe('the digest of a service', () => {
  test.each<[string, Release]>([
    ['its image', sealShop({ image: 'nginx:1.28' })],
    ['the content behind its tag', sealShop({}, { pins: pinsTo(2) })],
    ['a variable', sealShop({ environment: { COLOR: 'blue', EMPTY: null } })],
    ['a variable that came', sealShop({ environment: { COLOR: 'red', EMPTY: null, MORE: null } })],
    ['the content of a mounted file', sealShop({}, { objects: objects({ 'nginx.conf': 'blob-2' }) })],
    ['a label of the app’s own', sealShop({ labels: { 'traefik.enable': 'true' } })],
    ['a limit', sealShop({ deploy: { resources: { limits: { memory: '52428800' } } } })],
    ['a network that it joins', sealShop({ networks: { default: null, back: null } })],
    ['the command', sealShop({ command: ['nginx', '-g', 'daemon off;'] })],
    ['the name of its volume', sealed(shop({}, { volumes: { data: { name: 'other' } } }), { objects: content })],
    ['the name of its network', sealed(shop({}, { networks: { default: { name: 'other' } } }), { objects: content })],
    ['the host’s key', sealShop({}, { key: Buffer.from('another key') })],
  ])('changes with %s', (_, after) => {
    expect(digestOf(after)).not.toBe(digestOf(before));
  });

  test.each<[string, Release]>([
    ['what it depends on', sealShop({ depends_on: { db: { condition: 'service_healthy', required: true } } })],
    ['how many run, by scale', sealShop({ scale: 3 })],
    ['how many run, by deploy', sealShop({ deploy: { replicas: 3, resources: {}, placement: {} } })],
    ['what Compose needs to find it', sealShop({ profiles: ['prod'], pull_policy: 'always', env_file: ['x'] })],
    ['what only developers use', sealShop({ develop: { watch: [{ path: '/scratch/one', action: 'sync' }] } })],
    ['notes of people and other tools', sealShop({ 'x-owner': 'ada', 'x-review': { by: 'bob' } })],
    ['the commit', sealShop({}, { revision: revision({ commit: '2'.repeat(40) }) })],
    ['the folder that it was rendered in', inScratch('/scratch/two')],
    ['content that others see', sealShop({}, { objects: objects({ 'nginx.conf': 'blob-1', 'db.conf': 'x' }) })],
    [
      'the definition of a network',
      sealed(shop({}, { networks: { default: { name: 'shop_default', internal: true } } }), { objects: content }),
    ],
    ['the order of its keys', sealed(reversed(shop()), { objects: content })],
  ])('does not change with %s', (_, after) => {
    expect(digestOf(after)).toBe(digestOf(before));
  });

  test('does not change with that of another service', () => {
    const after = sealed(model({ web: web(), db: { image: 'postgres:17' } }, rest), { objects: content });
    expect(digestOf(after, 'db')).not.toBe(digestOf(before, 'db'));
    expect(digestOf(after)).toBe(digestOf(before));
  });

  test('is the same whichever order labels are in', () => {
    const one = sealShop({ labels: { a: '1', b: '2' } });
    const other = sealShop({ labels: { b: '2', a: '1' } });
    expect(other).toEqual(one);
  });
});

describe('content that a service sees counts, by what it uses it for', () => {
  const granted = (more: ComposeService, extra: Partial<ComposeModel>, input: Partial<SealInput> = {}) =>
    sealed(model({ web: { image: 'nginx:1', ...more } }, extra), {
      objects: objects({ 'a.conf': 'blob-1' }),
      ...input,
    });

  test('a config from a file of the repository', () => {
    const one = granted({ configs: [{ source: 'a' }] }, { configs: { a: { file: '/scratch/one/a.conf' } } });
    expect(one.services[0]?.content).toEqual({ 'config a': 'blob-1' });
    expect(one.mounts).toEqual([{ path: 'a.conf', object: { id: 'blob-1', type: 'blob' } }]);
  });

  test('a config that is written in the compose file, without showing it', () => {
    const with_ = (text: string) => granted({ configs: [{ source: 'a' }] }, { configs: { a: { content: text } } });
    expect(digestOf(with_('one'))).not.toBe(digestOf(with_('two')));
    expect(with_('hunter2').services[0]?.content['config a']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a secret from a variable, without showing it', () => {
    const with_ = (value: string) =>
      granted(
        { secrets: [{ source: 't' }] },
        { secrets: { t: { environment: 'TOKEN' } } },
        { environment: { TOKEN: value } },
      );
    expect(digestOf(with_('one'))).not.toBe(digestOf(with_('two')));
    expect(with_('hunter2').services[0]?.content['secret t']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('only of those who are granted it', () => {
    const secrets = { t: { environment: 'TOKEN' } };
    const with_ = (value: string) => granted({}, { secrets }, { environment: { TOKEN: value } });
    expect(digestOf(with_('one'))).toBe(digestOf(with_('two')));
    expect(with_('one').digest).not.toBe(with_('two').digest);
  });

  test('a file of the host is no content of ours', () => {
    const one = granted({ configs: [{ source: 'a' }] }, { configs: { a: { file: '/etc/a.conf' } } });
    expect(one.services[0]?.content).toEqual({ 'config a': 'absent' });
    expect(one.mounts).toEqual([]);
  });

  test('a folder behind a named volume, and a seccomp profile', () => {
    const one = sealed(
      model(
        {
          web: {
            image: 'nginx:1',
            volumes: [{ type: 'volume', source: 'shared', target: '/x' }],
            security_opt: ['seccomp:/scratch/one/p.json'],
          },
          other: { image: 'x:1', volumes: [{ type: 'volume', source: 'data', target: '/x' }] },
        },
        { volumes: { shared: { driver_opts: { o: 'bind', type: 'none', device: '/scratch/one/dir' } }, data: null } },
      ),
      { objects: objects({ dir: 'tree-1', 'p.json': 'blob-p' }) },
    );
    expect(one.services[0]?.content).toEqual({ dir: 'tree-1', 'p.json': 'blob-p' });
    expect(one.services[1]?.content).toEqual({});
    expect(one.mounts.map(({ path }) => path)).toEqual(['dir', 'p.json']);
  });

  test('a path that is not in the repository is made by the engine, and has none', () => {
    const one = sealed(shop(), { objects: objects({}) });
    expect(one.services[0]?.content).toEqual({});
    expect(one.mounts).toEqual([]);
  });

  test('a path with a dollar sign in its name is found', () => {
    const volumes = [{ type: 'bind', source: '/scratch/one/a$$b', target: '/x' }];
    const one = sealed(model({ web: { image: 'x:1', volumes } }), { objects: objects({ a$b: 'blob-1' }) });
    expect(one.services[0]?.content).toEqual({ a$b: 'blob-1' });
    expect(one.compose).toContain('/state/apps/shop/live/a$$b');
  });
});

describe('the sealed text', () => {
  test('names every image by its content', () => {
    const images = Object.values(composeOf(before).services).map(({ image }) => image);
    expect(images).toEqual([`postgres:16@sha256:${hex(1)}`, `nginx:1.27@sha256:${hex(1)}`]);
  });

  test('carries our labels with stable ids and digests, and never a commit', () => {
    const { labels } = composeOf(before).services['web'] ?? {};
    expect(labels).toEqual({
      'io.harbormaster.app': 'shop',
      'io.harbormaster.digest': digestOf(before),
      'io.harbormaster.instance': 'us',
    });
    expect(before.compose).not.toContain('1'.repeat(40));
    expect(before.revision.commit).toBe('1'.repeat(40));
  });

  test('leaves the labels of the app beside ours', () => {
    const { labels } = composeOf(sealShop({ labels: { 'traefik.enable': 'true' } })).services['web'] ?? {};
    expect(labels).toMatchObject({ 'traefik.enable': 'true', 'io.harbormaster.app': 'shop' });
  });

  test('is the same, byte for byte, when the same is sealed again', () => {
    expect(sealShop()).toEqual(before);
    expect(sealed(reversed(shop()), { objects: content }).compose).toBe(before.compose);
  });

  test('is the same when it is sealed from the sealed side', () => {
    const again = sealed({ ...shop(), ...pathsFromLive() }, { objects: content });
    expect(again.compose).toBe(before.compose);
    expect(again.digest).toBe(before.digest);
  });

  test('never shows where it was rendered, only where the files will be', () => {
    expect(before.compose).not.toContain('/scratch');
    expect(before.compose).toContain('"/state/apps/shop/live/nginx.conf"');
  });

  test('keeps the values of secrets from variables out, and carries them beside itself', () => {
    const rendered = model(
      { web: { image: 'nginx:1', secrets: [{ source: 'token' }] } },
      { secrets: { token: { name: 'shop_token', environment: 'TOKEN' } } },
    );
    const release = sealed(rendered, { environment: { TOKEN: 'hunter2' } });
    expect(release.compose).not.toContain('hunter2');
    expect(release.environment).toEqual({ TOKEN: 'hunter2' });
    expect(composeOf(release).secrets).toEqual({ token: { name: 'shop_token', environment: 'TOKEN' } });
  });

  test('builds nothing', () => {
    const release = sealed(model({ web: { build: { context: '/scratch/one' } } }), {
      objects: objects({ '.': 'tree' }),
    });
    expect(composeOf(release).services['web']).not.toHaveProperty('build');
    expect(composeOf(release).services['web']?.image).toBe(release.builds[0]?.tag);
    expect(release.services[0]?.image.from).toBe('build');
  });

  test('drops what only finds, watches or annotates a service', () => {
    const release = sealed(
      model(
        {
          web: {
            image: 'nginx:1',
            profiles: ['prod'],
            pull_policy: 'always',
            develop: {},
            env_file: ['x'],
            'x-note': 1,
          },
        },
        { 'x-common': { secret: 'hunter2' } },
      ),
    );
    expect(Object.keys(composeOf(release).services['web'] ?? {})).toEqual([
      'command',
      'entrypoint',
      'image',
      'labels',
      'networks',
    ]);
    expect(release.compose).not.toContain('x-common');
  });

  test('is of the app’s project, whatever the rendering was called', () => {
    const release = sealed({ ...shop(), name: 'rendered' }, { app: app({ project: 'store' }), objects: content });
    expect([composeOf(release).name, release.project, release.app]).toEqual(['store', 'store', 'shop']);
  });
});

describe('networks', () => {
  const networks = { front: { name: 'shop_front', ipam: {} }, theirs: { name: 'proxy', external: true }, plain: null };
  const withNetworks = (changed: ComposeModel['networks'] = {}) =>
    sealed(shop({}, { networks: { ...networks, ...changed } }), { objects: content });

  test('of ours carry our labels, those of others are left as they are', () => {
    const release = withNetworks();
    const [front, theirs, plain] = release.networks;
    expect(composeOf(release).networks).toEqual({
      front: {
        name: 'shop_front',
        ipam: {},
        labels: {
          'io.harbormaster.app': 'shop',
          'io.harbormaster.digest': front?.digest,
          'io.harbormaster.instance': 'us',
        },
      },
      plain: {
        labels: {
          'io.harbormaster.app': 'shop',
          'io.harbormaster.digest': plain?.digest,
          'io.harbormaster.instance': 'us',
        },
      },
      theirs: { name: 'proxy', external: true },
    });
    expect(release.networks).toMatchObject([
      { key: 'front', name: 'shop_front', external: false },
      { key: 'theirs', name: 'proxy', external: true },
      { key: 'plain', name: 'shop_plain', external: false },
    ]);
    expect(theirs?.digest).not.toBe(front?.digest);
  });

  test('that changed change their own digest, the release’s, and no service’s', () => {
    const one = withNetworks();
    const other = withNetworks({ front: { name: 'shop_front', ipam: {}, internal: true } });
    expect(other.networks[0]?.digest).not.toBe(one.networks[0]?.digest);
    expect(other.networks.slice(1)).toEqual(one.networks.slice(1));
    expect(other.services).toEqual(one.services);
    expect(other.digest).not.toBe(one.digest);
  });

  test('do not change with a note', () => {
    expect(withNetworks({ front: { name: 'shop_front', ipam: {}, 'x-note': 'a' } }).networks).toEqual(
      withNetworks().networks,
    );
  });
});

describe('volumes', () => {
  const volumes = { data: { name: 'shop_data' }, theirs: { name: 'backup', external: true }, plain: null };

  test('get no labels: the engine could not change them', () => {
    const release = sealed(shop({}, { volumes }), { objects: content });
    expect(composeOf(release).volumes).toEqual(volumes);
    expect(release.volumes).toMatchObject([
      { key: 'data', name: 'shop_data', external: false },
      { key: 'theirs', name: 'backup', external: true },
      { key: 'plain', name: 'shop_plain', external: false },
    ]);
  });

  test('that changed change their own digest, and no service’s', () => {
    const one = sealed(shop({}, { volumes }), { objects: content });
    const other = sealed(shop({}, { volumes: { ...volumes, data: { name: 'shop_data', driver: 'nfs' } } }), {
      objects: content,
    });
    expect(other.volumes[0]?.digest).not.toBe(one.volumes[0]?.digest);
    expect(other.services).toEqual(one.services);
  });
});

test('a service without an image and without a build is refused', () => {
  expect(() => sealed(model({ web: {} }))).toThrow(
    expect.objectContaining({ code: 'compose-invalid', message: 'service web has neither an image nor a build' }),
  );
});

test('an app without services is a release without services', () => {
  const release = sealed({ name: 'shop', services: {} });
  expect(release.services).toEqual([]);
  expect(release.compose).toBe('{"name":"shop","services":{}}');
});

function pinsTo(digest: number): SealInput['pins'] {
  return new Map([
    ['web', pin('nginx:1.27', { pinned: `nginx:1.27@sha256:${hex(digest)}` })],
    ['db', pin('postgres:16')],
  ]);
}

function inScratch(scratch: string): Release {
  const elsewhere = JSON.parse(JSON.stringify(shop()).replaceAll('/scratch/one', scratch)) as ComposeModel;
  return sealed(elsewhere, { objects: content, folders: { scratch, live: '/state/apps/shop/live' } });
}

function pathsFromLive(): Pick<ComposeModel, 'services'> {
  const text = JSON.stringify(shop().services).replaceAll('/scratch/one', '/state/apps/shop/live');
  return { services: JSON.parse(text) as ComposeModel['services'] };
}

/** Every map with its keys the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  ) as T;
}
