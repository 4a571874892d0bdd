import { describe, expect, test } from 'vitest';
import type { ComposeModel, ComposeMount, ComposeService } from '../../src/model/compose-model.ts';
import { engineSocket } from '../../src/policies/engine-socket.ts';
import { hostBinds } from '../../src/policies/host-binds.ts';
import { folders, model } from '../support/builders.ts';
import { judge, lines } from './support.ts';

const bind = (source: string, more: Partial<ComposeMount> = {}): ComposeMount => ({
  type: 'bind',
  source,
  target: '/x',
  ...more,
});
const web = (...volumes: readonly ComposeMount[]): ComposeModel => model({ web: { volumes: [...volumes] } });
const allow = (...host_binds: readonly string[]) => ({ allow: { host_binds } });

describe('a path of the host outside the app', () => {
  test('is denied, with the line that allows just this', () => {
    expect(lines(judge(hostBinds, web(bind('/srv/media'))))).toEqual([
      'deny web: reaches /srv/media of this host, writable, through a bind mount → apps.shop.allow.host_binds: [/srv/media]',
    ]);
    expect(lines(judge(hostBinds, web(bind('/srv/media', { read_only: true }))))).toEqual([
      'deny web: reaches /srv/media of this host, through a bind mount → apps.shop.allow.host_binds: [/srv/media:ro]',
    ]);
  });

  test('of several: every line has all of them, and what is allowed already', () => {
    const found = judge(hostBinds, web(bind('/a'), bind('/b', { read_only: true }), bind('/c')), allow('/c', '/d:ro'));
    expect(found.map(({ ruling }) => ruling)).toEqual(['deny', 'deny', 'allow']);
    expect(found[0]?.lift).toBe('apps.shop.allow.host_binds: [/c, /d:ro, /a, /b:ro]');
    expect(found[1]?.lift).toBe(found[0]?.lift);
  });

  test('is quoted where YAML would read something else', () => {
    expect(judge(hostBinds, web(bind('/srv/a, b #1')))[0]?.lift).toBe('apps.shop.allow.host_binds: ["/srv/a, b #1"]');
  });

  test('is what the path leads to, not what it says', () => {
    const sneaky = bind('/state/apps/shop/live/../../blog/data');
    expect(judge(hostBinds, web(sneaky))[0]?.reason).toContain('reaches /state/apps/blog/data of this host');
    expect(judge(hostBinds, web(bind('/srv/../etc')), allow('/srv'))).toMatchObject([{ ruling: 'deny' }]);
  });

  test('includes everything above the app’s own folders, and those of other apps', () => {
    for (const path of ['/', '/state', '/state/apps', '/state/apps/shop', '/state/apps/shop/live-2', '/state/keys']) {
      expect(judge(hostBinds, web(bind(path)))).toMatchObject([{ ruling: 'deny' }]);
    }
  });

  test('is written with doubled dollar signs in a rendering', () => {
    expect(judge(hostBinds, web(bind('/srv/a$$b')), allow('/srv/a$b'))).toMatchObject([{ ruling: 'allow' }]);
  });
});

test('the app’s own folders are its own', () => {
  const own = ['live', 'live/conf', 'data', 'cache/x'].map((folder) => bind(`/state/apps/shop/${folder}`));
  expect(judge(hostBinds, web(...own))).toEqual([]);
});

describe('a link that somebody put on the way', () => {
  const data = '/state/apps/shop/data';
  const planted = (path: string, target: string, more: object = {}) =>
    judge(hostBinds, web(bind(path)), { links: { [path]: target }, ...more });

  test('must not lead out of the app’s own folders', () => {
    expect(lines(planted(`${data}/x`, '/etc'))).toEqual([
      `deny web: reaches ${data}/x (which leads to /etc) of this host, writable, through a bind mount → apps.shop.allow.host_binds: [/etc]`,
    ]);
    expect(planted(`${data}/x`, '/state/apps/blog/data')).toMatchObject([{ ruling: 'deny' }]);
  });

  test('may lead to elsewhere in them', () => {
    expect(planted(`${data}/x`, `${data}/y`)).toEqual([]);
    expect(planted(`${folders.live}/x`, `${data}/y`)).toEqual([]);
  });

  test('must not lead out of what the host’s owner named', () => {
    expect(planted('/srv/x', '/etc', { allow: { host_binds: ['/srv'] } })).toMatchObject([{ ruling: 'deny' }]);
    expect(planted('/srv/x', '/srv/y', { allow: { host_binds: ['/srv'] } })).toMatchObject([{ ruling: 'allow' }]);
    expect(planted('/srv/x', '/etc', { allow: { host_binds: ['/srv', '/etc'] } })).toMatchObject([{ ruling: 'allow' }]);
  });

  test('is his own where he named the link itself', () => {
    const links = { '/srv/media': '/mnt/disk', '/srv/media/films': '/mnt/disk/films', '/etc/localtime': '/usr/zone' };
    const allowed = { allow: { host_binds: ['/srv/media'] }, links };
    expect(judge(hostBinds, web(bind('/srv/media/films')), allowed)).toMatchObject([{ ruling: 'allow' }]);
    expect(judge(hostBinds, web(bind('/etc/localtime', { read_only: true })), { links })).toMatchObject([
      { ruling: 'allow' },
    ]);
  });

  test('does not hide the state folder when that is reached by a link itself', () => {
    const links = { '/state/apps/shop/data': '/big/data', '/state/apps/shop/data/x': '/big/data/x' };
    expect(judge(hostBinds, web(bind('/state/apps/shop/data/x')), { links })).toEqual([]);
  });

  test('must not lead to the engine’s socket', () => {
    const links = { [`${data}/x`]: '/run/docker.sock' };
    expect(judge(engineSocket, web(bind(`${data}/x`)), { links })).toMatchObject([{ ruling: 'deny' }]);
  });
});

