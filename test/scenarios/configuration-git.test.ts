import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type GitHttpServer, gitHttpServer } from '../support/git-http-server.ts';
import { type GitRig, gitRig } from '../support/git-rig.ts';
import { sshServer } from '../support/ssh-server.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;
let apps: GitRig & { readonly url: string };
/** Where the configuration comes from: a repository of its own, on a server of its own that can go down alone. */
let hosts: GitRig;
let server: GitHttpServer;
let url: string;

beforeEach(async () => {
  host = await world();
  image = await host.engine.image('web');
  apps = await host.repository('apps');
  server = await gitHttpServer();
  hosts = await gitRig('hosts');
  url = server.serve(hosts);
  await apps.commit({
    'compose.yaml': stringify({
      services: { web: { image, ...light, environment: { VERSION: '${VERSION:-none}' } } },
    }),
  });
});

afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await hosts[Symbol.asyncDispose]();
});

type Apps = Readonly<Record<string, object>>;

/** The text of a configuration that many hosts share. */
const shared = (declared: Apps, rest: object = {}) =>
  stringify({
    ...rest,
    defaults: { branch: 'main', interval: '1s', health: { deadline: '20s', min_ready: '1s' } },
    apps: Object.fromEntries(
      Object.entries(declared).map(([name, app]) => [host.named(name), { url: apps.url, ...app }]),
    ),
  });

const push = (declared: Apps, rest?: object) => hosts.commit({ 'harbormaster.yml': shared(declared, rest) });

/** From here on commands and daemons are those of this host: a name, a state folder and, if it has one, a file of its own. */
async function become(name: string, own?: object): Promise<void> {
  host.environment['HARBORMASTER_STATE_DIR'] = join(host.folder, `state-${name}`);
  const file = join(host.folder, `${name}.yml`);
  host.environment['HARBORMASTER_CONFIG'] = file;
  await writeFile(file, stringify({ config: { host: name, from: { url, interval: '1s' } }, ...own }));
}

const told = async () =>
  (await host.log()).filter((entry) => entry.kind === 'configured' || entry.kind === 'configuration-failed');

const runs = (app: string) => eventually(async () => expect(await host.ids(app)).not.toEqual({}));
const isGone = (app: string) => eventually(async () => expect(await host.ids(app)).toEqual({}));

test('two hosts run different apps of one repository, each with its own secrets, and follow its commits', async () => {
  const environment = { VERSION: '${file:secret}' };
  await push({ front: { hosts: 'box-*', environment }, back: { hosts: ['*', '!box-*'] } });
  await writeFile(join(host.folder, 'secret'), 'of this host\n');
  await become('box-1');
  await using _box = await host.daemon();
  await become('db-1');
  await using _db = await host.daemon();
  await runs('front');
  await runs('back');
  expect(await host.version('front')).toBe('of this host');
  const commit = await push({
    front: { hosts: 'box-*', environment: { VERSION: 'two' } },
    more: { hosts: 'db-1.example.org' },
    extra: { hosts: 'db-*' },
  });
  await eventually(async () => expect(await host.version('front')).toBe('two'));
  await runs('extra');
  await isGone('back');
  expect(await host.ids('more')).toEqual({});
  // The last word of db-1, which does not know of what is another host's.
  expect((await told()).at(-1)).toMatchObject({
    kind: 'configured',
    revision: { commit, author: { email: 'ada@example.org' }, repository: url },
    path: 'harbormaster.yml',
    added: [host.named('extra')],
    removed: [host.named('back')],
    changed: [],
  });
  await become('box-1');
  expect((await told()).at(-1)).toMatchObject({
    revision: { commit },
    changed: [host.named('front')],
    added: [],
    removed: [],
  });
  expect(JSON.stringify(await host.log())).not.toContain('of this host');
});

