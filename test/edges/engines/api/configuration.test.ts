import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { configurations, readConfiguration } from '../../../../src/edges/engines/api/configuration.ts';
import recorded from '../recorded/configured.json' with { type: 'json' };
import { json, standInEngine } from '../stand-in-engine.ts';

const fieldsWith = (hostConfig: object, more: object = {}) =>
  readConfiguration({ ...recorded, ...more, HostConfig: { ...recorded.HostConfig, ...hostConfig } }).fields;

/** What an engine tells of a container for which nobody chose anything. */
const plain = {
  Id: 'c'.repeat(64),
  Name: '/plain',
  Config: { User: '', WorkingDir: '', Cmd: null, Entrypoint: null, Env: null, Labels: {} },
  HostConfig: {
    NetworkMode: 'default',
    PortBindings: {},
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    CpuShares: 0,
    CpuQuota: -1,
    CpusetCpus: '',
    PidsLimit: null,
    CapAdd: null,
    SecurityOpt: [],
    Devices: [],
    PidMode: '',
    IpcMode: 'private',
    Privileged: false,
  },
  Mounts: [],
  NetworkSettings: { Networks: {} },
};

test('everything that a real engine was told about a container has a field', () => {
  expect(readConfiguration(recorded)).toEqual({
    id: recorded.Id,
    fields: {
      user: '0:0',
      working_dir: '/www',
      command: '["idle"]',
      entrypoint: '["/bin/sh","-c","exec \\"$@\\"","sh"]',
      'environment.NAME': 'a=b',
      'environment.EMPTY': '',
      'environment.PATH': '/bin',
      'mounts./data': 'volume:(anonymous):rw',
      'mounts./host': 'bind:/etc/hostname:ro',
      'mounts./run': 'tmpfs',
      'mounts./store': 'volume:shop_store:ro',
      'networks.shop_back': '{"aliases":["web"]}',
      'networks.shop_front': '{"aliases":["shop","web","www"],"ipv4":"10.222.9.7"}',
      'ports.80/tcp': '127.0.0.1:',
      'ports.80/udp': '127.0.0.1:',
      'limits.memory': '67108864',
      'limits.memory_swap': '134217728',
      'limits.memory_reservation': '33554432',
      'limits.cpus': '0.5',
      'limits.cpu_shares': '512',
      'limits.cpuset': '0',
      'limits.pids': '100',
      restart: 'on-failure:3',
      read_only: 'true',
      cap_add: 'CHOWN',
      cap_drop: 'NET_RAW',
      security_opt: 'no-new-privileges:true',
      devices: '/dev/null:/dev/xnull:rwm',
    },
  });
});

test('what nobody chose is not told, whatever this engine has for it', () => {
  expect(readConfiguration(plain).fields).toEqual({});
  const { Config, HostConfig } = plain;
  const newer = {
    ...plain,
    Config: { ...Config, WorkingDir: '/', Cmd: [], Env: [] },
    HostConfig: { ...HostConfig, IpcMode: 'shareable', PidsLimit: 0, CpuQuota: 0, RestartPolicy: { Name: '' } },
  };
  expect(readConfiguration(newer).fields).toEqual({});
});

test('a container that stands still in a renaming tells its attachments as before', () => {
  const { Networks } = recorded.NetworkSettings;
  const still = Object.fromEntries(
    Object.entries(Networks).map(([name, of]) => [name, { ...of, NetworkID: '', EndpointID: '', IPAddress: '' }]),
  );
  expect(readConfiguration({ ...recorded, Name: '/renamed', NetworkSettings: { Networks: still } })).toEqual(
    readConfiguration(recorded),
  );
});

test.each([
  ['host', { network_mode: 'host' }],
  ['none', { network_mode: 'none' }],
  ['disabled', { network_mode: 'disabled' }],
  ['container:0a1b', { network_mode: 'container:0a1b' }],
])('a container in network mode %s is attached to nothing of its own', (mode, told) => {
  const networks = { Networks: { [mode]: { Aliases: null, IPAMConfig: null } } };
  const fields = readConfiguration({
    ...plain,
    HostConfig: { ...plain.HostConfig, NetworkMode: mode },
    NetworkSettings: networks,
  }).fields;
  expect(fields).toEqual(told);
});

test('ports are told in one order, with the address that they are bound to', () => {
  const PortBindings = {
    '80/tcp': [
      { HostIp: '::1', HostPort: '8080' },
      { HostIp: '', HostPort: '8080' },
    ],
    '81/tcp': [{ HostIp: '', HostPort: '0' }],
    '82/tcp': null,
  };
  expect(fieldsWith({ PortBindings })).toMatchObject({
    'ports.80/tcp': '0.0.0.0:8080,[::1]:8080',
    'ports.81/tcp': '0.0.0.0:',
  });
  expect(fieldsWith({ PortBindings })).not.toHaveProperty(['ports.82/tcp']);
});

test('rights are told in one order and spelling', () => {
  const rights = { CapAdd: ['SYS_TIME', 'CAP_net_admin'], Privileged: true, PidMode: 'host', IpcMode: 'host' };
  expect(fieldsWith(rights)).toMatchObject({
    cap_add: 'NET_ADMIN,SYS_TIME',
    privileged: 'true',
    pid_mode: 'host',
    ipc_mode: 'host',
  });
});

test('swap without a limit is a choice', () => {
  expect(fieldsWith({ MemorySwap: -1 })).toMatchObject({ 'limits.memory_swap': '-1' });
});

test('a container that is gone is left out', async () => {
  await using engine = await standInEngine(({ url }, response) =>
    url?.includes('gone') ? json(response, 404, { message: 'No such container' }) : json(response, 200, plain),
  );
  expect(await configurations(engineApi(engine.dockerHost), ['gone', 'here'])).toEqual([{ id: plain.Id, fields: {} }]);
});
