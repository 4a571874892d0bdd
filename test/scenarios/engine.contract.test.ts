import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { labels as ownLabels } from '../../src/core/labels.ts';
import { deleteContainer, renameContainer } from '../../src/edges/engines/api/lifecycle.ts';
import { fenced } from '../../src/edges/engines/compose/fence.ts';
import { composeEngine } from '../../src/edges/engines/engine.ts';
import { engineRegistry } from '../../src/edges/engines/registry/registry.ts';
import { run } from '../../src/edges/process.ts';
import { HarborError } from '../../src/errors.ts';
import type { ComposeService } from '../../src/model/compose-model.ts';
import type { Pin } from '../../src/model/release.ts';
import type { Engine, Logger, RenderRequest, StoredRelease } from '../../src/ports.ts';
import { engineContract } from '../contracts/engine.ts';
import { type ReleaseSketch, sketchRelease } from '../contracts/engine-release.ts';
import { type EngineRig, engineRig } from '../support/engine-rig.ts';
import { pushImage, testImage } from '../support/images.ts';
import { registryRig } from '../support/registry-rig.ts';
import { light } from '../support/world.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const instance = 'engine-contract';

let rig: EngineRig;
let folder: string;
let engine: Engine;
let image: string;
/** It has an anonymous volume at /data. */
let imageWithData: string;

const engineAt = (dockerHost: string, dockerConfig = '/nonexistent'): Engine =>
  composeEngine({
    dockerHost,
    dockerConfig,
    environment: { PATH: process.env['PATH'] ?? '' },
    runDirectory: join(folder, 'run'),
    instance,
    logger: silent,
  });

beforeAll(async () => {
  rig = await engineRig();
  folder = await mkdtemp(join(tmpdir(), 'hm-engine-'));
  await chmod(folder, 0o755);
  engine = engineAt(rig.dockerHost);
  image = await rig.image('idle', { command: ['idle'] });
  imageWithData = await rig.image('data', { command: ['idle'], changes: ['VOLUME /data'] });
});

afterAll(async () => {
  await rig?.cleanUp();
  await rm(folder, { recursive: true, force: true });
});

let stores = 0;
async function stored(sketch: Omit<ReleaseSketch, 'instance'>): Promise<StoredRelease> {
  stores += 1;
  const file = join(folder, `stored-${stores}`, 'compose.json');
  const release = sketchRelease({ instance, ...sketch });
  await mkdir(dirname(file));
  await writeFile(file, release.compose, { mode: 0o600 });
  return { release, file };
}

let contracts = 0;
engineContract('the real one', async () => {
  contracts += 1;
  const project = rig.project(`contract${contracts}`);
  return {
    engine,
    project,
    instance,
    pause: (id) => rig.act(id, 'pause'),
    jobModel: async (name) => {
      const labels = { [ownLabels.instance]: instance, [ownLabels.app]: project, [ownLabels.job]: 'check' };
      const job = {
        image,
        command: ['true'],
        container_name: `${project}-${name}`,
        labels,
        networks: { default: null },
      };
      return JSON.stringify({ services: { [name]: job }, networks: { default: {} } });
    },
    stored: (names) => stored({ project, services: Object.fromEntries(names.map((name) => [name, { image }])) }),
    [Symbol.asyncDispose]: async () => {
      for (const { id } of await rig.containers(project)) await rig.rm(id);
    },
  };
});

describe('facts', () => {
  test("are the engine's and Compose's own", async () => {
    expect(await engine.facts()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+/),
      apiVersion: expect.stringMatching(/^1\.\d+$/),
      platform: expect.stringMatching(/^linux\//),
      compose: expect.stringMatching(/^\d+\.\d+/),
      isolation: expect.stringMatching(/^(namespace|unprivileged|limits)$/),
    });
  });
});

const beyondLimits = 'needs more than a rendering may use: 600 MB of memory, 10 s of CPU';

