import { describe, expect, test } from 'vitest';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import type { PresetName } from '../../src/model/policy.ts';
import type { ReleaseService } from '../../src/model/release.ts';
import type { Gate } from '../../src/model/verdict.ts';
import * as gates from '../../src/policies/index.ts';
import { hex, model, pin, service } from '../support/builders.ts';
import { input, judge, lines } from './support.ts';

type More = Omit<Partial<ComposeModel>, 'services'>;

/** Every row: what is asked, the denial where nothing allows it, and which presets let it through. */
type Row = readonly [ComposeService, line: string, allowedBy: '' | 'homelab' | 'strict', More?];

const rulings = (gate: Gate, asked: ComposeModel, preset: PresetName) =>
  new Set(judge(gate, asked, { preset }).map(({ ruling }) => ruling));

function rows(gate: Gate, all: readonly Row[]): void {
  test.each(all.map(([definition, line, allowedBy, more = {}]) => ({ definition, line, allowedBy, more })))(
    '$definition $more',
    ({ definition, line, allowedBy, more }) => {
      const asked = model({ web: definition }, more);
      const denied = lines(judge(gate, asked, { preset: 'strict' })).filter((each) => each.startsWith('deny'));
      expect(denied).toEqual(allowedBy === 'strict' ? [] : [line]);
      const inHomelab = rulings(gate, asked, 'homelab');
      expect([...inHomelab]).toEqual(allowedBy === 'strict' ? [] : [allowedBy === 'homelab' ? 'allow' : 'deny']);
      expect([...rulings(gate, asked, 'trusted')]).toEqual(allowedBy === 'strict' ? [] : ['allow']);
    },
  );
}

const of = (allowance: string, ...entries: readonly string[]) =>
  `→ apps.shop.allow.${allowance}: [${entries.join(', ')}]`;

describe('capabilities', () => {
  const lift = (name: string) => of('capabilities', name);
  rows(gates.capabilities, [
    [{ cap_add: ['CHOWN', 'cap_net_bind_service'] }, '', 'strict'],
    [{ cap_add: ['NET_ADMIN'] }, `deny web: adds the capability NET_ADMIN ${lift('NET_ADMIN')}`, 'homelab'],
    [{ cap_add: ['sys_ptrace'] }, `deny web: adds the capability SYS_PTRACE ${lift('SYS_PTRACE')}`, 'homelab'],
    ...['SYS_ADMIN', 'cap_sys_module', 'Sys_RawIO', 'DAC_READ_SEARCH', 'ALL', 'BPF', 'SYS_TIME'].map((name): Row => {
      const plain = name.toUpperCase().replace('CAP_', '');
      const reason = `adds the capability ${plain}: with it a container reaches past itself into this host`;
      return [{ cap_add: [name] }, `deny web: ${reason} ${lift(plain)}`, ''];
    }),
    [{ cap_add: ['SYSLOG'] }, `deny web: adds the capability SYSLOG ${lift('SYSLOG')}`, ''],
  ]);

  test('are part of being privileged', () => {
    const asked = model({ web: { cap_add: ['SYS_ADMIN'] }, db: { cap_add: ['SYS_ADMIN'] } });
    expect(lines(judge(gates.capabilities, asked, { allow: { privileged: ['web'] } }))).toEqual([
      expect.stringMatching(/^allow web: .*\(allowed by apps.shop.allow.privileged\)$|^allow web:/),
      expect.stringMatching(/^deny db/),
    ]);
  });
});

describe('devices', () => {
  rows(gates.devices, [
    [
      { devices: [{ source: '/dev/sda', target: '/dev/sda', permissions: 'rwm' }] },
      `deny web: uses the device /dev/sda of this host ${of('devices', '/dev/sda')}`,
      '',
    ],
    [
      { devices: ['/dev/sda:/dev/xvda:r'] },
      `deny web: uses the device /dev/sda of this host, to read ${of('devices', '/dev/sda')}`,
      '',
    ],
    [
      { devices: [{ source: '/dev/dri/../mem' }] },
      `deny web: uses the device /dev/mem of this host ${of('devices', '/dev/mem')}`,
      '',
    ],
    [{ devices: [{ source: 'vendor.com/class=name' }] }, '', 'strict'],
  ]);

  test.each<[string, string, boolean]>([
    ['/dev/dri', '/dev/dri/card0', true],
    ['/dev/dri', '/dev/dri', true],
    ['/dev/dri', '/dev/dri2', false],
    ['/dev/dri/card0', '/dev/dri', false],
  ])('%s allows %s: %s', (entry, source, allowed) => {
    const asked = model({ web: { devices: [{ source }] } });
    expect(judge(gates.devices, asked, { allow: { devices: [entry] } })[0]?.ruling).toBe(allowed ? 'allow' : 'deny');
    // As configurations of before had it.
    expect(judge(gates.devices, asked, { allow: { host_binds: [entry] } })[0]?.ruling).toBe(allowed ? 'allow' : 'deny');
    expect(judge(gates.devices, asked, { allow: { host_binds: [`${entry}:ro`] } })[0]?.ruling).toBe('deny');
  });
});

