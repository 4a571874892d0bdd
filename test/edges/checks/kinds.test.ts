import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { command, http, service, tcp } from '../../../src/edges/checks/index.ts';
import type { Reach } from '../../../src/model/observed.ts';
import type { CheckGround, Executed } from '../../../src/ports.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) (server as unknown as { closeAllConnections(): void }).closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

const answering = (listener: RequestListener): Promise<number> => listening(createServer(listener));

const reach = (more: Partial<Reach> = {}): Reach => ({
  id: 'c1',
  name: 'shop-web-1',
  addresses: ['127.0.0.1'],
  published: [],
  ...more,
});

const ground = (more: Partial<CheckGround> = {}): CheckGround => ({
  services: ['web'],
  reach: async () => [reach()],
  exec: async () => ({ exitCode: 0, output: '' }),
  run: async () => ({ exitCode: 0, output: '' }),
  limit: 2000,
  signal: new AbortController().signal,
  ...more,
});

describe('http', () => {
  const asked = (url: string, more: object = {}, on = ground()) => http.make({ url, ...more }).attempt(on);

  test('passes on a status from 200 to 299, asked of the container that the service means', async () => {
    const port = await answering((request, response) =>
      response.end(`${request.headers.host} ${request.method} ${request.url}`),
    );
    const body = `web:${port} GET /ready?full=1`;
    expect(await asked(`http://web:${port}/ready?full=1`, { body })).toEqual({
      passed: true,
      detail: 'answered 200',
      output: '',
    });
  });

  test.each([
    [302, {}, 'answered 302, wanted 2xx'],
    [200, { status: 204 }, 'answered 200, wanted 204'],
    [500, { status: [200, 404] }, 'answered 500, wanted 200 or 404'],
    [200, { body: 'fine' }, 'answered 200, without the text that must be in it'],
  ])('fails on %i with %j, with what was answered, free of escapes', async (status, wanted, detail) => {
    const port = await answering((_, response) =>
      response.writeHead(status, { location: '/' }).end('\u001b[31mred\u0007'),
    );
    expect(await asked(`http://web:${port}/`, wanted)).toEqual({ passed: false, detail, output: 'red<U+0007>' });
  });

  test.each([
    [404, { status: [200, 404] }],
    [200, { body: 'all is fine' }],
  ])('passes on %i with %j', async (status, wanted) => {
    const port = await answering((_, response) => response.writeHead(status).end('yes, all is fine'));
    expect(await asked(`http://web:${port}/`, wanted)).toMatchObject({ passed: true });
  });

  test('sends headers and the login of the URL', async () => {
    const port = await answering(({ headers }, response) =>
      response.end(`${headers.host} ${headers['x-probe']} ${headers.authorization}`),
    );
    const body = `shop.example.com yes Basic ${Buffer.from('ada:p@ss').toString('base64')}`;
    const headers = { Host: 'shop.example.com', 'X-Probe': 'yes' };
    expect(await asked(`http://ada:p%40ss@web:${port}/`, { headers, body })).toMatchObject({ passed: true });
  });

  test('tells neither login nor query in its title', () => {
    const { title } = http.make({ url: 'https://ada:secret@shop.example.com/health?token=hidden' });
    expect(title).toBe('https shop.example.com/health');
  });

  test('asks every container of a service, and tells which one does not pass', async () => {
    const good = await answering((_, response) => response.end());
    const bad = await answering((_, response) => response.writeHead(503).end());
    const containers = [good, bad].map((hostPort, at) =>
      reach({ name: `shop-web-${at + 1}`, addresses: [], published: [{ port: 80, hostIp: '', hostPort }] }),
    );
    expect(await asked('http://web/', {}, ground({ reach: async () => containers }))).toMatchObject({
      passed: false,
      detail: 'shop-web-2 answered 503, wanted 2xx',
    });
  });

  test('takes the published port where the address of the container cannot be reached', async () => {
    const hostPort = await answering((_, response) => response.end());
    const hidden = reach({ addresses: ['192.0.2.1'], published: [{ port: 80, hostIp: '0.0.0.0', hostPort }] });
    expect(await asked('http://web/', {}, ground({ reach: async () => [hidden] }))).toMatchObject({ passed: true });
  });

  test('fails where no container runs, and where nobody listens', async () => {
    expect(await asked('http://web/', {}, ground({ reach: async () => [] }))).toMatchObject({
      passed: false,
      detail: 'no container of web runs',
    });
    expect(await asked('http://web:1/')).toMatchObject({
      passed: false,
      detail: expect.stringMatching(/^web:1\/ could not be reached: .*ECONNREFUSED/),
    });
    const nowhere = reach({ addresses: [] });
    expect(await asked('http://web/', {}, ground({ reach: async () => [nowhere] }))).toMatchObject({
      detail: expect.stringContaining('neither an address of its own nor a published port'),
    });
  });

  test('fails at its time limit, while nothing is answered and in the middle of an answer', async () => {
    const silent = await answering(() => undefined);
    const slow = await answering((_, response) => void response.write('and'));
    for (const port of [silent, slow])
      expect(await asked(`http://web:${port}/`, {}, ground({ limit: 200 }))).toMatchObject({
        passed: false,
        detail: expect.stringContaining('nothing within 0.'),
      });
  });

  test('ends when it is no longer needed', async () => {
    const port = await answering(() => undefined);
    const stop = new AbortController();
    const attempt = asked(`http://web:${port}/`, {}, ground({ limit: 60_000, signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    await expect(attempt).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('asks other hosts as they are, over https, and trusts only certificates that are valid', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hm-check-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=elsewhere'];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const files = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(folder, { recursive: true });
    const port = await listening(createSecureServer(files, (_, response) => response.end('safe')));
    const url = `https://127.0.0.1:${port}/`;
    expect(await asked(url)).toMatchObject({ passed: false, detail: expect.stringContaining('self-signed') });
    expect(await asked(url, { verify_certificate: false, body: 'safe' })).toMatchObject({ passed: true });
  });

  test.each(['ftp://web/', 'web:80', 'http://'])('refuses %s as a URL', (url) => {
    expect(() => http.make({ url })).toThrow();
  });
});

describe('tcp', () => {
  test('passes where a connection is taken', async () => {
    const port = await listening(createTcpServer((socket) => socket.on('error', () => undefined)));
    expect(await tcp.make({ address: `web:${port}` }).attempt(ground())).toMatchObject({ passed: true });
    expect(await tcp.make({ address: `127.0.0.1:${port}` }).attempt(ground())).toMatchObject({ passed: true });
  });

  test('over IPv6, too', async () => {
    const port = await listening(createTcpServer(), '::1').catch(() => undefined);
    if (port !== undefined)
      expect(await tcp.make({ address: `[::1]:${port}` }).attempt(ground())).toMatchObject({ passed: true });
  });

  test('fails where none is taken, at once or at its limit', async () => {
    expect(await tcp.make({ address: 'web:1' }).attempt(ground())).toMatchObject({
      passed: false,
      detail: expect.stringContaining('web:1 could not be reached: '),
    });
    const unreachable = ground({ reach: async () => [reach({ addresses: ['192.0.2.1'] })], limit: 200 });
    expect(await tcp.make({ address: 'web:80' }).attempt(unreachable)).toMatchObject({ passed: false });
  });

  test.each(['web', 'web:', 'web:0', 'web:65536', 'we b:80', ':80', 'web:80:80'])(
    'refuses %j as an address',
    (address) => {
      expect(() => tcp.make({ address })).toThrow();
    },
  );
});

describe('command', () => {
  const asked = (options: object, on: CheckGround) => command.make({ service: 'web', ...options }).attempt(on);

  test('runs in a container of the service; a text is for a shell', async () => {
    const seen: unknown[] = [];
    const exec: CheckGround['exec'] = async (...call) => {
      seen.push(call);
      return { exitCode: 0, output: '' };
    };
    expect(await asked({ command: ['ready', '--now'] }, ground({ exec }))).toMatchObject({ passed: true });
    await asked({ command: 'ready && steady' }, ground({ exec }));
    expect(seen).toEqual([
      ['c1', ['ready', '--now']],
      ['c1', ['sh', '-c', 'ready && steady']],
    ]);
  });

  test.each<[Executed | undefined, string, string]>([
    [{ exitCode: 7, output: 'no' }, 'ended with exit code 7', 'no'],
    [undefined, 'did not end within 2 s', ''],
  ])('fails on %j', async (ended, detail, output) => {
    expect(await asked({ command: ['x'] }, ground({ exec: async () => ended }))).toEqual({
      passed: false,
      detail,
      output,
    });
  });

  test('fails where no container runs', async () => {
    expect(await asked({ command: ['x'] }, ground({ reach: async () => [] }))).toMatchObject({ passed: false });
  });

  test('names the program and nothing else of it', () => {
    expect(command.make({ service: 'web', command: ['curl', '--user', 'ada:secret'] }).title).toBe(
      'command curl in web',
    );
    expect(command.make({ service: 'web', command: 'curl --user ada:secret' }).title).toBe('command sh in web');
  });
});

describe('service', () => {
  const smoke = service.make({ service: 'smoke' });

  test('runs a job of the app', async () => {
    expect(smoke).toMatchObject({ title: 'service smoke', runs: 'smoke' });
    expect(await smoke.attempt(ground())).toMatchObject({ passed: true });
    expect(await smoke.attempt(ground({ run: async () => ({ exitCode: 3, output: 'red' }) }))).toEqual({
      passed: false,
      detail: 'ended with exit code 3',
      output: 'red',
    });
    expect(await smoke.attempt(ground({ run: async () => undefined }))).toMatchObject({
      detail: 'did not end within 2 s, and was stopped',
    });
  });
});
