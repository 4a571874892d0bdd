import type { CommitState } from '../../model/forge.ts';

/** What a forge is asked to show. */
export interface Posting {
  /** Names who says it, and of what. */
  readonly context: string;
  readonly state: CommitState;
  readonly description: string;
  /** Where somebody sees more. */
  readonly targetUrl: string | undefined;
  readonly commit: string;
  readonly ref: string;
}

export interface Request {
  /** Below the address of the API. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string | undefined>>;
}

/** How one kind of forge is spoken to. */
export interface Forge {
  /** `repository`: its path, as `team/shop`. */
  request(posting: Posting, repository: string, token: string): Request;
  /** Whether this refusal (status, text of the answer) means that it shows so already. */
  saysSo?(status: number, text: string): boolean;
  /** What a token must be allowed, for people. */
  readonly permission: string;
}
