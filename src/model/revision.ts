import type { Signer } from './verification.ts';

export interface Identity {
  readonly name: string;
  readonly email: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The commit that an app's ref resolved to. Author and committer are what the commit claims. */
export interface Revision {
  /** URL without credentials. */
  readonly repository: string;
  /** Branch or tag; of a range of versions the tag that it led to. */
  readonly ref: string;
  readonly commit: string;
  readonly author: Identity;
  readonly committer: Identity;
  readonly subject: string;
  /** Who signed it, where that was verified. */
  readonly signer?: Signer | undefined;
}

/** What a path of a commit is. `id` is Git's object id: a fingerprint of the content, whatever the disk says. */
export interface GitObject {
  readonly id: string;
  readonly type: 'blob' | 'tree' | 'commit';
  /** Where it really is, if links lead there. */
  readonly at?: string;
}
