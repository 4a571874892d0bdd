/** How it is about somebody who is told what the log says. Times are ISO 8601. */
export interface DeliveryStatus {
  /** As the configuration names it, without secrets. */
  readonly target: string;
  /** How many messages wait for it. */
  readonly waiting: number;
  /** How many it refused for good. */
  readonly refused: number;
  /** Why it refused the last of them. */
  readonly refusal?: { readonly at: string; readonly message: string; readonly hint?: string | undefined } | undefined;
  /** Present while it cannot be reached. */
  readonly trouble?: DeliveryTrouble | undefined;
}

export interface DeliveryTrouble {
  readonly since: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly attempts: number;
  /** When it is tried again. */
  readonly next: string;
}
