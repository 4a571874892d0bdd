/** A check as configured: which part, its own validated options, and how patient it is. Durations in milliseconds. */
export interface CheckConfig {
  readonly type: string;
  /** What it is called in plans and in the log; undefined: by what it asks. */
  readonly name: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** Of one attempt. */
  readonly limit: number;
  /** How often it is asked again before it has failed. */
  readonly retries: number;
  /** Between two attempts. */
  readonly pause: number;
}

/** What a check found. */
export interface CheckResult {
  /** As the plan calls it. */
  readonly check: string;
  readonly passed: boolean;
  /** Only told, because an earlier release came back: nothing hangs on it. */
  readonly advisory?: boolean;
  readonly attempts: number;
  /** What the last attempt saw, e.g. `answered 503, wanted 2xx`. */
  readonly detail: string;
  /** What was answered or written last, where it did not pass: bounded, without escapes and known secrets. */
  readonly output?: string;
  /** Milliseconds, all attempts together. */
  readonly duration: number;
}
