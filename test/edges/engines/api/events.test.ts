import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { followEvents, type Rhythm } from '../../../../src/edges/engines/api/events.ts';
import type { EngineEvent } from '../../../../src/model/observed.ts';
import { json, standInEngine } from '../stand-in-engine.ts';

const project = { 'com.docker.compose.project': 'shop' };
const of = (Action: string, ID = 'c1', Attributes: object = project) => ({
  Type: 'container',
  Action,
  Actor: { ID, Attributes },
});
const onNetwork = (Action: string, container: string) => ({
  Type: 'network',
  Action,
  Actor: { ID: 'n1', Attributes: { container, name: 'shop_default' } },
});

/** An engine whose stream of events a test writes; it lists `c2` of project `shop`, and no other. */
async function streaming(rhythm: Rhythm = { every: 20, limit: 300 }) {
  let opened: (response: ServerResponse) => void = () => undefined;
  const stream = new Promise<ServerResponse>((resolve) => {
    opened = resolve;
  });
  const engine = await standInEngine(({ url }, response) => {
    if (!url?.includes('/events'))
      return json(response, 200, url?.includes('c2') ? [{ Id: 'c2', Labels: project }] : []);
    response.writeHead(200).flushHeaders();
    return opened(response);
  });
  const told: EngineEvent[] = [];
  const aborter = new AbortController();
  const following = followEvents(
    engineApi(engine.dockerHost),
    (event) => void told.push(event),
    aborter.signal,
    rhythm,
  );
  return Object.assign(engine, {
    told,
    following,
    stop: () => aborter.abort(),
    stream,
    write: async (...events: unknown[]) => {
      for (const event of events) (await stream).write(`${JSON.stringify(event)}\n`);
    },
  });
}

test('the filter is the engine’s work', async () => {
  await using engine = await streaming();
  await engine.stream;
  const query = new URL(engine.calls[0]?.replace('GET ', 'http://x') ?? '').searchParams;
  expect(JSON.parse(query.get('filters') ?? '')).toEqual({
    type: ['container', 'network'],
    event: expect.arrayContaining(['die', 'health_status', 'connect', 'rename', 'update']),
  });
  engine.stop();
  await engine.following;
});

test('it is told from when on it listens, then what happens to the containers of projects', async () => {
  await using engine = await streaming();
  await expect.poll(() => engine.told).toEqual([{ kind: 'connected' }]);
  await engine.write(
    of('die'),
    of('health_status: unhealthy'),
    of('start', 'loner', {}),
    onNetwork('disconnect', 'c2'),
    onNetwork('connect', 'gone'),
    { Type: 'network', Action: 'create', Actor: { ID: 'n2', Attributes: { name: 'x' } } },
    { Type: 'strange' },
    of('rename'),
  );
  const container = { kind: 'container', id: 'c1', project: 'shop' };
  await expect
    .poll(() => engine.told.slice(1))
    .toEqual([
      { ...container, action: 'die' },
      { ...container, action: 'health_status' },
      { ...container, action: 'network-disconnect', id: 'c2' },
      { ...container, action: 'rename' },
    ]);
  engine.stop();
  await engine.following;
});

test('a quiet engine that answers pings is followed on', async () => {
  await using engine = await streaming({ every: 5, limit: 1000 });
  await expect.poll(() => engine.pings).toBeGreaterThan(10);
  await engine.write(of('die'));
  await expect.poll(() => engine.told).toHaveLength(2);
  engine.stop();
  await engine.following;
});

test('an engine that is frozen is given up after two signs of life that did not come', async () => {
  await using engine = await streaming();
  await engine.stream;
  engine.frozen = true;
  await expect(engine.following).rejects.toMatchObject({
    code: 'engine-unreachable',
    message: expect.stringContaining('did not answer GET /_ping within 0.3 s'),
  });
});

test('an engine that ends the stream, or breaks it off, is gone', async () => {
  await using ending = await streaming();
  (await ending.stream).end();
  await expect(ending.following).rejects.toMatchObject({
    code: 'engine-unreachable',
    message: expect.stringContaining('ended its answer to GET /events'),
  });
  await using breaking = await streaming();
  (await breaking.stream).destroy();
  await expect(breaking.following).rejects.toMatchObject({ code: 'engine-unreachable' });
});

test('a signal that was given before ends it before it began, and frees the connection', async () => {
  await using engine = await streaming();
  const closed = once(await engine.stream, 'close');
  engine.stop();
  await engine.following;
  await closed;
  const calls = engine.calls.length;
  await followEvents(engineApi(engine.dockerHost), () => undefined, AbortSignal.abort());
  expect(engine.calls).toHaveLength(calls);
});

test('an engine that answers pings but not the request is given up', async () => {
  await using engine = await standInEngine(() => undefined);
  const rhythm = { every: 5, limit: 100 };
  await expect(
    followEvents(engineApi(engine.dockerHost), () => undefined, new AbortController().signal, rhythm),
  ).rejects.toMatchObject({ code: 'engine-unreachable', message: expect.stringContaining('/events') });
});
