import type { Context } from 'hono';
import type { Served } from '../served.ts';

/** What routes work with. */
export interface Desk {
  readonly harbor: Served;
  readonly version: string;
  readonly pid: number;
  /** Absolute. */
  readonly configFile: string;
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
