import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on a Unix socket that says what a test wants an engine to say; pings are answered for it. */
export interface StandInEngine extends AsyncDisposable {
  readonly dockerHost: string;
  /** Method and path of every call but pings. */
  readonly calls: string[];
  /** Pings are answered with this version. */
  apiVersion: string;
  /** Takes pings and does not answer them. */
  frozen: boolean;
  pings: number;
  /** Calls but pings whose connection is not closed and whose answer has not ended. */
  open: number;
  /** Is given the body of each call. */
  onBody: (text: string) => void;
  closeConnections(): void;
}

export async function standInEngine(answer: Answer): Promise<StandInEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-engine-'));
  const socketPath = join(folder, 'engine.sock');
  const engine = {
    dockerHost: `unix://${socketPath}`,
    calls: [] as string[],
    apiVersion: '1.41',
    frozen: false,
    pings: 0,
    open: 0,
    onBody: (_: string): void => undefined,
    closeConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const server = createServer((request, response) => {
    if (request.url === '/_ping') {
      engine.pings += 1;
      return engine.frozen ? undefined : response.setHeader('api-version', engine.apiVersion).end('OK');
    }
    request.on('data', (chunk: Buffer) => engine.onBody(chunk.toString()));
    engine.open += 1;
    response.on('close', () => {
      engine.open -= 1;
    });
    engine.calls.push(`${request.method} ${request.url}`);
    return answer(request, response);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return engine;
}

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
