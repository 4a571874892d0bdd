import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createSecureContext } from 'node:tls';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpPost {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** PEM text of the authorities to trust; undefined for Node's own. */
  readonly authorities: string | undefined;
  readonly signal: AbortSignal;
}

/** Posts over connections that are kept open between calls. Follows no redirect, knows no proxy. */
export interface HttpClient extends Disposable {
  post(request: HttpPost): Promise<HttpAnswer>;
}

const bodyLimit = 32 * 1024 * 1024;
const keepAlive = { keepAlive: true, maxFreeSockets: 32, timeout: 120_000 };

export function httpClient(): HttpClient {
  const plain = new HttpAgent(keepAlive);
  const secure = new Map<string | undefined, HttpsAgent>();
  const agentFor = ({ url, authorities }: HttpPost): HttpAgent => {
    if (url.startsWith('http:')) return plain;
    const agent = secure.get(authorities) ?? secureAgent(authorities);
    secure.set(authorities, agent);
    return agent;
  };
  return {
    post: async (request) => {
      const agent = agentFor(request);
      // The server may close a kept connection just while we use it again: that says nothing about the server.
      return send(request, agent).catch((error: unknown) => {
        if (error instanceof StaleConnection) return send(request, agent);
        throw error;
      });
    },
    [Symbol.dispose]: () => {
      for (const agent of [plain, ...secure.values()]) agent.destroy();
    },
  };
}

/** Parsing a whole bundle takes milliseconds: once for all connections, not once for each. */
const secureAgent = (authorities: string | undefined): HttpsAgent =>
  new HttpsAgent({
    ...keepAlive,
    ...(authorities !== undefined && { secureContext: createSecureContext({ ca: authorities }) }),
  });

class StaleConnection extends Error {}

function send({ url, headers, body, signal }: HttpPost, agent: HttpAgent): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const start = url.startsWith('http:') ? httpRequest : httpsRequest;
    const sent = start(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      signal,
    });
    sent.once('error', (cause) => {
      reject(
        sent.reusedSocket && !signal.aborted ? new StaleConnection('the kept connection was closed', { cause }) : cause,
      );
    });
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > bodyLimit) response.destroy(new Error(`the answer is larger than ${bodyLimit} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.end(body);
  });
}
