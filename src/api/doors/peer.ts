import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../core/loopback.ts';

/** Who is at the other end. */
export interface Peer {
  /** The address that asks: the connection's own, or what a trusted proxy says is behind it. */
  readonly address: string;
  /** It is a program of this very host that asks, and for a name of this host. */
  readonly isHere: boolean;
}

interface Connection {
  readonly remote: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export function peerOf({ remote = '', headers }: Connection, trustedProxies: readonly string[]): Peer {
  const own = plain(remote);
  const forwarded = forwardedFor(headers);
  const isProxied = forwarded.length > 0 || headers['forwarded'] !== undefined;
  const address = trustedProxies.includes(own) ? lastStranger(forwarded, trustedProxies) : undefined;
  return {
    address: address ?? own,
    // A page from elsewhere whose name has come to mean this host still asks for that name: DNS rebinding.
    isHere: !isProxied && isLoopback(own) && isLoopback(hostIn(headers.host ?? '')),
  };
}

const forwardedFor = (headers: IncomingHttpHeaders): readonly string[] =>
  [headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .map((part) => plain(part.trim()))
    .filter((part) => part !== '');

/** The nearest that is no proxy of ours: what stands before it anybody may have written. */
const lastStranger = (forwarded: readonly string[], trusted: readonly string[]): string | undefined =>
  forwarded.findLast((address) => !trusted.includes(address));

/** IPv4 in IPv6's clothes is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** Of `name:7460` or `[::1]:7460`. */
const hostIn = (header: string): string => header.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
