/** A message of a forge, as it came. */
export interface Delivery {
  header(name: string): string | undefined;
  /** The bytes that are signed. */
  readonly body: Buffer;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

/** What a message says that matters. All of it is a hint: nothing of it is ever fetched or deployed. */
export interface Hint {
  /** `push`: something moved. `ping`: the forge tries whether anybody is there. `other`: no matter of ours. */
  readonly event: 'push' | 'ping' | 'other';
  /** What the forge calls it. */
  readonly name: string;
  /** Addresses by which the repository may be known here. */
  readonly urls: readonly string[];
}

/** One way to tell that a repository changed. A new one is a file with one of these, and one line in `index.ts`. */
export interface WebhookKind {
  readonly type: string;
  /** Why its sender may not know the secret, for who runs the host; undefined: he does. Judged by the raw bytes, in constant time. */
  doubt(delivery: Delivery, secret: string): string | undefined;
  /** The forge's own id of it. */
  idOf(delivery: Delivery): string | undefined;
  read(delivery: Delivery): Hint;
}
