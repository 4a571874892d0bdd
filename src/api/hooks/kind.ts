import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../core/digest.ts';

/** A message of a forge, as it came. */
export interface Delivery {
  header(name: string): string | undefined;
  /** The bytes that are signed. */
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a message says that matters. All of it is a hint: nothing of it is ever looked at, fetched or deployed. */
export interface Hint {
  /** `push`: something moved. `ping`: the forge tries whether anybody is there. `other`: not our matter. */
  readonly event: 'push' | 'ping' | 'other';
  /** Addresses by which the repository may be known here. */
  readonly urls: readonly string[];
}

/** One way to tell that a repository changed. A new one is a file with one of these, and one line in `index.ts`. */
export interface HookKind {
  readonly kind: string;
  /** Whether who sent it knows the secret: of the raw bytes, and in constant time. */
  proves(delivery: Delivery, secret: string): boolean;
  /** The forge's own id of it. */
  idOf(delivery: Delivery): string | undefined;
  /** By what a message that came before is known again. */
  keysOf(delivery: Delivery): readonly string[];
  read(delivery: Delivery): Hint;
}

/** Equal, found out without telling how far they are. */
export const isSame = (given: string, wanted: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(given), 'hex'), Buffer.from(sha256(wanted), 'hex'));

export const hexHmac = (secret: string, body: Buffer): string => createHmac('sha256', secret).update(body).digest('hex');

/** JSON as it is, or as GitHub sends it by default: in a form. Undefined: neither. */
export function payloadOf({ header, body }: Delivery): unknown {
  const isForm = header('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  const text = isForm ? new URLSearchParams(body.toString('utf8')).get('payload') : body.toString('utf8');
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** The texts under these names in the member `repository` or `project` of a payload. */
export function textsOf(payload: unknown, member: string, names: readonly string[]): readonly string[] {
  const found = fieldOf(payload, member);
  return names.flatMap((name) => {
    const value = fieldOf(found, name);
    return typeof value === 'string' && value !== '' ? value : [];
  });
}

export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
