import type { IncomingMessage } from 'node:http';
import { isRecord } from '../../../core/compose-paths.ts';
import { HarborError } from '../../../errors.ts';
import { engineFailure, unreachable } from '../failures.ts';
import { type Exchange, type Exchanged, exchangeWith, type Use } from './exchange.ts';
import { collect, linesOf } from './http.ts';

/** Its path goes without the API version, e.g. `/containers/json`. */
export interface EngineCall extends Exchanged {
  readonly query?: Readonly<Record<string, string>>;
  /** Refusals that the caller takes as an answer. */
  readonly accept?: readonly number[];
  /** Bytes of the answer to read at most. */
  readonly size?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The Engine's HTTP API. Every call ends: with an answer, with a refusal in the engine's words, or with `engine-unreachable`. */
export interface EngineApi {
  /** What the engine speaks, e.g. `1.41`. */
  version(): Promise<string>;
  send(call: EngineCall): Promise<Answer>;
  /** The answer as JSON; undefined for a refusal that the caller accepts. */
  json(call: EngineCall): Promise<unknown>;
  /** An answer that comes bit by bit, one JSON value a line. */
  stream(call: EngineCall, onLine: (line: unknown) => void): Promise<void>;
  /** The same without an end of its own, line after line until the call's signal; an engine that ends it is gone. `opened`: its headers are here. */
  listen(call: EngineCall, opened: () => void, onLine: (line: unknown) => Promise<void>): Promise<never>;
  /** Asks for a sign of life. */
  ping(limit: number, signal: AbortSignal): Promise<void>;
}

const defaultSize = 64 * 1024 * 1024;

export function engineApi(dockerHost: string): EngineApi {
  const exchange = exchangeWith(dockerHost);
  let negotiated: Promise<string> | undefined;

  /** An engine that failed may come back upgraded: it is asked again then. */
  const forgetVersion = (error: unknown): never => {
    negotiated = undefined;
    throw error;
  };

  const version = (): Promise<string> => {
    negotiated ??= negotiate(exchange, dockerHost).catch(forgetVersion);
    return negotiated;
  };

  async function call<T>(request: EngineCall, use: Use<T>): Promise<T> {
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    const path = `/v${await version()}${request.path}${query}`;
    return await exchange({ ...request, path }, async (answer, watch) => {
      await throwIfRefused(request, answer);
      return await use(answer, watch);
    }).catch((error: unknown) => (mayBeUpgraded(error) ? forgetVersion(error) : Promise.reject(error)));
  }

  const send = (request: EngineCall): Promise<Answer> =>
    call(request, async (answer) => ({
      status: answer.statusCode ?? 0,
      body: await collect(answer, request.size ?? defaultSize),
    }));

  return {
    version,
    send,
    async json(request) {
      const { status, body } = await send(request);
      return status < 300 ? parse(body.toString()) : undefined;
    },
    stream: (request, onLine) =>
      call(request, async (answer, watch) => {
        for await (const line of linesOf(answer)) {
          watch.alive();
          if (line.trim() !== '') onLine(parse(line));
        }
      }),
    listen: (request, opened, onLine) =>
      call({ ...request, endless: true }, async (answer) => {
        opened();
        for await (const line of linesOf(answer)) {
          if (line.trim() !== '') await onLine(parse(line));
        }
        throw unreachable(dockerHost, `ended its answer to ${request.method} ${request.path}: it is stopping`);
      }),
    ping: (limit, signal) =>
      exchange({ method: 'GET', path: '/_ping', limit, signal }, async (answer) => {
        await collect(answer, defaultSize);
      }),
  };
}

async function negotiate(exchange: Exchange, dockerHost: string): Promise<string> {
  const version = await exchange({ method: 'GET', path: '/_ping', limit: 5000 }, async (answer) => {
    await collect(answer, defaultSize);
    return answer.headers['api-version'];
  });
  if (typeof version === 'string' && /^\d+\.\d+$/.test(version)) return version;
  throw unreachable(dockerHost, 'names no API version: is it a Docker engine?');
}

const mayBeUpgraded = (error: unknown): boolean =>
  error instanceof HarborError && (error.code === 'engine-unreachable' || error.message.includes('client version'));

async function throwIfRefused({ method, path, accept }: EngineCall, answer: IncomingMessage): Promise<void> {
  const status = answer.statusCode ?? 0;
  if (status < 400 || accept?.includes(status)) return;
  const text = (await collect(answer, defaultSize)).toString();
  throw engineFailure(messageIn(text) || `${method} ${path}: status ${status}`);
}

function messageIn(text: string): string {
  if (!text.startsWith('{')) return text.trim();
  const body = parse(text);
  return isRecord(body) && typeof body['message'] === 'string' ? body['message'] : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HarborError('the engine answered with something that is not JSON', { code: 'engine-refused', cause });
  }
}

/** A name as part of a path; the slashes of an image's name stay. */
export const segment = (name: string): string => name.split('/').map(encodeURIComponent).join('/');
