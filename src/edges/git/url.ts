import { HarborError } from '../../errors.ts';
import { hasControls, printable } from './text.ts';

/** A repository's address, taken apart and checked: nothing in it can be read as an option, a command or a credential. */
export type Remote =
  | { readonly kind: 'http'; readonly url: string; readonly scheme: 'http' | 'https'; readonly origin: string }
  | {
      readonly kind: 'ssh';
      readonly url: string;
      readonly user: string | undefined;
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'file'; readonly url: string };

const forms =
  'Write https://host/path.git, ssh://git@host/path.git, git@host:path.git, or the absolute path of a repository on this host.';
const scpLike = /^(?:(?<user>[^@/:]+)@)?(?<host>[^/:@]+):(?<path>.+)$/;
const userName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const hostName = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])$/;

/** Throws `config-invalid` for whatever is not exactly one of the four forms. */
export function parseRemote(url: string): Remote {
  if (url === '' || url !== url.trim() || hasControls(url))
    throw refused(url, 'it is empty or has control characters or spaces around it');
  if (url.startsWith('-')) throw refused(url, 'it starts with "-" and would be read as an option');
  if (/^[A-Za-z0-9]+::/.test(url))
    throw refused(url, 'remote helpers ("name::address") are not allowed, as they run commands');
  if (url.startsWith('/')) return { kind: 'file', url };
  if (url.includes('://')) return parseUrl(url);
  return parseScpLike(url);
}

/** Scheme, host and port: where a credential may go, and nowhere else. */
export function originOf(remote: Remote): string {
  if (remote.kind === 'file') return 'file:';
  if (remote.kind === 'http') return remote.origin;
  return `ssh://${remote.user ?? ''}@${remote.host}:${remote.port}`;
}

/** An address as it may be printed, whatever somebody wrote into it. */
export function withoutCredentials(url: string): string {
  const isAccount = /^ssh:\/\/[^/:@]*@/i.test(url);
  return printable(isAccount ? url : url.replace(/^([a-z+]+:\/\/)[^/]*@/i, '$1'));
}

function parseUrl(text: string): Remote {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw refused(text, 'it is not a valid URL');
  if (url.search !== '' || url.hash !== '') throw refused(text, 'it has a "?" or "#" part');
  if (url.password !== '') throw refused(text, 'it holds a password', tokenHint);
  if (url.protocol === 'https:' || url.protocol === 'http:') return parseHttp(text, url);
  if (url.protocol === 'ssh:') return parseSsh(text, url);
  if (url.protocol === 'file:' && (url.host === '' || url.host === 'localhost'))
    return { kind: 'file', url: decodedPath(text, url) };
  throw refused(text, `"${printable(url.protocol)}//" is not a way to reach a repository here`);
}

const tokenHint = 'Take the credential out of the URL and give it as a token, from a file or from the environment.';

function parseHttp(text: string, url: URL): Remote {
  if (url.username !== '') throw refused(text, 'it holds a user name or token', tokenHint);
  if (url.pathname === '/') throw refused(text, 'it names no repository');
  return {
    kind: 'http',
    url: url.href.replace(/\/+$/, ''),
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    origin: url.origin,
  };
}

function parseSsh(text: string, url: URL): Remote {
  const user = url.username === '' ? undefined : url.username;
  checkAccount(text, user, url.hostname);
  if (url.pathname === '' || url.pathname === '/') throw refused(text, 'it names no repository');
  return { kind: 'ssh', url: text, user, host: url.hostname, port: url.port === '' ? 22 : Number(url.port) };
}

function parseScpLike(text: string): Remote {
  const { user, host, path } = scpLike.exec(text)?.groups ?? {};
  if (host === undefined || path === undefined)
    throw refused(text, 'it is neither a URL, nor user@host:path, nor an absolute path');
  checkAccount(text, user, host);
  if (path.startsWith('-')) throw refused(text, 'its path starts with "-" and would be read as an option');
  return { kind: 'ssh', url: text, user, host, port: 22 };
}

function checkAccount(text: string, user: string | undefined, host: string): void {
  if (user !== undefined && !userName.test(user))
    throw refused(text, 'its user name has characters that are not allowed');
  if (!hostName.test(host)) throw refused(text, 'its host name has characters that are not allowed');
}

function decodedPath(text: string, url: URL): string {
  try {
    const path = decodeURIComponent(url.pathname);
    if (!hasControls(path)) return path;
  } catch {
    // Falls through: a "%" that encodes nothing.
  }
  throw refused(text, 'its path cannot be decoded');
}

const refused = (url: string, because: string, hint = forms): HarborError =>
  new HarborError(`The repository URL "${withoutCredentials(url)}" cannot be used: ${because}`, {
    code: 'config-invalid',
    hint,
  });
