import type { Caller } from '../model/access.ts';

/** By which door a request came in, and what that means for it. */
export interface Visit {
  /** Who asks; undefined: nobody that is known. Throws `unauthenticated` for a token that is none, and `too-many-requests`. */
  admit(): Promise<Caller | undefined>;
  /** Milliseconds within which a question is answered; undefined: as long as it takes. */
  readonly limit: number | undefined;
}

/** The socket belongs to one user, who may do everything: it is as good as the command line. */
export const ownersVisit: Visit = {
  admit: async () => ({ kind: 'local', name: undefined, role: 'admin', apps: [] }),
  limit: undefined,
};
