import type { Account } from './actor.ts';

/** Who is at the other end of a Unix socket, as the kernel told it. */
export interface Peer {
  /** That connected it. */
  readonly account: Account;
  /** Who logged in to the session that it belongs to; undefined where nobody did, as in most containers. */
  readonly login: Account | undefined;
}
