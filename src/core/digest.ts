import { createHash, createHmac } from 'node:crypto';

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** For whatever may cover a secret: labels and logs can be guessed at, so their digests are keyed with the host's key. */
export const hmac = (key: Uint8Array, content: string): string =>
  createHmac('sha256', key).update(content).digest('hex');

/** Names a configuration without telling what is in it, secrets included. `fingerprint` is its own, over everything that it says. */
export const configurationDigest = (key: Uint8Array, { fingerprint }: { readonly fingerprint: string }): string =>
  hmac(key, `configuration\n${fingerprint}`);

/** JSON with sorted keys: equal values give equal text. `undefined` members are left out, as in JSON. */
export function canonical(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