let trees = 0;
async function render(files: Readonly<Record<string, string>>, options: Partial<RenderRequest> = {}) {
  trees += 1;
  const directory = join(folder, `tree-${trees}`);
  await mkdir(directory);
  for (const [path, content] of Object.entries(files)) await writeFile(join(directory, path), content);
  return await engine.render({
    project: 'shop',
    directory,
    files: [join(directory, 'compose.yaml')],
    envFile: '.env' in files ? join(directory, '.env') : undefined,
    profiles: [],
    environment: {},
    ...options,
  });
}

const failureOf = (act: Promise<unknown>): Promise<HarborError> =>
  act.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof HarborError ? error : Promise.reject(error)),
  );

describe('rendering', () => {
  test("gives the whole model, with the app's variables and the repository's .env", async () => {
    const { model, unset } = await render(
      {
        'compose.yaml':
          'services:\n  web:\n    image: "shop/web:${TAG}"\n    env_file: web.env\n    environment: { NAME: "${NAME}" }\n',
        '.env': 'TAG=1.2\nNAME=from-the-repository\n',
        'web.env': 'COLOUR=blue\n',
      },
      { environment: { NAME: 'from-the-app' } },
    );
    expect(unset).toEqual([]);
    expect(model).toMatchObject({
      name: 'shop',
      services: { web: { image: 'shop/web:1.2', environment: { COLOUR: 'blue', NAME: 'from-the-app' } } },
    });
  });

  test('takes the profiles that it is told, and no others', async () => {
    const files = {
      'compose.yaml':
        'services:\n  web: { image: a }\n  debug: { image: b, profiles: [debug] }\n  extra: { image: b, profiles: [extra] }\n',
      '.env': 'COMPOSE_PROFILES=extra\n',
    };
    expect(Object.keys((await render(files)).model.services)).toEqual(['web']);
    expect(Object.keys((await render(files, { profiles: ['debug'] })).model.services).toSorted()).toEqual([
      'debug',
      'web',
    ]);
  });

  test('cannot be made to render another project, file or engine', async () => {
    const { model } = await render(
      {
        'compose.yaml':
          'name: victim\nservices:\n  web: { image: a, environment: { P: "${COMPOSE_PROJECT_NAME}", H: "${DOCKER_HOST}" } }\n',
        '.env': 'COMPOSE_PROJECT_NAME=victim\nCOMPOSE_FILE=/etc/passwd\nDOCKER_HOST=tcp://192.0.2.1:2375\n',
      },
      { environment: { COMPOSE_PROJECT_NAME: 'victim', DOCKER_HOST: 'tcp://192.0.2.1:2375' } },
    );
    expect(model).toMatchObject({
      name: 'shop',
      services: { web: { environment: { P: 'shop', H: 'unix:///nonexistent/docker.sock' } } },
    });
  });

  test('names each variable that is not set, ours among them', async () => {
    const { unset } = await render({
      'compose.yaml':
        'services:\n  web:\n    image: "a:${TAG}"\n    volumes: ["~/x:/x"]\n    environment: { A: "${TAG}", B: "${WITH:-default}", C: "${PATH}" }\n',
    });
    expect(unset.toSorted()).toEqual(['HOME', 'PATH', 'TAG']);
  });

  test("refuses a file without a required variable, in its author's words", async () => {
    const failure = await failureOf(
      render({ 'compose.yaml': 'services:\n  web: { image: "a:${TAG:?set the version}" }\n' }),
    );
    expect(failure).toMatchObject({
      code: 'variable-unset',
      message:
        'error while interpolating services.web.image: required variable TAG is missing a value: set the version',
    });
  });

  test.each([
    [
      'an unknown key',
      'services:\n  web: { imagex: a }\n',
      'validating compose.yaml: services.web Additional property imagex is not allowed',
    ],
    ['broken YAML', 'services: [\n', 'yaml: line 1: did not find expected node content'],
    [
      'a missing file',
      'services:\n  web: { image: a, env_file: [../common.env] }\n',
      'env file ../common.env not found: stat ../common.env: no such file or directory',
    ],
    [
      'a remote include',
      'include: ["https://git.invalid/x.git"]\nservices: {}\n',
      'experimental git remote resource is disabled. "COMPOSE_EXPERIMENTAL_GIT_REMOTE" must be set',
    ],
    [
      'an escape in a key',
      'services:\n  web: { "\\e[31mred": a }\n',
      'validating compose.yaml: services.web Additional property red is not allowed',
    ],
  ])("refuses %s with Compose's own sentence", async (_, text, message) => {
    const failure = await failureOf(render({ 'compose.yaml': text }));
    expect(failure).toMatchObject({ code: 'compose-invalid', message });
  });

  test('ends an alias bomb at its limits', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[at]}`)}]`),
    ];
    const failure = await failureOf(
      render({
        'compose.yaml': `x-bomb:\n${bomb.map((line) => `  ${line}`).join('\n')}\nservices: { web: { image: a } }\n`,
      }),
    );
    // On a busy host the clock may end it before the CPU limit does.
    if (failure.code === 'timeout') return;
    expect(failure).toMatchObject({ code: 'compose-invalid', message: expect.stringContaining(beyondLimits) });
  }, 40_000);

  test('ends an endless file at the memory limit', async () => {
    const failure = await failureOf(
      render({ 'compose.yaml': 'services:\n  web: { image: a, env_file: /dev/zero }\n' }),
    );
    expect(failure).toMatchObject({ code: 'compose-invalid', message: expect.stringContaining(beyondLimits) });
  }, 30_000);

  test('has no network behind the best fence', async ({ skip }) => {
    const { isolation } = await engine.facts();
    if (isolation !== 'namespace') skip('this host allows no network namespace');
    const devices = await run(fenced(isolation, ['/bin/cat', '/proc/net/dev']), { env: {}, limit: 5000 });
    expect(devices.stdout.toString().match(/^ *\w+:/gm)).toEqual(['    lo:']);
    const who = await run(fenced(isolation, ['/usr/bin/id', '-u']), { env: {}, limit: 5000 });
    expect(who.stdout.toString()).toBe('65534\n');
  });

  test.runIf(process.getuid?.() === 0)('cannot read what only root can read', async () => {
    const secret = join(folder, 'secret.env');
    await writeFile(secret, 'CANARY=seen\n', { mode: 0o600 });
    const failure = await failureOf(
      render({ 'compose.yaml': `services:\n  web: { image: a, env_file: ${secret} }\n` }),
    );
    expect(failure).toMatchObject({ code: 'compose-invalid', message: expect.stringContaining('permission denied') });
    await expect(
      render({ 'compose.yaml': 'services:\n  web: { image: a, env_file: /proc/1/environ }\n' }),
    ).rejects.toThrow('permission denied');
  });
});

