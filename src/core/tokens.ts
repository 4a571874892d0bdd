import type { TokenRecord } from '../model/access.ts';
import type { Entry } from '../model/entry.ts';
import type { HostSnapshot } from '../model/history.ts';

type Tokens = HostSnapshot['tokens'];

/** What the log says of tokens after one more entry; undefined: there are none. */
export function tokensAfter(before: Tokens, entry: Entry): Tokens {
  if (entry.kind === 'token-created') {
    const { token: id, name, role, apps, expires, seq, at, trigger } = entry;
    return [...(before ?? []), { id, name, role, apps, expires, seq, since: at, by: trigger.by }];
  }
  if (entry.kind !== 'token-revoked') return before;
  const left = (before ?? []).filter(({ id }) => id !== entry.token);
  return left.length === 0 ? undefined : left;
}

/** It stands where the name of a user does: in the log, and where people are counted. */
export const isTokenName = (name: string): boolean => /^\w[\w.@+-]{0,62}$/.test(name);

export const isExpired = ({ expires }: TokenRecord, now: Date): boolean =>
  expires !== undefined && Date.parse(expires) <= now.getTime();

export const scopeText = ({ apps }: Pick<TokenRecord, 'apps'>): string =>
  apps.length === 0 ? 'every app' : apps.join(', ');
