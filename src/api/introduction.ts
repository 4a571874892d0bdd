import { Socket } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { Peer } from '../model/peer.ts';
import type { Desk } from './routes/route.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Who is at the other end of the socket; undefined where that could not be found out. */
    peer: Peer | undefined;
  }
}

/** Whoever asks for something to be done stands in the log: the kernel is asked who it is. */
export const introduction =
  ({ peerOf }: Pick<Desk, 'peerOf'>): MiddlewareHandler =>
  async (context, next) => {
    const socket = context.req.method === 'GET' ? undefined : socketOf(context.env);
    context.set('peer', socket && (await peerOf(socket)));
    await next();
  };

/** As the node server hands it over. */
function socketOf(env: unknown): Socket | undefined {
  const incoming: unknown = typeof env === 'object' && env !== null ? Reflect.get(env, 'incoming') : undefined;
  const socket: unknown =
    typeof incoming === 'object' && incoming !== null ? Reflect.get(incoming, 'socket') : undefined;
  return socket instanceof Socket ? socket : undefined;
}