const pinOf = (reference: string, digest: string): Pin => ({
  requested: reference,
  pinned: `${reference}@${digest}`,
  platformDigest: undefined,
  resolvedAt: '2026-01-01T00:00:00Z',
  from: 'registry',
});

describe('images', () => {
  test('are resolved and pulled by digest, kept under a tag of ours, and gone when it is taken away', async () => {
    await using registry = await registryRig(rig.api);
    const { reference, digest } = await registry.publish('shop/web:1', { variant: 'pull' });
    const resolved = await engineRegistry({
      dockerHost: rig.dockerHost,
      dockerConfig: '/nonexistent',
      environment: {},
    }).resolve(reference);
    expect(resolved).toEqual({ digest, platformDigest: digest });

    const keepAs = `${rig.prefix}/keep:web`;
    await engine.pull(pinOf(reference, digest), keepAs);
    const kept = await engine.image(keepAs);
    expect(kept?.repoDigests).toEqual([`${registry.host}/shop/web@${digest}`]);
    expect((await engine.image(pinOf(reference, digest).pinned))?.id).toBe(kept?.id);

    await registry.stop();
    await engine.pull(pinOf(reference, digest), keepAs);
    const again = `${rig.prefix}/keep:again`;
    await engine.pull({ ...pinOf(reference, digest), pinned: kept!.id, from: 'engine' }, again);
    expect((await engine.image(again))?.id).toBe(kept?.id);

    await engine.untag([again, keepAs, 'harbormaster.invalid/never:1']);
    expect(await engine.image(keepAs)).toBeUndefined();
    expect(await engine.image(pinOf(reference, digest).pinned)).toBeUndefined();
  });

  test('run as they were pinned: by digest, by id, and by the tag of a build', async () => {
    await using registry = await registryRig(rig.api);
    const { reference, digest } = await registry.publish('shop/web:1', { variant: 'pinned', command: ['idle'] });
    const pin = pinOf(reference, digest);
    const keepAs = `${rig.prefix}/keep:pinned`;
    await engine.pull(pin, keepAs);
    await registry.stop();
    const kept = await engine.image(keepAs);
    const project = rig.project('pinned');
    const services = { byDigest: { image: pin.pinned }, byId: { image: kept!.id }, byTag: { image: keepAs } };
    await engine.create(await stored({ project, services }), Object.keys(services));
    const states = (await rig.containers(project)).map(({ service, state, imageId }) => ({ service, state, imageId }));
    expect(states).toEqual(Object.keys(services).map((service) => ({ service, state: 'running', imageId: kept!.id })));
  });

  test('of a registry with a login come with it, and are refused without', async () => {
    await using registry = await registryRig(rig.api, { login: true });
    const { reference, digest } = await registry.publish('shop/private:1', { variant: 'private' });
    const dockerConfig = await registry.loggedIn();
    const options = { dockerHost: rig.dockerHost, environment: {} };

    const refused = { code: 'image-unavailable', hint: expect.stringContaining(`docker login ${registry.host}`) };
    expect(
      await failureOf(engineRegistry({ ...options, dockerConfig: '/nonexistent' }).resolve(reference)),
    ).toMatchObject(refused);
    expect(await failureOf(engine.pull(pinOf(reference, digest), `${rig.prefix}/keep:private`))).toMatchObject(refused);

    expect(await engineRegistry({ ...options, dockerConfig }).resolve(reference)).toMatchObject({ digest });
    await engineAt(rig.dockerHost, dockerConfig).pull(pinOf(reference, digest), `${rig.prefix}/keep:private`);
    expect(await engine.image(`${rig.prefix}/keep:private`)).toBeDefined();
  });

  test('that the registry does not have, or whose registry is away, are unavailable', async () => {
    await using registry = await registryRig(rig.api);
    const resolver = engineRegistry({ dockerHost: rig.dockerHost, dockerConfig: '/nonexistent', environment: {} });
    expect(await failureOf(resolver.resolve(`${registry.host}/shop/nothing:1`))).toMatchObject({
      code: 'image-unavailable',
      hint: 'Check the spelling of the image and its tag.',
    });
    const missing = pinOf(`${registry.host}/shop/nothing:1`, `sha256:${'0'.repeat(64)}`);
    expect(await failureOf(engine.pull(missing, `${rig.prefix}/keep:none`))).toMatchObject({
      code: 'image-unavailable',
    });
    // A port that nothing listens on, and that no other test is given meanwhile.
    expect(await failureOf(resolver.resolve('127.0.0.1:9/shop/nothing:1'))).toMatchObject({
      code: 'image-unavailable',
      hint: expect.stringContaining('Is the registry 127.0.0.1:9 up'),
    });
    const lost = { ...missing, pinned: `sha256:${'0'.repeat(64)}`, from: 'engine' as const };
    expect(await failureOf(engine.pull(lost, `${rig.prefix}/keep:none`))).toMatchObject({
      code: 'image-unavailable',
      message: expect.stringContaining('only on this host'),
    });
  });

  test('are told apart by content, so that a tag can move', async () => {
    await using registry = await registryRig(rig.api);
    const resolver = engineRegistry({ dockerHost: rig.dockerHost, dockerConfig: '/nonexistent', environment: {} });
    const first = await registry.publish('shop/moving:1', { variant: 'first' });
    expect(await resolver.resolve(first.reference)).toMatchObject({ digest: first.digest });
    const second = await registry.publish('shop/moving:1', { variant: 'second' });
    expect(second.reference).toBe(first.reference);
    expect(second.digest).not.toBe(first.digest);
    expect(await resolver.resolve(first.reference)).toMatchObject({ digest: second.digest });
  });
});

