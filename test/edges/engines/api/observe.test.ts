import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { listContainers, listGhosts, readContainers } from '../../../../src/edges/engines/api/observe.ts';
import inspected from '../recorded/container.json' with { type: 'json' };
import recorded from '../recorded/containers.json' with { type: 'json' };
import { json, standInEngine } from '../stand-in-engine.ts';

test('the list of a real engine tells everything that a pass needs', () => {
  const imageId = 'sha256:73a8e604a9c95eb6340f4fb8a5285b42dcae925cb4489bcb47f95ef897070601';
  const ours = { project: 'shop', oneOff: false, instance: 'host-1', app: 'shop', imageId, image: 'shop/web:1' };
  expect(readContainers(recorded)).toEqual([
    {
      ...ours,
      id: '347dadb6e40a8c6a3c7aebbfbca56582ee0d141fe5e2d90a6275459cf950c11f',
      name: 'shop-idle-1',
      service: 'idle',
      digest: '2fidle',
      state: 'paused',
      health: 'none',
      exitCode: undefined,
      joins: undefined,
      ports: [],
    },
    {
      ...ours,
      id: 'ad836bf473b6652227b73a7ce73afb09db2a94b87d90f656dcec12dcd01fac1e',
      name: 'shop-web-1',
      service: 'web',
      digest: '6cweb',
      state: 'running',
      health: 'healthy',
      exitCode: undefined,
      joins: undefined,
      ports: [{ hostIp: '127.0.0.1', port: 32768, protocol: 'tcp' }],
    },
    expect.objectContaining({ ...ours, service: 'job', state: 'exited', health: 'none', exitCode: 3, ports: [] }),
  ]);
});

test('a container of somebody else has no labels of ours, and its own name even when others link to it', () => {
  const raw = {
    Id: 'x',
    Names: ['/web/db', '/db'],
    ImageID: 'sha256:1',
    State: 'running',
    Status: 'Up 1 second',
    Ports: null,
    Labels: null,
  };
  expect(readContainers([raw])).toMatchObject([
    {
      name: 'db',
      project: undefined,
      service: undefined,
      instance: undefined,
      digest: undefined,
      oneOff: false,
      ports: [],
    },
  ]);
});

test('a one-off container is told apart, and ports that are not published do not count', () => {
  const raw = {
    Id: 'x',
    Names: ['/x'],
    State: 'exited',
    Labels: { 'com.docker.compose.oneoff': 'True' },
    Ports: [{ PrivatePort: 80, Type: 'tcp' }],
  };
  expect(readContainers([raw])).toMatchObject([{ oneOff: true, ports: [] }]);
});

test('a container in the network of another one tells which', () => {
  const joined = (HostConfig: unknown) => readContainers([{ Id: 'x', Names: ['/x'], HostConfig }])[0]?.joins;
  expect(joined({ NetworkMode: 'container:347dadb6e40a' })).toBe('347dadb6e40a');
  for (const other of [{ NetworkMode: 'shop_default' }, { NetworkMode: 'host' }, {}, undefined]) {
    expect(joined(other)).toBeUndefined();
  }
});

test('a state that is not known is no running one', () => {
  expect(readContainers([{ Id: 'x', Names: ['/x'], State: 'dreaming' }])).toMatchObject([{ state: 'dead' }]);
});

test("Compose's own hash is told", () => {
  const Labels = { 'com.docker.compose.config-hash': '0a1b' };
  expect(readContainers([{ Id: 'x', Names: ['/x'], Labels }])).toMatchObject([{ configHash: '0a1b' }]);
});

test('what is being removed counts as long as the engine knows it; what it only lists for ever is told apart', async () => {
  const [container] = recorded;
  const listed = ['running', 'leaving', 'ghost'].map((id) => ({
    ...container,
    Id: id,
    State: id === 'running' ? id : 'removing',
  }));
  await using engine = await standInEngine(({ url }, response) => {
    if (url?.includes('/containers/json')) json(response, 200, listed);
    else if (url?.includes('/leaving/')) json(response, 200, inspected);
    else json(response, 404, { message: 'No such container: ghost' });
  });
  const api = engineApi(engine.dockerHost);
  expect((await listContainers(api)).map(({ id }) => id)).toEqual(['running', 'leaving']);
  // One that runs is taken from the list.
  expect(engine.calls.filter((call) => call.includes('/running/'))).toEqual([]);
  expect((await listGhosts(api, 'shop')).map(({ id }) => id)).toEqual(['ghost']);
});

test('what is gone from the list a moment later was being removed in that moment', async () => {
  let looks = 0;
  await using engine = await standInEngine(({ url }, response) => {
    if (!url?.includes('/containers/json')) json(response, 404, { message: 'No such container' });
    else json(response, 200, looks++ === 0 ? [{ ...recorded[0], State: 'removing' }] : []);
  });
  expect(await listGhosts(engineApi(engine.dockerHost), 'shop')).toEqual([]);
  expect(looks).toBe(2);
});

test('what is being removed and is not told of, or not soon, counts, and keeps nobody waiting', async () => {
  const listed = ['silent', 'broken'].map((id) => ({ ...recorded[0], Id: id, State: 'removing' }));
  await using engine = await standInEngine(({ url }, response) => {
    if (url?.includes('/containers/json')) json(response, 200, listed);
    else if (url?.includes('/broken/')) json(response, 500, { message: 'device is busy' });
    // The other one is never answered.
  });
  const began = performance.now();
  expect((await listContainers(engineApi(engine.dockerHost))).map(({ id }) => id)).toEqual(['silent', 'broken']);
  expect(performance.now() - began).toBeLessThan(10_000);
});
