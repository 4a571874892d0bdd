import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { asHarborError, HarborError } from '../../errors.ts';
import type { ApiConfig } from '../../model/config.ts';
import type { Logger } from '../../ports.ts';

/** Nobody may hold a place for longer than this without saying what he wants. Milliseconds. */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
};
const mostConnections = 256;
/** Between two tries to open a door that stays shut. Milliseconds. */
const retryAfter = 10_000;
/** For the last lines of an answer to reach a client. Milliseconds. */
const grace = 1_000;

interface NetworkOptions {
  readonly api: () => ApiConfig | undefined;
  readonly listener: RequestListener;
  readonly logger: Logger;
  readonly limits?: typeof patience;
}

export interface NetworkDoor {
  /** The configuration may be another one: resolves when the door is where it says, or could not be brought there yet. */
  follow(): Promise<void>;
  /** Takes nobody in any more. */
  shut(): Promise<void>;
  /** Ends what is still connected. */
  clear(): Promise<void>;
}

interface Open {
  readonly config: ApiConfig;
  readonly server: Server;
  /** Resolves once it listens no more and nobody is connected. */
  readonly closed: Promise<void>;
}

/**
 * The door on TCP, wherever the configuration says that it is. One that cannot be opened is tried again and again: a host is looked after also while
 * nobody can ask about it.
 */
export function networkDoor({ api, listener, logger, limits = patience }: NetworkOptions): NetworkDoor {
  let open: Open | undefined;
  let isShut = false;
  let hasFailed = false;
  let retry: NodeJS.Timeout | undefined;
  let work = Promise.resolve();

  const leave = async (): Promise<void> => {
    const before = open;
    open = undefined;
    if (before) await ended(before);
  };

  const move = async (config: ApiConfig | undefined): Promise<void> => {
    if (open && config && isRenewal(open.config, config)) {
      renew(open.server, config);
      open = { ...open, config };
      return;
    }
    if (open && (config === undefined || placeOf(config) === placeOf(open.config))) await leave();
    if (config === undefined) return;
    const server = await opened(config, limits, listener);
    await leave();
    open = { config, server, closed: new Promise((resolve) => server.once('close', resolve)) };
    logger.info(
      { listen: placeOf({ ...config, port: portOf(server) }), tls: config.tls !== undefined },
      'the API listens',
    );
  };

  const look = async (): Promise<void> => {
    clearTimeout(retry);
    const config = api();
    if (isShut || isDeepStrictEqual(config, open?.config)) return;
    try {
      await move(config);
      hasFailed = false;
    } catch (thrown) {
      const { code, message, hint } = asHarborError(thrown);
      if (!hasFailed) logger.error({ error: { code, message, hint } }, 'the API cannot be opened; it is tried again');
      hasFailed = true;
      retry = setTimeout(() => void follow(), retryAfter).unref();
    }
  };

  const follow = (): Promise<void> => {
    work = work.then(look);
    return work;
  };

  return {
    follow,
    async shut() {
      isShut = true;
      clearTimeout(retry);
      await work;
      open?.server.close();
    },
    clear: leave,
  };
}

/** `127.0.0.1:7460` */
const placeOf = ({ host, port }: Pick<ApiConfig, 'host' | 'port'>): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** What can be taken over without anybody noticing: another certificate, another rule. */
const isRenewal = (from: ApiConfig, to: ApiConfig): boolean =>
  placeOf(from) === placeOf(to) && (from.tls === undefined) === (to.tls === undefined);

function renew(server: Server, { tls }: ApiConfig): void {
  if (tls && server instanceof TlsServer) server.setSecureContext({ cert: tls.cert, key: tls.key.reveal() });
}

async function opened(config: ApiConfig, limits: typeof patience, listener: RequestListener): Promise<Server> {
  let server: Server | undefined;
  try {
    server = serverFor(config, limits, listener);
    server.maxConnections = mostConnections;
    server.listen({ host: config.host, port: config.port });
    await once(server, 'listening');
    return server;
  } catch (cause) {
    server?.close();
    throw shut(config, cause);
  }
}

const serverFor = ({ tls }: ApiConfig, limits: typeof patience, listener: RequestListener): Server =>
  tls === undefined
    ? createServer(limits, listener)
    : createTlsServer({ ...limits, cert: tls.cert, key: tls.key.reveal(), minVersion: 'TLSv1.2' }, listener);

async function ended({ server, closed }: Open): Promise<void> {
  if (server.listening) server.close();
  await Promise.race([closed, delay(grace, undefined, { ref: false })]);
  server.closeAllConnections();
}

function shut(config: ApiConfig, cause: unknown): HarborError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  return new HarborError(`the API cannot listen on ${placeOf(config)}: ${why}`, {
    code: isTaken ? 'port-taken' : 'config-invalid',
    hint: isTaken
      ? 'Another program listens there: end it, or name another port in `api.listen`.'
      : 'Is the address in `api.listen` one of this host, and may this user listen there?',
    cause,
  });
}