describe('builds', () => {
  const section = async (dockerfile: string) => {
    const context = await mkdtemp(join(folder, 'context-'));
    await writeFile(join(context, 'Dockerfile'), dockerfile);
    await writeFile(join(context, 'page.txt'), 'hello');
    return { context, dockerfile: 'Dockerfile', args: { PRICE: '5$$' } };
  };

  test('make the image under its tag, once', async () => {
    const tag = `${rig.prefix}/built:1`;
    const request = { project: rig.project('built'), service: 'web', tag };
    await engine.build({
      ...request,
      section: await section('FROM scratch\nARG PRICE\nLABEL price=$PRICE\nCOPY page.txt /page.txt\n'),
    });
    const built = await engine.image(tag);
    expect(await rig.api.json({ method: 'GET', path: `/images/${tag}/json` })).toMatchObject({
      Config: { Labels: { price: '5$' } },
    });
    await engine.build({ ...request, section: { context: '/nonexistent' } });
    expect((await engine.image(tag))?.id).toBe(built?.id);
  });

  test('that are no longer wanted end at once, and can be made later', async () => {
    const request = { project: rig.project('built'), service: 'web', tag: `${rig.prefix}/built:3` };
    const slow = { ...(await section(`FROM ${image}\nARG WAIT=60\nRUN sleep $WAIT\n`)), args: {} };
    const aborter = new AbortController();
    const building = engine.build({ ...request, section: slow }, aborter.signal);
    setTimeout(() => aborter.abort(), 2000);
    const started = performance.now();
    expect(await failureOf(building)).toMatchObject({ code: 'interrupted' });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await engine.image(request.tag)).toBeUndefined();
    await engine.build({ ...request, section: { ...slow, args: { WAIT: '0' } } });
    expect(await engine.image(request.tag)).toBeDefined();
  });

  test('that fail say so with the last lines', async () => {
    const request = { project: rig.project('built'), service: 'web', tag: `${rig.prefix}/built:2` };
    const failure = await failureOf(
      engine.build({ ...request, section: await section('FROM scratch\nCOPY missing.txt /\n') }),
    );
    expect(failure).toMatchObject({ code: 'build-failed', message: expect.stringContaining('missing.txt') });
    expect(failure.message.split('\n').length).toBeLessThanOrEqual(21);
    expect(await engine.image(request.tag)).toBeUndefined();
  });
});

