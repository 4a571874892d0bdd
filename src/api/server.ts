import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HarborError } from '../errors.ts';
import { daemonAnswers, longestSocketPath, somebodyListens } from './probe.ts';
import type { Desk } from './routes/route.ts';
import type { Served } from './served.ts';

export interface Serving {
  readonly harbor: Served;
  readonly version: string;
  /** Absolute; whoever asks may mean another. */
  readonly configFile: string;
  /** The repository that the configuration comes from now, besides. */
  readonly from: () => string | undefined;
  readonly peerOf: Desk['peerOf'];
}

/** For the last lines of an answer to reach a client, and for another daemon to say who it is. Milliseconds. */
const grace = 1_000;

/**
 * Answers on a Unix socket that only its owner may use. Disposing of it stops listening at once, waits for every pass that somebody asked for, and then
 * ends what is still connected. Throws `lock-held` if somebody answers there already, `state-unwritable` if it cannot be opened.
 */
export async function serveOn(
  socketPath: string,
  { harbor, version, configFile, from, peerOf }: Serving,
): Promise<AsyncDisposable> {
  await makeWay(socketPath);
  const work = keeper();
  const answer = listener({ harbor, version, configFile, from, peerOf, pid: process.pid, keep: work.keep });
  const server = createServer((request, response) => void answer(request, response));
  await listen(server, socketPath);
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await work.end();
      await Promise.race([closed, delay(grace, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The router, and what Node has behind `Request` and `Response`, take ten megabytes: they are loaded when somebody asks for the first time. */
function listener(desk: Desk): (...exchange: Parameters<RequestListener>) => Promise<void> {
  let loading: Promise<RequestListener> | undefined;
  return async (request, response) => {
    loading ??= load(desk);
    const answer = await loading;
    answer(request, response);
  };
}

async function load(desk: Desk): Promise<RequestListener> {
  const [{ getRequestListener }, { createRouter }] = await Promise.all([
    import('@hono/node-server'),
    import('./router.ts'),
  ]);
  const answer = getRequestListener(createRouter(desk).fetch, { overrideGlobalObjects: false });
  return (request, response) => void answer(request, response);
}

/** Work that goes on whoever listens, until it ends by itself. */
function keeper() {
  const underWay = new Set<Promise<unknown>>();
  let isClosing = false;
  return {
    keep<Result>(begin: () => Promise<Result>): Promise<Result> {
      if (isClosing) throw new HarborError('the daemon is stopping', { code: 'daemon-unreachable' });
      const work = begin();
      const kept = work.catch(() => undefined).finally(() => underWay.delete(kept));
      underWay.add(kept);
      return work;
    },
    async end(): Promise<void> {
      isClosing = true;
      await Promise.all(underWay);
    },
  };
}

async function listen(server: Server, socketPath: string): Promise<void> {
  try {
    server.listen(socketPath);
    await once(server, 'listening');
    // Until here an ordinary umask lets others look at it, not connect; and `run/` is closed to them anyway.
    await chmod(socketPath, 0o600);
  } catch (cause) {
    server.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarborError(`the socket ${socketPath} cannot be opened: ${why}`, {
      code: 'state-unwritable',
      hint: 'Is the state directory writable, and on a file system that knows sockets? Another one: --state-dir DIR.',
      cause,
    });
  }
}

/** Removes what a daemon that died left behind, and nothing else. */
async function makeWay(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > longestSocketPath) {
    throw new HarborError(`the path of the socket is too long: ${socketPath}`, {
      code: 'state-unwritable',
      hint: `Choose a shorter --state-dir: the system allows ${longestSocketPath} bytes.`,
    });
  }
  const found = await lstat(socketPath).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new HarborError(`${socketPath} is no socket`, {
      code: 'state-unwritable',
      hint: 'It is not ours: move it away.',
    });
  }
  if (await somebodyListens(socketPath)) throw occupied(socketPath, (await daemonAnswers(socketPath, grace))?.pid);
  await unlink(socketPath);
}

const occupied = (socketPath: string, pid: number | undefined): HarborError =>
  new HarborError(`another Harbormaster listens on ${socketPath}${pid === undefined ? '' : ` (pid ${pid})`}`, {
    code: 'lock-held',
    hint: 'Stop that one first, or give this one its own --state-dir.',
  });