describe('device rules', () => {
  const line = (rule: string) =>
    `deny web: may make devices of this host for itself (\`device_cgroup_rules: ${rule}\`) ${of('device_cgroup_rules', `"${rule}"`)}`;
  rows(gates.deviceCgroupRules, [
    [{ device_cgroup_rules: ['c 1:1  rwm'] }, line('c 1:1 rwm'), ''],
    [{ device_cgroup_rules: ['a *:* rwm'] }, line('a *:* rwm'), ''],
    [{ device_cgroup_rules: [] }, '', 'strict'],
  ]);
});

describe('GPUs', () => {
  const lift = of('gpus', 'web');
  rows(gates.gpus, [
    [{ gpus: [{ count: -1 }] }, `deny web: uses GPUs of this host (\`gpus\`) ${lift}`, 'homelab'],
    [{ gpus: 'all' }, `deny web: uses GPUs of this host (\`gpus\`) ${lift}`, 'homelab'],
    [
      { deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 1 }] } } } },
      `deny web: uses GPUs of this host (\`deploy.resources.reservations.devices\`) ${lift}`,
      'homelab',
    ],
    [
      { devices: [{ source: 'nvidia.com/gpu=0' }] },
      `deny web: uses the device nvidia.com/gpu=0, which this host hands out ${lift}`,
      'homelab',
    ],
    [{ deploy: { resources: { reservations: { cpus: '0.1' } } } }, '', 'strict'],
  ]);
});

describe('security options', () => {
  const line = (option: string, entry = option) =>
    `deny web: changes how it is fenced in (\`security_opt: ${option}\`) ${of('security_options', entry)}`;
  rows(gates.securityOptions, [
    [{ security_opt: ['no-new-privileges'] }, '', 'strict'],
    [{ security_opt: ['no-new-privileges=true', 'no-new-privileges:true'] }, '', 'strict'],
    [{ security_opt: ['no-new-privileges:false'] }, line('no-new-privileges:false'), ''],
    [{ security_opt: ['seccomp=unconfined'] }, line('seccomp:unconfined'), ''],
    [
      { security_opt: ['seccomp:/state/apps/shop/live/p.json'] },
      line('seccomp:/state/apps/shop/live/p.json', '"seccomp:*"'),
      '',
    ],
    [{ security_opt: ['apparmor:unconfined'] }, line('apparmor:unconfined'), ''],
    [{ security_opt: ['label:disable'] }, line('label:disable'), ''],
    [{ security_opt: ['systempaths=unconfined'] }, line('systempaths:unconfined'), ''],
    [{ security_opt: ['label=type:spc_t'] }, line('label:type:spc_t'), ''],
  ]);
});

describe('kernel parameters', () => {
  rows(gates.sysctls, [
    [
      { sysctls: { 'net.core.somaxconn': '1' } },
      `deny web: sets the kernel parameter net.core.somaxconn ${of('sysctls', 'net.core.somaxconn')}`,
      'homelab',
    ],
    [
      { sysctls: { 'net/ipv4/ip_forward': '1' } },
      `deny web: sets the kernel parameter net.ipv4.ip_forward ${of('sysctls', 'net.ipv4.ip_forward')}`,
      'homelab',
    ],
    [
      { sysctls: ['kernel.panic=1'] as never },
      `deny web: sets the kernel parameter kernel.panic ${of('sysctls', 'kernel.panic')}`,
      '',
    ],
  ]);
});