const anonymousVolume = (container: Record<string, unknown>): unknown =>
  (container['Mounts'] as { Name?: string; Destination?: string }[]).find(({ Destination }) => Destination === '/data')
    ?.Name;

describe('applying', () => {
  const up = async (
    project: string,
    services: Readonly<Record<string, ComposeService>>,
    extra: Partial<ReleaseSketch> = {},
  ) => {
    const release = await stored({ project, services, ...extra });
    await engine.create(release, Object.keys(services));
    return release;
  };

  test('gives secrets and configs their values from the release, not from the environment of others', async () => {
    const project = rig.project('secret');
    const service = {
      ...light,
      image,
      secrets: [{ source: 'token', target: '/run/token' }],
      configs: [{ source: 'level', target: '/run/level' }],
    };
    const model = {
      secrets: { token: { name: 'token', environment: 'TOKEN' } },
      configs: { level: { name: 'level', environment: 'LEVEL' } },
    };
    vi.stubEnv('TOKEN', 'of somebody else');
    await up(project, { web: service }, { environment: { TOKEN: 'tick-et', LEVEL: 'high' }, model });
    vi.unstubAllEnvs();
    const [web] = await rig.containers(project);
    expect(await rig.exec(web!.id, ['cat', '/run/token'])).toBe('tick-et');
    expect(await rig.exec(web!.id, ['cat', '/run/level'])).toBe('high');
  });

  test("a port that a container holds is refused with the holder's name", async () => {
    const port = { target: 80, mode: 'ingress', protocol: 'tcp' };
    const holder = rig.project('holder');
    await up(holder, { web: { image, ports: [port] } });
    const [held] = await rig.containers(holder);
    const published = String(held!.ports[0]!.port);
    const failure = await failureOf(up(rig.project('late'), { web: { image, ports: [{ ...port, published }] } }));
    expect(failure).toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`port ${published} is already taken by container ${holder}-web-1`),
    });
  });

  test('a port that a program holds is refused too', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const published = String((server.address() as { port: number }).port);
    const failure = await failureOf(
      up(rig.project('outside'), {
        web: { image, ports: [{ target: 80, mode: 'ingress', protocol: 'tcp', published }] },
      }),
    );
    server.close();
    expect(failure).toMatchObject({
      code: 'port-taken',
      message: `port ${published} is already taken by a program outside of Docker`,
    });
  });

  test('a name that a container has is refused', async () => {
    const name = rig.project('named');
    await rig.run(name, image);
    const failure = await failureOf(up(rig.project('renamed'), { web: { ...light, image, container_name: name } }));
    expect(failure).toMatchObject({ code: 'name-taken', message: expect.stringContaining(name) });
  });

  test('an image that is not there is not pulled', async () => {
    await using registry = await registryRig(rig.api);
    const { reference, digest } = await registry.publish('shop/absent:1', { variant: 'absent' });
    const absent = pinOf(reference, digest).pinned;
    expect(await engine.image(absent)).toBeUndefined();
    const failure = await failureOf(up(rig.project('absent'), { web: { ...light, image: absent } }));
    expect(failure).toMatchObject({ code: 'image-unavailable' });
    expect(await engine.image(absent)).toBeUndefined();
  });

  test('a running container is not touched by a second creation, whatever Compose makes of it', async () => {
    const project = rig.project('twice');
    const release = await up(project, { web: { ...light, image } });
    const [before] = await rig.containers(project);
    await engine.create(release, ['web']);
    // As a Compose that hashes the same service in another way.
    await up(project, { web: { ...light, image, environment: { HASHED: 'differently' } } });
    expect(await rig.containers(project)).toMatchObject([{ id: before!.id }]);
  });

  test('replacing keeps anonymous volumes, removing leaves them', async () => {
    const project = rig.project('data');
    const release = await up(project, { web: { ...light, image: imageWithData } });
    const [before] = await rig.containers(project);
    const volume = anonymousVolume(await rig.inspect(before!.id));
    await engine.replace(release, ['web']);
    const [after] = await rig.containers(project);
    expect(after!.id).not.toBe(before!.id);
    expect(anonymousVolume(await rig.inspect(after!.id))).toBe(volume);
    await engine.remove([after!.id]);
    // Compose hands a volume on by its name; only a first container's is anonymous to the engine as well.
    await engine.create(release, ['web']);
    const [first] = await rig.containers(project);
    const fresh = anonymousVolume(await rig.inspect(first!.id));
    expect(fresh).not.toBe(volume);
    await engine.remove([first!.id]);
    for (const name of [volume, fresh]) {
      expect(await rig.api.json({ method: 'GET', path: `/volumes/${name}` })).toMatchObject({ Name: name });
      await rig.api.send({ method: 'DELETE', path: `/volumes/${name}` });
    }
  });

  test('networks and volumes are seen by their project', async () => {
    const project = rig.project('seen');
    await up(
      project,
      { web: { image, networks: { back: null }, volumes: [{ type: 'volume', source: 'store', target: '/store' }] } },
      {
        model: {
          networks: {
            back: {
              name: `${project}_back`,
              labels: { 'io.harbormaster.instance': instance, 'io.harbormaster.digest': 'n1' },
            },
          },
          volumes: { store: { name: `${project}_store` } },
        },
      },
    );
    expect(await engine.networks(project)).toEqual([
      {
        id: expect.any(String),
        name: `${project}_back`,
        project,
        key: 'back',
        instance,
        digest: 'n1',
        settings: {
          driver: 'bridge',
          internal: false,
          attachable: false,
          ipv6: false,
          options: {},
          ipamDriver: 'default',
          pools: [{ subnet: expect.any(String), gateway: expect.any(String) }],
        },
      },
    ]);
    expect(await engine.volumes(project)).toEqual([{ name: `${project}_store`, project, key: 'store' }]);
    const [network] = await engine.networks(project);
    const [web] = await rig.containers(project);
    expect(await failureOf(engine.removeNetwork(network!.id))).toMatchObject({ code: 'engine-refused' });
    await engine.remove([web!.id]);
    await engine.removeNetwork(network!.id);
    await engine.removeNetwork(network!.id);
    expect(await engine.networks(project)).toEqual([]);
  });

  test('what a container wrote last can be read, made harmless', async () => {
    const project = rig.project('tail');
    await up(project, {
      web: { ...light, image, command: ['sh', '-c', 'printf "one\\ntwo \\033[31mred\\007\\n" >&2; exit 3'] },
    });
    const [web] = await rig.containers(project);
    await expect.poll(() => engine.inspect([web!.id])).toMatchObject([{ state: 'exited', exitCode: 3 }]);
    expect(await rig.containers(project)).toMatchObject([{ state: 'exited', exitCode: 3 }]);
    expect(await engine.tail(web!.id, 1)).toBe('two red<U+0007>');
    expect(await engine.tail(web!.id, 100)).toBe('one\ntwo red<U+0007>');
    expect(await engine.tail('gone', 2)).toBe('');
  });
});

