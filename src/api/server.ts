import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createGuard } from './doors/guard.ts';
import { networkDoor } from './doors/network.ts';
import { openSocket } from './doors/socket.ts';
import { healthOf, healthPath } from './health.ts';
import { keeper } from './keeper.ts';
import type { Office } from './router.ts';
import type { Open, Serving } from './serving.ts';
import { createStreams } from './streams.ts';
import { ownersVisit, type Visit } from './visit.ts';
import { createReception } from './webhooks/reception.ts';

/** For the last lines of an answer to reach a client. Milliseconds. */
const grace = 1_000;

/**
 * Answers on a Unix socket that only its owner may use, and on TCP where the configuration says so. Disposing of it stops listening at once, waits for
 * everything that somebody asked for, and then ends what is still connected. Throws `lock-held` if somebody answers there already, `state-unwritable` if
 * the socket cannot be opened.
 */
export async function serveOn(socketPath: string, serving: Serving): Promise<Open> {
  const work = keeper();
  const office = officeOf(serving, work.keep);
  const answer = answering(office);
  const { harbor, clock, logger, config } = serving;
  const api = () => config().api;
  const guard = createGuard({ recognise: harbor.recognise, clock, logger, api });
  const socket = createServer((request, response) => {
    // Asked twice a minute by a container's healthcheck and by every command: nothing is loaded for that.
    if (request.method === 'GET' && request.url === healthPath) tell(response, healthOf(office));
    else answer(ownersVisit(request.socket, serving), request, response);
  });
  await openSocket(socket, socketPath);
  const network = networkDoor({
    api,
    logger,
    listener: (request, response) => answer(guard(request), request, response),
  });
  await network.follow();
  return {
    reloaded: network.follow,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await network.shut();
      await work.end();
      await Promise.race([closed, delay(grace, undefined, { ref: false })]);
      await network.clear();
      socket.closeAllConnections();
      await closed;
    },
  };
}

function tell(response: ServerResponse, answer: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
}

function officeOf({ clock, config, hint, peerOf: _, ...serving }: Serving, keep: Office['keep']): Office {
  const receive = createReception({ config, clock, logger: serving.logger, hint });
  return { ...serving, pid: process.pid, now: clock.now, streams: createStreams(), receive, keep };
}

type Answering = (visit: Visit, request: IncomingMessage, response: ServerResponse) => void;

/** The router, and what Node has behind `Request` and `Response`, take ten megabytes: they are loaded when somebody asks for the first time. */
function answering(office: Office): Answering {
  let loading: Promise<Answering> | undefined;
  return async (visit, request, response) => {
    loading ??= load(office);
    (await loading)(visit, request, response);
  };
}

async function load(office: Office): Promise<Answering> {
  const [{ getRequestListener }, { createRouter }] = await Promise.all([
    import('@hono/node-server'),
    import('./router.ts'),
  ]);
  const router = createRouter(office);
  return (visit, request, response) => {
    const listen = getRequestListener((asked) => router.fetch(asked, visit), { overrideGlobalObjects: false });
    void listen(request, response);
  };
}
