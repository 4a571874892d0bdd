import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Where a server is: a TCP port on the loopback, or a Unix socket. */
export type Place = { readonly port: number } | { readonly socketPath: string };

/**
 * What becomes of a request. `hang`: it is taken and never answered. `drop`: the connection is closed at once. `half`: it is closed in the middle of the answer.
 * `slow`: so many milliseconds later. A number: that status.
 */
export type Fault = 'none' | 'hang' | 'drop' | 'half' | number | { readonly slow: number };

/** A server in front of a real HTTP server that a test can let fail. */
export interface FaultProxy extends AsyncDisposable {
  /** Of its TCP port; 0 for a Unix socket. */
  readonly port: number;
  /** For all requests from now on whose method and path match. What hangs is let go as soon as something else is said. */
  behave(fault: Fault, which?: RegExp): void;
  /** Requests that failed so far. */
  readonly hit: () => number;
}

/** `at`: the path of a Unix socket to listen on; undefined: a free port of the loopback. */
export async function faultProxy(upstream: Place, at?: string): Promise<FaultProxy> {
  const open = new Set<Socket>();
  const held = new Set<Socket>();
  let [fault, which]: [Fault, RegExp] = ['none', /^/];
  let hit = 0;

  const faultOf = ({ method = '', url = '' }: IncomingMessage): Fault => {
    const found = which.test(`${method} ${url}`) ? fault : 'none';
    if (found !== 'none') hit += 1;
    return found;
  };

  const server = createServer((asked, answer) => {
    const found = faultOf(asked);
    if (found === 'hang') return void held.add(asked.socket);
    if (found === 'drop') return void asked.socket.destroy();
    if (typeof found === 'number') return refuse(answer, found);
    const pass = () => forward(upstream, asked, answer, found === 'half');
    if (typeof found === 'object') setTimeout(pass, found.slow);
    else pass();
  });
  // What becomes another protocol, as the sessions of a build do.
  server.on('upgrade', (asked, socket, head) => {
    const behind = connect('port' in upstream ? { port: upstream.port } : { path: upstream.socketPath });
    const lines = asked.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
    );
    behind.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    behind.write(head);
    behind.pipe(socket).pipe(behind);
    for (const end of [behind, socket]) end.on('error', () => [behind, socket].map((each) => each.destroy()));
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((listening) =>
    at === undefined ? server.listen(0, '127.0.0.1', listening) : server.listen(at, listening),
  );
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? (address as AddressInfo).port : 0,
    behave(next, matching = /^/) {
      [fault, which] = [next, matching];
      for (const socket of held) socket.destroy();
      held.clear();
    },
    hit: () => hit,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function refuse(answer: ServerResponse, status: number): void {
  answer.writeHead(status, { 'content-type': 'application/json' });
  answer.end(
    JSON.stringify({ message: 'a fault of the test', errors: [{ code: 'UNKNOWN', message: 'a fault of the test' }] }),
  );
}

function forward(upstream: Place, asked: IncomingMessage, answer: ServerResponse, half: boolean): void {
  const { method, url: path, headers } = asked;
  const where = 'port' in upstream ? { host: '127.0.0.1', port: upstream.port } : upstream;
  const sent = request({ ...where, method, path, headers, agent: false }, (found) => {
    answer.writeHead(found.statusCode ?? 502, found.headers);
    answer.flushHeaders();
    if (!half) return void found.pipe(answer);
    found.once('data', (chunk: Buffer) => {
      answer.write(chunk.subarray(0, chunk.length / 2), () => asked.socket.destroy());
      found.destroy();
    });
  });
  sent.on('error', () => answer.destroy());
  answer.on('close', () => sent.destroy());
  asked.pipe(sent);
}
