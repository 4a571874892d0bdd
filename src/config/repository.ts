import { createHash } from 'node:crypto';
import type { Credentials, Repository } from '../model/app.ts';
import { Secret } from '../model/secret.ts';
import { isSsh } from './git-url.ts';
import type { DefaultSettings, RepositorySettings } from './schema.ts';

export type Access = Partial<Omit<RepositorySettings, 'url'>>;

export interface RepositoryInput {
  readonly url: string;
  readonly access: Access;
  readonly defaults: DefaultSettings;
  /** What the token was interpolated from: tells credentials apart without looking at them. */
  readonly tokenFrom: readonly string[];
  readonly absolute: (path: string) => string;
}

/** A repository with its credentials. Apps with the same url and credentials get the same id, and so one mirror. */
export function repositoryFrom({ url, access, defaults, tokenFrom, absolute }: RepositoryInput): Repository {
  const ssh = isSsh(url);
  const key = access.ssh_key ?? defaults.ssh_key;
  const knownHosts = access.known_hosts ?? defaults.known_hosts;
  const authority = ssh ? undefined : (access.certificate_authority ?? defaults.certificate_authority);
  const username = access.username ?? 'git';
  const reference = ssh ? [key, knownHosts] : access.token === undefined ? [] : [username, ...tokenFrom];
  return {
    id: repositoryId(url, [...reference, authority]),
    url,
    credentials: ssh
      ? { kind: 'ssh', key: key && absolute(key), knownHosts: knownHosts && absolute(knownHosts) }
      : byToken(username, access.token),
    certificateAuthority: authority && absolute(authority),
  };
}

const byToken = (username: string, token: string | undefined): Credentials =>
  token === undefined ? { kind: 'none' } : { kind: 'token', username, token: new Secret(token) };

/** Readable at its start, unique at its end, safe as a folder name. */
function repositoryId(url: string, reference: readonly (string | undefined)[]): string {
  const same = url.replace(/\/+$/, '');
  const words = same
    .replace(/\.git$/, '')
    .split(/[/:]/)
    .slice(-2)
    .join('-');
  const slug = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(-40);
  const hash = createHash('sha256')
    .update(JSON.stringify([same, ...reference.map((part) => part ?? null)]))
    .digest('hex')
    .slice(0, 12);
  return `${slug || 'repository'}-${hash}`;
}
