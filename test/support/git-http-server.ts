import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type GitRig, rigEnvironment } from './git-rig.ts';

/**
 * How the server answers. `old`: as before protocol version 2. `dumb`: as plain files. `silent`: takes every request and never answers. `drop`: breaks off in
 * the middle of every answer. A number: that status.
 */
export type Behaviour = 'normal' | 'old' | 'dumb' | 'silent' | 'drop' | number;

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A real Git server: `git http-backend` on a loopback port. */
export interface GitHttpServer extends AsyncDisposable {
  readonly origin: string;
  /** Serves the repository; gives its URL. */
  serve(rig: GitRig): string;
  /** For all requests from now on, or for those of one repository. */
  behave(how: Behaviour, rig?: GitRig): void;
  /** Lets fetches wait (those of git itself, not looks at refs) until what it gives is called; `waiting` tells how many do. */
  holdFetches(): { release(): void; waiting(): number };
  /** What it was asked so far. */
  readonly requests: SeenRequest[];
  /** How many connections were opened so far. */
  readonly connections: () => number;
}

export interface GitHttpServerOptions {
  /** Without them, everybody may read. */
  readonly credentials?: { readonly username: string; readonly token: string } | { readonly bearer: string };
  /** PEM texts; makes it an https server. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function gitHttpServer(options: GitHttpServerOptions = {}): Promise<GitHttpServer> {
  const rigs = new Map<string, GitRig>();
  const behaviours = new Map<GitRig | undefined, Behaviour>();
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let fetches = Promise.resolve();
  let waiting = 0;
  const backends = new Set<ChildProcess>();
  const remembered = new Map<string, Answer>();
  let connections = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isLook(request)) {
      waiting += 1;
      await fetches;
      waiting -= 1;
    }
    const { pathname } = placeOf(request);
    const rig = rigs.get(pathname.split('/')[1] ?? '');
    const how = behaviours.get(rig) ?? behaviours.get(undefined) ?? 'normal';
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
    });
    if (how === 'silent') return;
    if (typeof how === 'number')
      response.writeHead(how, how < 400 ? { Location: 'http://elsewhere.example/x.git' } : {}).end('no\n');
    else if (!isAllowed(request, options)) response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    else if (how === 'drop') dropped(response);
    else if (!rig) response.writeHead(404).end();
    else if (how === 'dumb') asFile(request, response, rig);
    else if (isLook(request)) await looked({ request, response, rig, old: how === 'old' }, backends, remembered);
    else backend({ request, response, rig, old: how === 'old' }, backends);
  };
  const server = options.tls ? createTlsServer({ ...options.tls }, answer) : createServer(answer);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    connections: () => connections,
    serve: (rig) => {
      rigs.set(rig.name, rig);
      return `${origin}/${rig.name}`;
    },
    holdFetches: () => {
      let release = (): void => undefined;
      fetches = new Promise((resolve) => {
        release = resolve;
      });
      return { release, waiting: () => waiting };
    },
    behave: (how, rig) => void behaviours.set(rig, how),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      for (const child of backends) child.kill('SIGKILL');
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Each repository is also there below `/team`, as at a forge. */
function placeOf({ url = '/' }: IncomingMessage): URL {
  const place = new URL(url, 'http://localhost');
  place.pathname = place.pathname.replace(/^\/team(?=\/)/, '');
  return place;
}

function isAllowed({ headers }: IncomingMessage, { credentials }: GitHttpServerOptions): boolean {
  if (!credentials) return true;
  if ('bearer' in credentials) return headers.authorization === `Bearer ${credentials.bearer}`;
  return (
    headers.authorization === `Basic ${Buffer.from(`${credentials.username}:${credentials.token}`).toString('base64')}`
  );
}

function dropped(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-result', 'Content-Length': '5000' });
  response.write('003d', () => response.destroy());
}

function asFile(request: IncomingMessage, response: ServerResponse, rig: GitRig): void {
  const { pathname } = placeOf(request);
  if (request.method !== 'GET') {
    response.writeHead(405).end();
    return;
  }
  const file = createReadStream(`${dirname(rig.path)}${pathname}`);
  file.once('error', () => response.writeHead(404).end()).once('open', () => file.pipe(response));
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rig: GitRig;
  readonly old: boolean;
}

/** Common Gateway Interface, RFC 3875. */
function startBackend({ request, rig, old }: Exchange, backends: Set<ChildProcess>) {
  const { pathname, search } = placeOf(request);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const env = {
    ...rigEnvironment,
    GIT_PROJECT_ROOT: dirname(rig.path),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: request.method ?? '',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: old ? '' : header('git-protocol'),
  };
  const child = spawn('git', ['http-backend'], { env, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
  backends.add(child);
  child.once('close', () => backends.delete(child));
  child.stdin.on('error', () => undefined);
  return child;
}

function backend(exchange: Exchange, backends: Set<ChildProcess>): void {
  const { request, response } = exchange;
  const child = startBackend(exchange, backends);
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    child.stdout.off('data', onHead);
    const { status, headers } = cgiHead(head.toString('latin1', 0, end));
    response.writeHead(status, headers);
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  };
  child.stdout.on('data', onHead);
  child.once('close', () => response.end());
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Harbormaster asks for refs; it says that it is git as well, and whose. */
const isLook = ({ headers }: IncomingMessage): boolean => !/^git\/(?!.*harbormaster)/.test(headers['user-agent'] ?? '');

/** What git answered to the same look while no ref has changed since: most looks find nothing new, and git takes three processes to say so. */
async function looked(exchange: Exchange, backends: Set<ChildProcess>, remembered: Map<string, Answer>): Promise<void> {
  const { request, response, rig, old } = exchange;
  const body = await buffer(request);
  const asked = [request.method, request.url, old, request.headers['git-protocol'], body.toString('latin1')];
  const key = JSON.stringify([...asked, await refsOf(rig.path)]);
  const answer = remembered.get(key) ?? (await said(startBackend(exchange, backends), body));
  if (answer.status === 200) remembered.set(key, answer);
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

async function said(child: ReturnType<typeof startBackend>, body: Buffer): Promise<Answer> {
  child.stdin.end(body);
  const output = await buffer(child.stdout);
  const end = output.indexOf('\r\n\r\n');
  return { ...cgiHead(output.toString('latin1', 0, end)), body: output.subarray(end + 4) };
}

/** Another text as soon as any ref of the repository, or what it hides of them, is another one. */
async function refsOf(path: string): Promise<string> {
  const refs = await readdir(join(path, 'refs'), { recursive: true });
  const files = ['HEAD', 'config', 'packed-refs', ...refs.map((ref) => join('refs', ref))];
  const stats = await Promise.all(files.map((file) => stat(join(path, file), { bigint: true }).catch(() => undefined)));
  return stats.map((found, at) => `${files[at]} ${found?.ino} ${found?.mtimeNs} ${found?.ctimeNs}`).join();
}

function cgiHead(text: string): { status: number; headers: Record<string, string> } {
  const pairs = text.split('\r\n').map((line) => line.split(/: */, 2) as [string, string]);
  const headers = Object.fromEntries(pairs.filter(([name]) => name.toLowerCase() !== 'status'));
  const status = pairs.find(([name]) => name.toLowerCase() === 'status')?.[1];
  return { status: Number.parseInt(status ?? '200', 10), headers };
}
