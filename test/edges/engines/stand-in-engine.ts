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
  closeConnections(): void;
}

export async function standInEngine(answer: Answer): Promise<StandInEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-engine-'));
  const socketPath = join(folder, 'engine.sock');
  const engine = {
    dockerHost: `unix://${socketPath}`,
    calls: [] as string[],
    apiVersion: '1.41',
    closeConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const server = createServer((request, response) => {
    if (request.url === '/_ping') return response.setHeader('api-version', engine.apiVersion).end('OK');
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
