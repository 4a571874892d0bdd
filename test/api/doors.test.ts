import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { networkDoor } from '../../src/api/doors/network.ts';
import { peerOf } from '../../src/api/doors/peer.ts';
import type { Serving } from '../../src/api/serving.ts';
import { systemClock } from '../../src/edges/clock.ts';
import type { Caller } from '../../src/model/access.ts';
import type { ApiConfig } from '../../src/model/config.ts';
import { Secret } from '../../src/model/secret.ts';
import { certificate } from '../support/certificate.ts';
import { silentLogger } from '../support/fakes.ts';
import { fastest } from '../support/fastest.ts';
import { eventually } from '../support/world.ts';
import { daemon } from './rig.ts';

const onTcp: ApiConfig = { host: '127.0.0.1', port: 0, tls: undefined, anonymous: undefined, trustedProxies: [] };

const callers: Readonly<Record<string, Caller>> = {
  hm_viewer: { kind: 'token', name: 'ada', role: 'viewer', apps: [] },
  hm_other: { kind: 'token', name: 'bob', role: 'viewer', apps: [] },
  hm_deployer: { kind: 'token', name: 'ci', role: 'deployer', apps: [] },
};

/** A daemon with its door on TCP, where it happens to listen. */
async function onNetwork(api: Partial<ApiConfig> = {}, harbor: Partial<Serving['harbor']> = {}) {
  const state = { api: { ...onTcp, ...api } as ApiConfig | undefined, elapsed: 0 };
  const clock = { ...systemClock, elapsed: () => state.elapsed };
  const said: { readonly level: string; readonly message: string; readonly listen?: string }[] = [];
  const say = (level: string) => (fields: object, message: string) => void said.push({ ...fields, level, message });
  const logger = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  const config = {
    get api() {
      return state.api;
    },
  };
  const hm = await daemon(
    {
      recognise: async (token) => callers[token],
      status: async () => ({ host: 'h', daemon: undefined, apps: [] }),
      ...harbor,
    },
    { config: () => config, logger, clock },
  );
  const port = (): number =>
    Number(
      said
        .findLast(({ listen }) => listen)
        ?.listen?.split(':')
        .at(-1),
    );
  return { ...hm, state, said, port };
}

interface Ask {
  readonly port: number;
  readonly path?: string;
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly ca?: string;
}

function ask({ port, path = '/v1/status', method = 'GET', token, headers = {}, body, ca }: Ask) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = { host: '127.0.0.1', port, path, method, agent: false, headers: { ...authorization, ...headers } };
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const request = ca === undefined ? httpRequest(options) : httpsRequest({ ...options, ca });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.end(body);
  });
}

test('on TCP nothing is told without a token that is one', async () => {
  await using hm = await onNetwork();
  const port = hm.port();
  expect((await ask({ port, token: 'hm_viewer' })).status).toBe(200);
  const without = await ask({ port });
  expect(without).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="harbormaster"' } });
  expect(JSON.parse(without.body)).toMatchObject({
    code: 'unauthenticated',
    hint: expect.stringContaining('token create'),
  });
  expect((await ask({ port, token: 'hm_wrong' })).status).toBe(401);
  expect((await ask({ port, headers: { authorization: 'Basic YWRhOnBhc3M=' } })).status).toBe(401);
  expect((await ask({ port, path: '/v1/openapi.json' })).status).toBe(200);
});

