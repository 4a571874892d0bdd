import type { Socket } from 'node:net';
import type { Caller } from '../model/access.ts';
import type { Serving } from './serving.ts';

/** By which door a request came in, and what that means for it. */
export interface Visit {
  /** Where it comes from. */
  readonly address: string;
  /** Counts a request of which nobody asks who makes it. Throws `too-many-requests`. */
  count(): void;
  /**
   * Who asks; undefined: nobody that is known. `acts`: something shall be done, so that who it is will stand in the log. Throws `unauthenticated` for
   * a token that is none, and `too-many-requests`.
   */
  admit(acts: boolean): Promise<Caller | undefined>;
  /** Milliseconds within which a question is answered; undefined: as long as it takes. */
  readonly limit: number | undefined;
}

/** The socket belongs to one user, who may do everything: it is as good as the command line. */
export const ownersVisit = (socket: Socket, { peerOf }: Pick<Serving, 'peerOf'>): Visit => ({
  limit: undefined,
  address: 'this host',
  count: () => undefined,
  async admit(acts) {
    const peer = acts ? await peerOf(socket) : undefined;
    return { kind: 'local', name: undefined, role: 'admin', apps: [], peer };
  },
});
