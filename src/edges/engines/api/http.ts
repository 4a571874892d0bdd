import { Agent, type IncomingMessage, request } from 'node:http';
import type { EngineAddress } from './address.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With version and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Over a connection of its own: an engine that is stopping still answers on those that it has, and takes no new ones. */
  readonly fresh?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Sends a call; resolves when the answer begins. */
export type Send = (call: Call) => Promise<IncomingMessage>;

/** Connections are kept. One that the engine closed while it was idle is noticed only when it is used again: that call is sent anew. */
export function connect(address: EngineAddress): Send {
  const kept = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  return async (call) => {
    if (call.fresh) return await open(call, { ...address, agent: false });
    try {
      return await open(call, { ...address, agent: kept });
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return await open(call, { ...address, agent: new Agent() });
    }
  };
}

class StaleConnection extends Error {}

function open(call: Call, where: EngineAddress & { readonly agent: Agent | false }): Promise<IncomingMessage> {
  const { method, path, signal, body = '' } = call;
  const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return new Promise((resolve, reject) => {
    const sent = request(
      { ...where, method, path, signal, headers: { host: 'docker', ...length, ...call.headers } },
      resolve,
    );
    sent.on('error', (error) => reject(sent.reusedSocket && hungUp(error) ? new StaleConnection() : error));
    sent.end(body);
  });
}

const hungUp = (error: Error): boolean => 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

/** The body, at most `limit` bytes of it: what comes after is not read. */
export async function collect(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(message)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

/** The body line by line. */
export async function* linesOf(message: IncomingMessage): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunksOf(message)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* chunksOf(message: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of message) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}