test('a broken commit leaves the last good one in force, over a restart with Git down too, and every answer says so', async () => {
  // Said by the environment alone: this host has no file of its own.
  delete host.environment['HARBORMASTER_CONFIG'];
  Object.assign(host.environment, { HARBORMASTER_CONFIG_REPO: url, HARBORMASTER_CONFIG_INTERVAL: '1s' });
  const good = await push({ shop: { environment: { VERSION: 'one' } } });
  {
    await using _daemon = await host.daemon();
    await eventually(async () => expect(await host.version('shop')).toBe('one'));
    const broken = await push({ shop: { brunch: 'x' }, other: {} });
    const place = `${url}@${broken.slice(0, 12)}:harbormaster.yml:`;
    await eventually(async () => expect((await told()).at(-1)).toMatchObject({ kind: 'configuration-failed' }));
    expect(JSON.stringify((await told()).at(-1))).toContain(place);
    expect((await host.run('status')).stdout).toContain(place);
    expect((await host.run('doctor')).stdout).toContain(
      'stays in force, because the newest configuration cannot be used',
    );
    const { code, stderr } = await host.run('validate');
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining(`${place}`) });
    expect(await host.ids('other')).toEqual({});
    // What the last good one declares is still followed.
    await apps.commit({
      'compose.yaml': stringify({
        services: { web: { image, ...light, environment: { VERSION: 'of the commit' } } },
      }),
    });
    await eventually(async () => expect(await host.version('shop')).toBe('of the commit'));
  }
  server.behave(503);
  const kept = join(host.state, 'configuration.json');
  expect((await stat(kept)).mode & 0o777).toBe(0o600);
  expect(await readFile(kept, 'utf8')).toContain(good);
  {
    await using _daemon = await host.daemon();
    const { web = '' } = await host.ids('shop');
    await eventually(async () =>
      expect((await host.run('status')).stdout).toContain('The newest configuration cannot be looked at'),
    );
    await host.engine.kill(web);
    await eventually(async () =>
      expect((await host.containers('shop')).map(({ state }) => state)).toEqual(['running']),
    );
    // Before it is back: else the broken one would be found once more.
    const newest = await push({ shop: {}, other: {} });
    server.behave('normal');
    await runs('other');
    expect((await told()).at(-1)).toMatchObject({
      kind: 'configured',
      revision: { commit: newest },
      added: [host.named('other')],
    });
  }
  expect((await told()).map(({ kind }) => kind)).toEqual([
    'configured',
    'configuration-failed',
    'configuration-failed',
    'configured',
  ]);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('without a daemon every verb reads the same, and one that means another repository is not answered by a daemon', async () => {
  await become('box-1');
  await push({ shop: {} });
  expect((await host.run('validate')).stdout).toContain(`${url} at `);
  expect((await host.run('plan')).stdout).toContain(host.named('shop'));
  expect(await host.apply()).toEqual({ shop: { kind: 'applied' } });
  expect((await host.run('doctor')).stdout).toContain('1 app on this host');
  await push({ shop: { brunch: 'x' } });
  expect((await host.run('validate')).code).toBe(4);
  expect(await host.apply()).toEqual({ shop: { kind: 'unchanged' } });
  server.behave('silent');
  expect(await host.apply()).toEqual({ shop: { kind: 'unchanged' } });
  server.behave('normal');
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0));
  const other = await host.run('status', '--config-repo', 'https://git.example.com/other.git');
  expect(other).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('not with https://git.example.com/other.git main'),
  });
  const same = await host.run('status', '--config-repo', url);
  expect(same).toMatchObject({ code: 0 });
});

test('what only the host may say is refused from a repository, and taken from the host; nothing is removed for it', async () => {
  await become('box-1');
  await push({ shop: {} });
  await using daemon = await host.daemon();
  await runs('shop');
  await push({ shop: { allow: { privileged: ['web'] } } });
  await eventually(async () => expect((await told()).at(-1)).toMatchObject({ kind: 'configuration-failed' }));
  expect(daemon.output()).toContain('says what the app may ask of this host, which a repository may not');
  await push({ shop: { environment: { VERSION: '${file:/etc/hostname}' } } });
  await eventually(() => expect(daemon.output()).toContain('names the file /etc/hostname of this host'));
  expect(await host.ids('shop')).not.toEqual({});
  // Now the host lets it.
  await become('box-1', { config: { host: 'box-1', from: { url, interval: '1s', files: ['/etc'] } } });
  await eventually(async () =>
    expect((await host.version('shop')).trim()).toBe((await readFile('/etc/hostname', 'utf8')).trim()),
  );
});

test('SIGHUP looks at the repository now, however long its interval; over ssh with a key of this host', async () => {
  await using ssh = await sshServer();
  await become('box-1', {
    config: {
      host: 'box-1',
      from: { url: ssh.url(hosts.path), interval: '1h', ssh_key: ssh.key, known_hosts: ssh.knownHosts },
    },
  });
  await push({ shop: { interval: '1h' } });
  await using daemon = await host.daemon();
  await runs('shop');
  await push({ shop: { interval: '1h' }, blog: { interval: '1h' } });
  daemon.signal('SIGHUP');
  await runs('blog');
});

test('a Git server that takes every request and never answers keeps no daemon from starting with the last good one', async () => {
  await push({ shop: { environment: { VERSION: 'one' } } });
  await become('box');
  {
    await using _daemon = await host.daemon();
    await eventually(async () => expect(await host.version('shop')).toBe('one'));
  }
  server.behave('silent');
  await using _daemon = await host.daemon();
  // It gives up that look at its time limit.
  await eventually(async () => expect((await host.run('healthcheck')).code).toBe(0), 25);
  await apps.commit({
    'compose.yaml': stringify({ services: { web: { image, ...light, environment: { VERSION: 'two' } } } }),
  });
  await eventually(async () => expect(await host.version('shop')).toBe('two'), 12);
});
