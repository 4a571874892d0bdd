import type { Socket } from 'node:net';
import type { Context } from 'hono';
import type { Peer } from '../../model/peer.ts';
import type { Served } from '../served.ts';

/** What routes work with. */
export interface Desk {
  readonly harbor: Served;
  readonly version: string;
  readonly pid: number;
  /** Absolute. */
  readonly configFile: string;
  /** The repository that the configuration comes from now, besides. */
  readonly from: () => string | undefined;
  /** Who is at the other end of a connection, as the kernel knows it; undefined where nobody can tell. */
  peerOf(socket: Socket): Promise<Peer | undefined>;
  /** Begins work that the server waits for before it ends. Throws `daemon-unreachable` once it is closing. */
  keep<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** One route of the API. A new one is a file with one of these, and one line in `index.ts`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Throws HarborError. */
  answer(context: Context, desk: Desk): Response | Promise<Response>;
}
