import { expect, test } from 'vitest';
import { engineApi, segment } from '../../../../src/edges/engines/api/client.ts';
import { json, standInEngine } from '../stand-in-engine.ts';

const list = { method: 'GET', path: '/containers/json' } as const;

test("the engine's own version is spoken, asked for once", async () => {
  await using engine = await standInEngine((_, response) => json(response, 200, []));
  engine.apiVersion = '1.52';
  const api = engineApi(engine.dockerHost);
  await api.json({ ...list, query: { all: '1' } });
  engine.apiVersion = '1.99';
  await api.json(list);
  expect(engine.calls).toEqual(['GET /v1.52/containers/json?all=1', 'GET /v1.52/containers/json']);
});

test('after an upgrade of the engine, its new version is spoken', async () => {
  await using engine = await standInEngine(({ url }, response) => {
    if (url?.startsWith('/v1.41'))
      json(response, 400, { message: 'client version 1.41 is too old. Minimum supported API version is 1.44' });
    else json(response, 200, []);
  });
  const api = engineApi(engine.dockerHost);
  await expect(api.json(list)).rejects.toMatchObject({ code: 'engine-refused' });
  engine.apiVersion = '1.47';
  expect(await api.json(list)).toEqual([]);
});

test('a connection that the engine closed meanwhile is no failure', async () => {
  await using engine = await standInEngine((_, response) => json(response, 200, []));
  const api = engineApi(engine.dockerHost);
  for (let round = 0; round < 20; round += 1) {
    expect(await api.json(list)).toEqual([]);
    engine.closeConnections();
  }
});

test("a refusal is an error in the engine's words, unless the caller takes it for an answer", async () => {
  await using engine = await standInEngine((_, response) => json(response, 404, { message: 'No such container: x' }));
  const api = engineApi(engine.dockerHost);
  await expect(api.json(list)).rejects.toMatchObject({ code: 'engine-refused', message: 'No such container: x' });
  expect(await api.json({ ...list, accept: [404] })).toBeUndefined();
});

test('a refusal that is no JSON is quoted, an empty one is described', async () => {
  await using engine = await standInEngine(
    ({ url }, response) => void response.writeHead(500).end(url?.endsWith('/a') ? 'page not found\n' : ''),
  );
  const api = engineApi(engine.dockerHost);
  await expect(api.send({ method: 'GET', path: '/a' })).rejects.toMatchObject({ message: 'page not found' });
  await expect(api.send({ method: 'GET', path: '/b' })).rejects.toMatchObject({ message: 'GET /b: status 500' });
});

test('an answer that never comes, or never ends, is given up at the limit', async () => {
  await using engine = await standInEngine(({ url }, response) => {
    if (url?.endsWith('/half')) response.writeHead(200).write('[');
  });
  const api = engineApi(engine.dockerHost);
  for (const path of ['/none', '/half']) {
    await expect(api.json({ method: 'GET', path, limit: 50 })).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining(`did not answer GET /v1.41${path} within 0.05 s`),
    });
  }
});

test('a stream is alive as long as lines come, whatever the idle limit', async () => {
  await using engine = await standInEngine((_, response) => {
    response.writeHead(200);
    let count = 0;
    const timer = setInterval(() => {
      count += 1;
      response.write(`{"count":${count}}\r\n`);
      if (count === 8) {
        clearInterval(timer);
        response.end('{"count":"last, without a line end"}');
      }
    }, 30);
  });
  const seen: unknown[] = [];
  await engineApi(engine.dockerHost).stream(
    { method: 'POST', path: '/x', limit: 10_000, idle: 200 },
    (line) => void seen.push(line),
  );
  expect(seen).toHaveLength(9);
});

test('no more of an answer is read than was asked for', async () => {
  await using engine = await standInEngine((_, response) => {
    response.writeHead(200);
    const flood = () => {
      while (response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', flood);
    };
    flood();
  });
  const { body } = await engineApi(engine.dockerHost).send({ method: 'GET', path: '/x', size: 100_000, limit: 5000 });
  expect(body.length).toBe(100_000);
});

test('what is no Docker engine is called so', async () => {
  await using engine = await standInEngine(() => undefined);
  engine.apiVersion = '';
  await expect(engineApi(engine.dockerHost).version()).rejects.toMatchObject({
    code: 'engine-unreachable',
    message: expect.stringContaining('is it a Docker engine?'),
  });
});

test('names cannot leave their place in a path', () => {
  expect(segment('127.0.0.1:5000/a/b@sha256:1')).toBe('127.0.0.1%3A5000/a/b%40sha256%3A1');
  expect(segment('x?force=1#y')).toBe('x%3Fforce%3D1%23y');
});
