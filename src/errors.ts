/** Who must act before trying again can help. */
export type Fault = 'user' | 'world' | 'bug';

/** Every way to fail, and whose turn it is then. `user`: stalls until an input changes. `world`: retried for ever, slower and slower. */
const faults = {
  usage: 'user',
  unauthenticated: 'user',
  forbidden: 'user',
  'too-large': 'user',
  'config-missing': 'user',
  'config-invalid': 'user',
  'app-unknown': 'user',
  'state-unwritable': 'user',
  'lock-held': 'user',
  'tool-missing': 'user',
  'source-refused': 'user',
  'source-unverified': 'user',
  'history-rewritten': 'user',
  'ref-missing': 'user',
  'tree-refused': 'user',
  'compose-missing': 'user',
  'compose-invalid': 'user',
  'compose-refused': 'user',
  'variable-unset': 'user',
  'dependency-cycle': 'user',
  'project-foreign': 'user',
  'volume-changed': 'user',
  'build-failed': 'user',
  unhealthy: 'user',
  'check-failed': 'user',
  'hook-failed': 'user',
  'source-unreachable': 'world',
  'source-broken': 'world',
  'engine-unreachable': 'world',
  'engine-refused': 'world',
  'image-unavailable': 'world',
  'name-taken': 'world',
  'port-taken': 'world',
  'disk-full': 'world',
  timeout: 'world',
  interrupted: 'world',
  'log-unwritable': 'world',
  'daemon-unreachable': 'world',
  'too-many-requests': 'world',
  'notify-failed': 'world',
  'notify-refused': 'world',
  'log-corrupt': 'bug',
  bug: 'bug',
} as const satisfies Record<string, Fault>;

export type ErrorCode = keyof typeof faults;

/** Exit codes of the CLI by fault; 0 is success, 2 "plan found changes", 3 "blocked by a gate". */
const exitCodes: Record<Fault, number> = { world: 1, user: 4, bug: 70 };
const httpStatuses: Record<Fault, number> = { user: 422, world: 503, bug: 500 };
/** Where HTTP has a word of its own. */
const ownHttpStatuses: Partial<Record<ErrorCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  'too-large': 413,
  'too-many-requests': 429,
};

export interface HarborErrorOptions {
  code: ErrorCode;
  /** What the person should do next, as a sentence. */
  hint?: string | undefined;
  cause?: unknown;
  /** Where in a file of the user's, as `file:line:column`. */
  at?: string | undefined;
}

/** The one error of the product: `message` says what happened and why, `hint` what to do. Neither ever holds a secret. */
export class HarborError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: string | undefined;

  constructor(message: string, { code, hint, cause, at }: HarborErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HarborError';
    this.code = code;
    this.hint = hint;
    this.at = at;
  }
}

/** The cause of a `variable-unset`: which they are. */
export class UnsetVariables extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(`not set: ${names.join(', ')}`);
    this.names = names;
  }
}

/** Anything that is thrown, as a HarborError: what is not one already is a bug of ours. */
export function asHarborError(error: unknown): HarborError {
  if (error instanceof HarborError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HarborError(message, {
    code: 'bug',
    hint: 'This is a fault of Harbormaster: please report it with the log lines around it.',
    cause: error,
  });
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(faults, code);
export const faultOf = (code: ErrorCode): Fault => faults[code];
export const exitCodeOf = (code: ErrorCode): number => exitCodes[faults[code]];
export const httpStatusOf = (code: ErrorCode): number => ownHttpStatuses[code] ?? httpStatuses[faults[code]];