describe('runtimes and log drivers', () => {
  rows(gates.runtimes, [
    [{ runtime: 'runc' }, '', 'strict'],
    [{ runtime: 'runsc' }, `deny web: is run by runsc ${of('runtimes', 'runsc')}`, 'homelab'],
    [
      { runtime: 'io.containerd.own.v1' },
      `deny web: is run by io.containerd.own.v1 ${of('runtimes', 'io.containerd.own.v1')}`,
      '',
    ],
  ]);
  rows(gates.logDrivers, [
    [{ logging: { driver: 'json-file', options: { 'max-size': '1m' } } }, '', 'strict'],
    [{ logging: { options: { 'max-size': '1m' } } }, '', 'strict'],
    [
      { logging: { driver: 'syslog' } },
      `deny web: logs through the driver syslog ${of('log_drivers', 'syslog')}`,
      'homelab',
    ],
    [
      { logging: { driver: 'acme/ship:1' } },
      `deny web: logs through the driver acme/ship:1 ${of('log_drivers', 'acme/ship:1')}`,
      '',
    ],
  ]);
});

describe('container names', () => {
  rows(gates.containerNames, [
    [{ container_name: 'db' }, `deny web: names its container db ${of('container_names', 'db')}`, 'homelab'],
  ]);
});

describe('volumes', () => {
  const volumes = (definition: object, key = 'data'): More => ({ volumes: { [key]: definition } });
  rows(gates.volumeDrivers, [
    [{}, '', 'strict', volumes({ driver: 'local' })],
    [{}, '', 'strict', volumes({ external: true, driver: 'x' })],
    [
      {},
      `deny app: the volume data is made by the driver local-persist ${of('volume_drivers', 'local-persist')}`,
      '',
      volumes({ driver: 'local-persist', driver_opts: { mountpoint: '/etc' } }),
    ],
  ]);
  rows(gates.volumeTypes, [
    [{}, '', 'strict', volumes({ driver_opts: { type: 'tmpfs', device: 'tmpfs' } })],
    [{}, '', 'strict', volumes({ driver_opts: { o: 'bind', device: '/etc' } })],
    [
      {},
      `deny app: the volume data mounts the file system nfs ${of('volume_types', 'nfs')}`,
      'homelab',
      volumes({ driver_opts: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/x' } }),
    ],
    [
      {},
      `deny app: the volume data mounts the file system proc ${of('volume_types', 'proc')}`,
      '',
      volumes({ driver_opts: { type: 'proc', device: 'proc' } }),
    ],
    [
      {},
      `deny app: the volume data mounts the file system ext4 ${of('volume_types', 'ext4')}`,
      '',
      volumes({ driver: 'local', driver_opts: { type: 'ext4', device: '/dev/sda1' } }),
    ],
  ]);
  const others = (name: string) =>
    `deny app: the volume data is ${name}, which may be another app’s ${of('external_volumes', name)}`;
  rows(gates.externalVolumes, [
    [{}, '', 'strict', volumes({ name: 'shop_data' })],
    [{}, '', 'strict', { volumes: { data: null } }],
    [{}, others('data'), 'homelab', volumes({ external: true })],
    [{}, others('blog_data'), 'homelab', volumes({ external: true, name: 'blog_data' })],
    [{}, others('blog_data'), 'homelab', volumes({ name: 'blog_data' })],
    // Its own name, but it says itself that somebody else made it.
    [{}, others('shop_data'), 'homelab', volumes({ name: 'shop_data', external: true })],
  ]);
});

describe('networks', () => {
  const networks = (definition: object): More => ({ networks: { front: definition } });
  rows(gates.networkDrivers, [
    [{}, '', 'strict', networks({ name: 'shop_front', driver: 'bridge' })],
    [
      {},
      `deny app: the network front is made by the driver macvlan ${of('network_drivers', 'macvlan')}`,
      'homelab',
      networks({ driver: 'macvlan' }),
    ],
    [
      {},
      `deny app: the network front is made by the driver weave ${of('network_drivers', 'weave')}`,
      '',
      networks({ driver: 'weave' }),
    ],
  ]);
  const others = (name: string) =>
    `deny app: the network front is ${name}, which is not this app’s own ${of('external_networks', name)}`;
  rows(gates.externalNetworks, [
    [{}, '', 'strict', networks({ name: 'shop_front' })],
    [{}, others('proxy'), 'homelab', networks({ name: 'proxy', external: true })],
    [{}, others('proxy'), 'homelab', networks({ name: 'proxy' })],
    [{}, others('bridge'), 'homelab', networks({ name: 'bridge', external: true })],
    [
      { network_mode: 'blog_default' },
      `deny web: joins the network blog_default (\`network_mode\`), which is not this app’s own ${of('external_networks', 'blog_default')}`,
      'homelab',
    ],
    [
      { network_mode: 'bridge' },
      `deny web: joins the network bridge (\`network_mode\`), which is not this app’s own ${of('external_networks', 'bridge')}`,
      'homelab',
    ],
    [{ network_mode: 'none' }, '', 'strict'],
    [{ network_mode: 'disabled' }, '', 'strict'],
    [{ network_mode: 'service:db' }, '', 'strict'],
  ]);

  const host = 'the host’s own';
  rows(gates.hostNamespaces, [
    [
      {},
      `deny web: the network front is host, ${host} ${of('host_namespaces', 'web')}`,
      '',
      networks({ name: 'host', external: true }),
    ],
    [
      {},
      `deny web: the network front is 8fb211, which may be the id of ${host} ${of('host_namespaces', 'web')}`,
      '',
      networks({ name: '8fb211', external: true }),
    ],
    [
      { network_mode: '8fb2' },
      `deny web: joins the network 8fb2 (\`network_mode\`), which may be the id of ${host} ${of('host_namespaces', 'web')}`,
      '',
    ],
    [
      { ipc: 'container:x' },
      `deny web: joins a container outside this app (\`ipc: container:x\`) ${of('host_namespaces', 'web')}`,
      '',
    ],
    [
      { userns_mode: 'keep-id' },
      `deny web: joins the host’s namespace (\`userns_mode: keep-id\`) ${of('host_namespaces', 'web')}`,
      '',
    ],
    [
      { volumes: [{ type: 'bind', source: '/srv', target: '/x', bind: { propagation: 'rshared' } }] },
      `deny web: shares what is mounted at /x with the host (\`propagation: rshared\`) ${of('host_namespaces', 'web')}`,
      '',
    ],
    [{ volumes: [{ type: 'bind', source: '/srv', target: '/x', bind: { propagation: 'rslave' } }] }, '', 'strict'],
  ]);

  test('one that looks like an id is let in by its name, not by a pattern', () => {
    const asked = model({ web: {} }, networks({ name: 'cafe', external: true }));
    expect(judge(gates.hostNamespaces, asked, { allow: { external_networks: ['cafe'] } })).toMatchObject([
      { ruling: 'allow' },
    ]);
    expect(judge(gates.hostNamespaces, asked, { allow: { external_networks: ['ca*'] } })).toMatchObject([
      { ruling: 'deny' },
    ]);
    const hosts = model({ web: {} }, networks({ name: 'host', external: true }));
    expect(judge(gates.hostNamespaces, hosts, { allow: { external_networks: ['host'] } })).toMatchObject([
      { ruling: 'deny' },
    ]);
  });
});

describe('ports', () => {
  const port = (published: string | undefined, host_ip?: string): ComposeService => ({
    ports: [
      { target: 80, protocol: 'tcp', ...(published && { published }), ...(host_ip !== undefined && { host_ip }) },
    ],
  });
  const line = (which: string, entry: string) => `deny web: publishes ${which} → apps.shop.allow.ports: ["${entry}"]`;
  rows(gates.ports, [
    [port('8080', '127.0.0.1'), '', 'strict'],
    [port('8080', '::1'), '', 'strict'],
    [port('1024-2000', '127.0.0.1'), '', 'strict'],
    [port(undefined, '127.0.0.1'), '', 'strict'],
    [port('1000-2000', '127.0.0.1'), line('the port 1000-2000/tcp on 127.0.0.1', '127.0.0.1:1000-2000'), 'homelab'],
    [port('443'), line('the port 443/tcp on every address of this host', '443'), 'homelab'],
    [port('8080', '0.0.0.0'), line('the port 8080/tcp on every address of this host', '8080'), 'homelab'],
    [port('8080', '::'), line('the port 8080/tcp on every address of this host', '8080'), 'homelab'],
    [port('8080', '10.0.0.1'), line('the port 8080/tcp on 10.0.0.1', '10.0.0.1:8080'), 'homelab'],
    [port('8080', '0:0::1'), line('the port 8080/tcp on 0:0::1', '[0:0::1]:8080'), 'homelab'],
    [port(undefined), line('a port that the engine picks on every address of this host', '32768-65535'), 'homelab'],
  ]);

  test('that cannot be read are covered by nothing', () => {
    const denied = { ruling: 'deny', lift: 'apps.shop.allow.ports: [http]' };
    expect(judge(gates.ports, model({ web: port('http') }), { preset: 'trusted' })).toMatchObject([denied]);
    expect(judge(gates.ports, model({ web: port('70000') }), { preset: 'trusted' })).toMatchObject([
      { ruling: 'deny' },
    ]);
  });

  test('the line of several has them all', () => {
    const asked = model({ web: { ports: [...(port('80').ports ?? []), ...(port('443').ports ?? [])] } });
    expect(judge(gates.ports, asked, { preset: 'strict', allow: { ports: ['22'] } })[0]?.lift).toBe(
      'apps.shop.allow.ports: ["22", "80", "443"]',
    );
  });
});

describe('registries', () => {
  const run = (requested: string, more: Partial<ReleaseService['image']> = {}) => ({
    release: { services: [service('web', { image: pin(requested, more) })] },
  });
  const from = (requested: string, host: string) => `deny web: runs ${requested}, of ${host} ${of('registries', host)}`;

  test.each([
    ['nginx:1', 'docker.io'],
    ['acme/web:1', 'docker.io'],
    ['docker.io/library/nginx', 'docker.io'],
    ['index.docker.io/acme/web:1', 'docker.io'],
    ['ghcr.io/acme/web:1', 'ghcr.io'],
    ['localhost/web', 'localhost'],
    [`sha256:${hex(1)}`, 'local'],
  ])('%s is of %s', (image, host) => {
    expect(lines(judge(gates.registries, model({}), { preset: 'strict', ...run(image) }))).toEqual([from(image, host)]);
    expect(judge(gates.registries, model({}), run(image))).toMatchObject([{ ruling: 'allow' }]);
  });

  test('with a port they are quoted', () => {
    expect(judge(gates.registries, model({}), { preset: 'strict', ...run('reg.example:5000/x') })[0]?.lift).toBe(
      'apps.shop.allow.registries: [reg.example:5000]',
    );
  });

  test.each([
    ['ghcr.io', 'ghcr.io/acme/web:1', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/web:1', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme-evil/web:1', false],
    ['ghcr.io', 'ghcr.io.evil.example/acme/web:1', false],
    ['docker.io/library/*', 'nginx', true],
    ['docker.io/library/*', 'acme/nginx', false],
    ['docker.io/library/nginx', 'index.docker.io/nginx', true],
  ])('%s lets %s in: %s', (entry, image, allowed) => {
    const found = judge(gates.registries, model({}), {
      preset: 'strict',
      allow: { registries: [entry] },
      ...run(image),
    });
    expect(found).toMatchObject([{ ruling: allowed ? 'allow' : 'deny' }]);
  });

  test('what is built here is no registry’s', () => {
    const built = run('harbormaster.local/shop/web:1', { from: 'build' });
    expect(judge(gates.registries, model({}), { preset: 'strict', ...built })).toEqual([]);
  });
});

describe('builds and replicas', () => {
  const builds = [{ service: 'web', tag: 't', section: { context: '.' }, paths: [] }];
  test('a build is asked for service by service', () => {
    const asked = model({ web: {}, db: {} });
    expect(lines(judge(gates.builds, asked, { preset: 'strict', release: { builds } }))).toEqual([
      `deny web: is built on this host ${of('builds', 'web')}`,
    ]);
    expect(judge(gates.builds, asked, { release: { builds } })).toMatchObject([{ ruling: 'allow' }]);
  });

  const many = (replicas: number) => ({ release: { services: [service('web', { replicas }), service('db')] } });
  test('as many containers as the host says', () => {
    expect(judge(gates.replicas, model({}), { preset: 'strict', ...many(10) })).toEqual([]);
    expect(lines(judge(gates.replicas, model({}), { preset: 'strict', ...many(11) }))).toEqual([
      'deny web: runs 11 containers, and 10 are allowed → apps.shop.allow.replicas: 11',
    ]);
    expect(lines(judge(gates.replicas, model({}), many(50)))).toEqual([
      'allow web: runs 50 containers (allowed by the preset homelab)',
    ]);
    expect(lines(judge(gates.replicas, model({}), { allow: { replicas: 60 }, ...many(55) }))).toEqual([
      'allow web: runs 55 containers (allowed by apps.shop.allow.replicas)',
    ]);
    expect(judge(gates.replicas, model({}), { host: { replicas: 20 }, ...many(30) })).toMatchObject([
      { ruling: 'deny' },
    ]);
  });
});

describe('keys', () => {
  const uses = (key: string, who = 'web') =>
    `deny ${who}: ${who === 'app' ? 'the compose file ' : ''}uses \`${key}\`, which is not on the list of keys ${of('keys', key)}`;
  rows(gates.keys, [
    [
      { image: 'x', environment: { A: '1' }, deploy: { replicas: 1, resources: { limits: { memory: '1' } } } },
      '',
      'strict',
    ],
    [{ ulimits: { nofile: { soft: 1, hard: 2 }, nproc: 3 } }, '', 'strict'],
    [{ mac_address: '00:00:00:00:00:01' }, uses('services.mac_address'), 'homelab'],
    [{ oom_score_adj: -1000 }, uses('services.oom_score_adj'), 'homelab'],
    [{ cgroup_parent: 'x' }, uses('services.cgroup_parent'), ''],
    [{ annotations: { a: 'b' } }, uses('services.annotations'), ''],
    [{ newest: { of: ['all'] } }, uses('services.newest'), ''],
    [{ deploy: { newest: 1 } }, uses('services.deploy.newest'), ''],
    [{ hostname: { a: 1 } }, uses('services.hostname.a'), ''],
    [{ volumes: [{ type: 'image', source: 'x', target: '/x' }] }, uses('services.volumes.image'), ''],
    [{ volumes: [{ type: 'npipe', source: 'x', target: '/x' }] }, uses('services.volumes.npipe'), ''],
    [{}, uses('models', 'app'), '', { models: { llm: { model: 'x' } } }],
    [{}, uses('networks.driver_opts', 'app'), 'homelab', { networks: { a: { driver_opts: { x: 'y' } } } }],
    [{}, uses('secrets.driver', 'app'), '', { secrets: { a: { driver: 'x' } } }],
    [{ constructor: 1 } as never, uses('services.constructor'), ''],
  ]);

  test.each([
    [{ cache_to: ['type=local,dest=/etc'] }, 'services.build.cache_to'],
    [{ cache_from: ['type=local,src=/'] }, 'services.build.cache_from.local'],
    [{ cache_from: ['a/b', 'mode=max,type=s3'] }, 'services.build.cache_from.s3'],
    [{ ssh: ['default'] }, 'services.build.ssh'],
    [{ tags: ['nginx:latest'] }, 'services.build.tags'],
  ])('of a build: %j', (section, key) => {
    const builds = [
      { service: 'web', tag: 't', section: { context: '.', cache_from: ['x/y'], ...section }, paths: [] },
    ];
    const denied = judge(gates.keys, model({ web: {} }), { release: { builds } }).filter(
      ({ ruling }) => ruling === 'deny',
    );
    expect(lines(denied)).toEqual([uses(key)]);
    expect(judge(gates.keys, model({ web: {} }), { allow: { keys: [key] }, release: { builds } })).not.toContainEqual(
      expect.objectContaining({ ruling: 'deny' }),
    );
  });

  test('the line names each key once, and what is allowed already', () => {
    const asked = model({ web: { cgroup_parent: 'x' }, db: { cgroup_parent: 'x', annotations: {} } });
    expect(judge(gates.keys, asked, { allow: { keys: ['services.isolation'] } })[0]?.lift).toBe(
      'apps.shop.allow.keys: [services.isolation, services.cgroup_parent, services.annotations]',
    );
  });
});

test('whose word it was is told', () => {
  const asked = model({ web: { cap_add: ['NET_ADMIN'] } });
  const why = (judged: object) => judge(gates.capabilities, asked, judged)[0]?.reason.replace(/.*\(allowed by /, '');
  expect(why({})).toBe('the preset homelab)');
  expect(why({ preset: 'trusted' })).toBe('the preset trusted)');
  expect(why({ preset: 'strict', host: { capabilities: ['NET_ADMIN'] } })).toBe('policy.capabilities)');
  expect(why({ preset: 'strict', allow: { capabilities: ['NET_ADMIN'] } })).toBe('apps.shop.allow.capabilities)');
});

test('every plan says by which policy it was judged', () => {
  const said = (judged: object) => gates.judgedBy.judge(input(model({}), judged)).map(({ reason }) => reason);
  expect(said({})).toEqual(['judged by the preset homelab']);
  expect(said({ preset: 'strict', host: { ports: [] }, allow: { ports: ['80'] } })).toEqual([
    'judged by the preset strict, with this host’s own word on ports; apps.shop.allow adds ports',
  ]);
});