describe('commands in containers', () => {
  const limits = { limit: 20_000, signal: new AbortController().signal };

  test('give the exit code and the last of what was written, on either stream, without escapes', async () => {
    const id = await rig.run(rig.project('exec1'), image, { Cmd: ['idle'] });
    const script = 'seq 1 100; echo "\x1b[31mred\x07"; exit 3';
    const ended = await engine.exec(id, ['sh', '-c', script], limits);
    expect(ended?.exitCode).toBe(3);
    const lines = ended?.output.split('\n') ?? [];
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([50, '52', 'red<U+0007>']);
    expect(await engine.exec(id, ['sh', '-c', 'echo wrong >&2'], limits)).toEqual({ exitCode: 0, output: 'wrong' });
  });

  test('are waited for no longer than their limit', async () => {
    const id = await rig.run(rig.project('exec2'), image, { Cmd: ['idle'] });
    const began = Date.now();
    expect(await engine.exec(id, ['sleep', '60'], { ...limits, limit: 500 })).toBeUndefined();
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('are given up at the signal', async () => {
    const id = await rig.run(rig.project('exec3'), image, { Cmd: ['idle'] });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const began = Date.now();
    await expect(engine.exec(id, ['sleep', '60'], { limit: 60_000, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('that are not there tell so by their exit code', async () => {
    const id = await rig.run(rig.project('exec4'), image, { Cmd: ['idle'] });
    expect(await engine.exec(id, ['no-such-program'], limits)).toMatchObject({
      exitCode: expect.toSatisfy((code: number) => code === 126 || code === 127),
      output: expect.stringContaining('no-such-program'),
    });
  });
});

describe('where a container is reached', () => {
  test('at its addresses and published ports, at those of whom it shares with, and on the host', async () => {
    const project = rig.project('reach');
    const sketch = await stored({
      project,
      services: {
        web: { image, ports: [{ target: 80, published: '0', protocol: 'tcp', mode: 'ingress' }] },
        side: { image, network_mode: 'service:web' },
        host: { image, network_mode: 'host' },
      },
    });
    await engine.create(sketch, ['web']);
    await engine.create(sketch, ['side', 'host']);
    const containers = await rig.containers(project);
    const reached = await engine.reach(containers.map(({ id }) => id));
    const of = (service: string) =>
      reached.find(({ id }) => containers.find((one) => one.service === service)?.id === id);
    expect(of('web')).toMatchObject({
      name: `${project}-web-1`,
      addresses: [expect.stringMatching(/^\d+(\.\d+){3}$/)],
    });
    expect(of('web')?.published).toContainEqual({ port: 80, hostIp: expect.any(String), hostPort: expect.any(Number) });
    expect(of('side')).toMatchObject({ name: `${project}-side-1`, addresses: of('web')?.addresses });
    expect(of('host')).toMatchObject({ addresses: ['127.0.0.1'], published: [] });
  });
});

describe('sweeping after a recreation that was cut short', () => {
  async function halfDone(name: string) {
    const project = rig.project(name);
    const release = await stored({ project, services: { web: { ...light, image: imageWithData } } });
    await engine.create(release, ['web']);
    const [old] = await rig.containers(project);
    const volume = anonymousVolume(await rig.inspect(old!.id));
    await engine.stop([old!.id]);
    return { project, release, old: old!, volume, leftover: `${old!.id.slice(0, 12)}_${old!.name}` };
  }

  test('a successor without its predecessor takes its place, with its volumes', async () => {
    const { project, release, old, volume, leftover } = await halfDone('sweep1');
    await renameContainer(rig.api, old.id, leftover);
    await engine.sweep(project);
    expect(await rig.containers(project)).toMatchObject([{ id: old.id, name: `${project}-web-1` }]);
    await engine.replace(release, ['web']);
    const [web] = await rig.containers(project);
    expect(web).toMatchObject({ name: `${project}-web-1`, state: 'running' });
    expect(anonymousVolume(await rig.inspect(web!.id))).toBe(volume);
  });

  test('a successor beside its predecessor goes; what runs or is not ours stays', async () => {
    const { project, old, volume } = await halfDone('sweep2');
    const ours = await rig.inspect(old.id);
    const labels = (ours['Config'] as { Labels: Record<string, string> }).Labels;
    const prefixed = (digits: string) => `${digits.repeat(12)}_${project}-web-1`;
    await rig.api.send({
      method: 'POST',
      path: `/containers/create?name=${prefixed('a')}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Image: imageWithData, Labels: labels, HostConfig: { VolumesFrom: [old.id] } }),
    });
    await rig.run(prefixed('b'), image, { Labels: labels });
    const foreign = await rig.run(prefixed('c'), image, {
      Labels: { ...labels, 'io.harbormaster.instance': 'another' },
    });
    await engine.stop([foreign]);
    await engine.sweep(project);
    const names = (await rig.containers(project)).map(({ name }) => name).toSorted();
    expect(names).toEqual([prefixed('b'), prefixed('c'), `${project}-web-1`]);
    expect(anonymousVolume(await rig.inspect(old.id))).toBe(volume);
    expect(await rig.api.json({ method: 'GET', path: `/volumes/${volume}` })).toMatchObject({ Name: volume });
    await deleteContainer(rig.api, foreign);
  });
});

describe('an engine that is not well', () => {
  test('and takes calls but never answers is given up at the deadline', async () => {
    const socketPath = join(folder, 'silent.sock');
    const server = createServer(() => undefined).listen(socketPath);
    await once(server, 'listening');
    const started = performance.now();
    expect(await failureOf(engineAt(`unix://${socketPath}`).observe())).toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('did not answer GET /_ping within 5 s'),
    });
    expect(performance.now() - started).toBeLessThan(7000);
    server.close();
  });

  test('and is not there is unreachable, with the question to ask', async () => {
    expect(await failureOf(engineAt('unix:///nonexistent/docker.sock').observe())).toMatchObject({
      code: 'engine-unreachable',
      hint: 'Is the Docker socket mounted / the engine running / may this user open it?',
    });
  });
});

test('a test image is made once for each recipe', async () => {
  const first = await rig.image('recipe', { variant: 'a' });
  const before = await engine.image(first);
  await testImage(rig.api, first, { variant: 'a' });
  expect((await engine.image(first))?.id).toBe(before?.id);
  await testImage(rig.api, first, { variant: 'b' });
  expect((await engine.image(first))?.id).not.toBe(before?.id);
  await expect(pushImage(rig.api, `127.0.0.1:1/${rig.prefix}/none:1`)).rejects.toThrow();
});