describe('an allowance', () => {
  test.each<[string, string, boolean, 'allow' | 'deny']>([
    ['/srv', '/srv', false, 'allow'],
    ['/srv', '/srv/media/x', false, 'allow'],
    ['/srv/', '/srv/media', false, 'allow'],
    ['/srv', '/srv-2', false, 'deny'],
    ['/srv/media', '/srv', false, 'deny'],
    ['/srv:ro', '/srv/media', true, 'allow'],
    ['/srv:ro', '/srv/media', false, 'deny'],
    ['/srv:rw', '/srv/media', false, 'allow'],
    ['/', '/etc', false, 'allow'],
    ['/:ro', '/etc', true, 'allow'],
  ])('of %s for %s, read-only %s: %s', (entry, path, read_only, ruling) => {
    expect(judge(hostBinds, web(bind(path, { read_only })), allow(entry))).toMatchObject([{ ruling }]);
  });
});

describe('ways to a path of the host', () => {
  const volume = (driver_opts: Record<string, string>): ComposeModel =>
    model({ web: { volumes: [{ type: 'volume', source: 'v', target: '/x' }] } }, { volumes: { v: { driver_opts } } });

  test.each<[string, ComposeModel, string]>([
    [
      'a volume that is a bind in disguise',
      volume({ type: 'none', o: 'bind', device: '/etc' }),
      '/etc of this host, writable, through the volume v',
    ],
    [
      'one without a leading slash, found from the engine’s own folder',
      volume({ type: 'none', o: 'rw,bind', device: 'etc' }),
      '/etc of this host',
    ],
    ['one that climbs', volume({ o: 'bind', device: './../root' }), '/root of this host'],
    ['one that calls itself a share', volume({ type: 'nfs', o: 'bind', device: '/etc' }), '/etc of this host'],
    ['a disk of the host', volume({ type: 'ext4', device: '/dev/sda1' }), '/dev/sda1 of this host'],
    [
      'a folder under an overlay',
      volume({ type: 'overlay', device: 'overlay', o: 'lowerdir=/etc,upperdir=/tmp/u,workdir=/tmp/w' }),
      '/etc of this host',
    ],
    [
      'a config',
      model({ web: { configs: [{ source: 'c' }] } }, { configs: { c: { file: '/etc/passwd' } } }),
      '/etc/passwd of this host, through the config c',
    ],
    [
      'a secret',
      model({ web: { secrets: [{ source: 's' }] } }, { secrets: { s: { file: '/etc/shadow' } } }),
      '/etc/shadow of this host, through the secret s',
    ],
    [
      'a seccomp profile',
      model({ web: { security_opt: ['seccomp:/etc/x.json'] } }),
      '/etc/x.json of this host, through its seccomp profile',
    ],
  ])('%s', (_, rendered, reason) => {
    expect(judge(hostBinds, rendered)[0]).toMatchObject({
      ruling: 'deny',
      service: 'web',
      reason: expect.stringContaining(`reaches ${reason}`),
    });
  });

  test('an overlay names all of its folders', () => {
    const overlay = volume({ type: 'overlay', device: 'overlay', o: 'lowerdir=/a:/b,upperdir=/c,workdir=/d' });
    expect(judge(hostBinds, overlay).map(({ reason }) => reason.split(' ')[1])).toEqual(['/a', '/b', '/c', '/d']);
  });

  test.each<[string, ComposeService, Omit<Partial<ComposeModel>, 'services'>]>([
    [
      'an ordinary volume',
      { volumes: [{ type: 'volume', source: 'v', target: '/x' }] },
      { volumes: { v: { name: 'x' } } },
    ],
    [
      'a volume without a definition',
      { volumes: [{ type: 'volume', source: 'v', target: '/x' }] },
      { volumes: { v: null } },
    ],
    ['an anonymous volume', { volumes: [{ type: 'volume', target: '/x' }] }, {}],
    ['memory', { volumes: [{ type: 'tmpfs', target: '/x' }] }, {}],
    [
      'memory as a volume',
      { volumes: [{ type: 'volume', source: 'v', target: '/x' }] },
      { volumes: { v: { driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' } } } },
    ],
    [
      'a share of NFS',
      { volumes: [{ type: 'volume', source: 'v', target: '/x' }] },
      { volumes: { v: { driver_opts: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/x' } } } },
    ],
    [
      'a share of Windows',
      { volumes: [{ type: 'volume', source: 'v', target: '/x' }] },
      { volumes: { v: { driver_opts: { type: 'cifs', device: '//nas/x' } } } },
    ],
    [
      'a config from text or a variable',
      { configs: [{ source: 'c' }, { source: 'd' }] },
      { configs: { c: { content: '/etc' }, d: { environment: 'X' } } },
    ],
    ['a device, which has a gate of its own', { devices: [{ source: '/dev/dri' }] }, {}],
    ['a config that nobody is granted', {}, { configs: { c: { file: '/etc/passwd' } } }],
    ['profiles of the engine', { security_opt: ['seccomp:unconfined', 'apparmor:/x'] }, {}],
  ])('%s is none', (_, definition, more) => {
    expect(judge(hostBinds, model({ web: definition }, more))).toEqual([]);
  });

  test('the engine’s socket is for its own gate', () => {
    expect(judge(hostBinds, web(bind('/var/run/docker.sock')))).toEqual([]);
  });
});
