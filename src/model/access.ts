import type { Peer } from './peer.ts';

/** What kinds of acts there are over the API. */
export type Right = 'read' | 'deploy' | 'approve' | 'operate' | 'administer';

/** A set of rights, under the name that a token is given it by; see core/access.ts. */
export type Role = 'viewer' | 'deployer' | 'approver' | 'operator' | 'admin';

/** Who asks, and what of. */
export interface Caller {
  /** `local`: over the socket, which is its owner's. `anonymous`: without a token. */
  readonly kind: 'local' | 'token' | 'anonymous';
  /** The token's; who the local client says it is. */
  readonly name: string | undefined;
  readonly role: Role;
  /** Patterns of the names of apps; empty: every app, and the host itself. */
  readonly apps: readonly string[];
  /** Who is at the other end of the socket, as the kernel knows it. */
  readonly peer?: Peer | undefined;
}

/** A token as the log knows it: what it is good for, not what it is. */
export interface TokenRecord {
  /** Stands in the token itself. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** As of a caller. */
  readonly apps: readonly string[];
  /** ISO 8601; undefined: it lasts until it is revoked. */
  readonly expires: string | undefined;
  /** Of the entry that tells of it. */
  readonly seq: number;
  readonly since: string;
  readonly by: string | undefined;
}