test('whoever needs no token is counted all the same, before anything of the request is read', async () => {
  await using hm = await onNetwork();
  const statuses = new Map<number, number>();
  const count = ({ status }: { status: number }) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const post = () => ask({ port: hm.port(), method: 'POST', path: '/webhooks/none', body: '{}' });
  for (let asked = 0; asked < 100; asked += 1) count(await post());
  expect([...statuses]).toEqual([[403, 100]]);
  expect(await post()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  hm.state.elapsed += 1_000;
  const refused = await post();
  expect(refused).toMatchObject({ status: 403, body: expect.stringContaining('bears no signature') });
  expect(refused.headers).not.toHaveProperty('www-authenticate');
});

test('who acts is whom the token stands for, whatever the client says', async () => {
  const triggers: unknown[] = [];
  await using hm = await onNetwork(
    {},
    {
      apply: async (_apps, trigger) => {
        triggers.push(trigger);
        return [];
      },
    },
  );
  const headers = { 'harbormaster-user': 'root' };
  const { status } = await ask({ port: hm.port(), method: 'POST', path: '/v1/apply', token: 'hm_deployer', headers });
  expect([status, triggers]).toEqual([
    200,
    [{ kind: 'request', by: 'token ci', actor: { kind: 'token', name: 'ci' } }],
  ]);
});

test('nothing that is told is kept, framed or taken for something else', async () => {
  await using hm = await onNetwork();
  for (const token of ['hm_viewer', 'hm_wrong']) {
    expect((await ask({ port: hm.port(), token })).headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
  }
});

test('whoever guesses is stopped, and nobody else', async () => {
  await using hm = await onNetwork({ trustedProxies: ['127.0.0.1'] });
  const port = hm.port();
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const statuses: number[] = [];
  for (let guess = 0; guess < 12; guess += 1)
    statuses.push((await ask({ port, token: `hm_${guess}`, headers: from('203.0.113.9') })).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  // Neither a right token of his, nor that he invents others before himself, lets him go on; his neighbours are let in.
  expect((await ask({ port, token: 'hm_viewer', headers: from('203.0.113.9') })).status).toBe(429);
  expect((await ask({ port, token: 'hm_viewer', headers: from('198.51.100.1, 203.0.113.9') })).status).toBe(429);
  expect((await ask({ port, token: 'hm_viewer', headers: from('203.0.113.10') })).status).toBe(200);
  expect(hm.said).toContainEqual(expect.objectContaining({ level: 'warn', address: '203.0.113.9' }));
  expect(JSON.stringify(hm.said)).not.toContain('hm_1');
});

test('a token may ask only so often, and that is its own affair', async () => {
  await using hm = await onNetwork();
  const port = hm.port();
  const answers = await Promise.all(Array.from({ length: 110 }, () => ask({ port, token: 'hm_viewer' })));
  const refused = answers.filter(({ status }) => status === 429);
  expect([answers.length, refused.length]).toEqual([110, 10]);
  expect(refused[0]).toMatchObject({ headers: { 'retry-after': '1' } });
  expect((await ask({ port, token: 'hm_other' })).status).toBe(200);
  hm.state.elapsed += 1_000;
  const later = await Promise.all(Array.from({ length: 21 }, () => ask({ port, token: 'hm_viewer' })));
  expect(later.filter(({ status }) => status === 429)).toHaveLength(1);
});

test('with anonymous: viewer programs of this host may look, and nobody else may do anything', async () => {
  await using hm = await onNetwork({ anonymous: 'viewer' });
  const port = hm.port();
  expect((await ask({ port })).status).toBe(200);
  expect((await ask({ port, headers: { host: `localhost:${port}` } })).status).toBe(200);
  // A page whose name has come to mean this host; a proxy in front of it.
  expect((await ask({ port, headers: { host: 'evil.example' } })).status).toBe(401);
  expect((await ask({ port, headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(401);
  expect((await ask({ port, method: 'POST', path: '/v1/apply' })).status).toBe(403);
});

test('over TLS, with a renewed certificate from one connection to the next', async () => {
  const [first, second] = [certificate(), certificate()];
  const tls = ({ cert, key }: typeof first) => ({ cert, key: new Secret(key) });
  await using hm = await onNetwork({ tls: tls(first) });
  const port = hm.port();
  expect((await ask({ port, token: 'hm_viewer', ca: first.cert })).status).toBe(200);
  await expect(ask({ port, token: 'hm_viewer' })).rejects.toThrow();
  hm.state.api = { ...onTcp, tls: tls(second) };
  await hm.serving.reloaded();
  expect((await ask({ port, token: 'hm_viewer', ca: second.cert })).status).toBe(200);
  await expect(ask({ port, token: 'hm_viewer', ca: first.cert })).rejects.toThrow();
});

test('the door follows the configuration: elsewhere, shut, open again', async () => {
  await using hm = await onNetwork();
  const first = hm.port();
  hm.state.api = { ...onTcp, host: 'localhost' };
  await hm.serving.reloaded();
  const second = hm.port();
  expect(second).not.toBe(first);
  await expect(ask({ port: first, token: 'hm_viewer' })).rejects.toThrow('ECONNREFUSED');
  hm.state.api = undefined;
  await hm.serving.reloaded();
  await expect(ask({ port: second, token: 'hm_viewer' })).rejects.toThrow('ECONNREFUSED');
  hm.state.api = onTcp;
  await hm.serving.reloaded();
  expect((await ask({ port: hm.port(), token: 'hm_viewer' })).status).toBe(200);
});

test('a door at which nobody stands is closed at once', async () => {
  const doors: Awaited<ReturnType<typeof onNetwork>>[] = [];
  for (let opened = 0; opened < 3; opened += 1) {
    const hm = await onNetwork();
    expect((await ask({ port: hm.port(), token: 'hm_viewer' })).status).toBe(200);
    doors.push(hm);
  }
  // Whoever is still there gets a second.
  expect(await fastest(3, async () => doors.pop()?.[Symbol.asyncDispose]())).toBeLessThan(900);
});

test('a door that cannot be opened is said once, and keeps neither the daemon nor the old door', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  await using hm = await onNetwork();
  const before = hm.port();
  hm.state.api = { ...onTcp, port };
  await hm.serving.reloaded();
  await hm.serving.reloaded();
  expect(hm.said.filter(({ level }) => level === 'error')).toEqual([
    {
      level: 'error',
      message: 'the API cannot be opened; it is tried again',
      error: {
        code: 'port-taken',
        message: expect.stringContaining(`127.0.0.1:${port}`),
        hint: expect.stringContaining('api.listen'),
      },
    },
  ]);
  expect((await ask({ port: before, token: 'hm_viewer' })).status).toBe(200);
  taken.close();
  await hm.serving.reloaded();
  await eventually(async () => expect((await ask({ port, token: 'hm_viewer' })).status).toBe(200));
});

test('who connects and does not say what he wants is sent away', async () => {
  let port = 0;
  const door = networkDoor({
    api: () => onTcp,
    listener: (_, response) => response.end('heard'),
    logger: {
      ...silentLogger,
      info: (fields) => {
        port = Number(JSON.stringify(fields).match(/:(\d+)"/)?.[1]);
      },
    },
    limits: { headersTimeout: 300, requestTimeout: 300, keepAliveTimeout: 300, connectionsCheckingInterval: 50 },
  });
  await door.follow();
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /v1/status HTTP/1.1\r\nHost: x\r\n');
  const said = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
  });
  expect(said).toMatch(/^HTTP\/1\.1 408/);
  await door.shut();
  await door.clear();
});

test.each([
  ['127.0.0.1', {}, [], { address: '127.0.0.1', isHere: true }],
  ['::1', { host: '[::1]:7460' }, [], { address: '::1', isHere: true }],
  ['::ffff:127.0.0.1', { host: 'LOCALHOST' }, [], { address: '127.0.0.1', isHere: true }],
  ['203.0.113.9', { host: 'localhost' }, [], { address: '203.0.113.9', isHere: false }],
  ['127.0.0.1', { host: 'localhost.evil.example' }, [], { address: '127.0.0.1', isHere: false }],
  ['127.0.0.1', { host: '' }, [], { address: '127.0.0.1', isHere: false }],
  ['127.0.0.1', { forwarded: 'for=1.2.3.4' }, [], { address: '127.0.0.1', isHere: false }],
  ['127.0.0.1', { 'x-forwarded-for': '1.2.3.4' }, [], { address: '127.0.0.1', isHere: false }],
  ['127.0.0.1', { 'x-forwarded-for': '9.9.9.9, 1.2.3.4' }, ['127.0.0.1'], { address: '1.2.3.4', isHere: false }],
  [
    '127.0.0.1',
    { 'x-forwarded-for': '9.9.9.9, 1.2.3.4, 10.0.0.2' },
    ['127.0.0.1', '10.0.0.2'],
    { address: '1.2.3.4', isHere: false },
  ],
  ['10.0.0.7', { 'x-forwarded-for': '1.2.3.4' }, ['127.0.0.1'], { address: '10.0.0.7', isHere: false }],
])('of %s with %j and proxies %j the peer is %j', (remote, headers, trusted, peer) => {
  expect(peerOf({ remote, headers: { host: '127.0.0.1:7460', ...headers } }, trusted)).toEqual(peer);
});
