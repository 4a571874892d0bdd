/** What is wrong with a URL. `write`: the line to write instead, to be shown only if nothing secret went into the URL. */
export interface UrlFault {
  readonly text: string;
  readonly write?: string | undefined;
}

const must = 'must be a Git URL such as https://git.example.com/team/shop.git or git@git.example.com:team/shop.git';
const account = /^[A-Za-z0-9_][\w.-]*$/;
const host = /^(?:[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])$/;
const hasScheme = (url: string): boolean => url.includes('://');
/** `[user@]host:path`, as scp and Git understand it. */
const scpLike = /^(?:([^@/:]+)@)?([^/:@]+):(?!-)(.+)$/;

export const isSsh = (url: string): boolean => /^ssh:\/\//i.test(url) || (!hasScheme(url) && scpLike.test(url));
export const isHttp = (url: string): boolean => /^https?:\/\//i.test(url);

/** Judges a URL by itself: a transport that the Git edge knows, nothing that reads as an option, no credentials. */
export function urlFault(url: string): UrlFault | undefined {
  if (url === '' || url.startsWith('-') || url.length > 2048) return { text: must };
  if (/[\u0000-\u001f\u007f-\u009f]/.test(url)) return { text: 'must not hold control characters' };
  if (url.startsWith('/')) return /(?:^|\/)\.\.(?:\/|$)|\s$/.test(url) ? { text: must } : undefined;
  if (/\s/.test(url)) return { text: 'must not hold blanks' };
  if (/^\w[\w+.-]*::/.test(url)) return { text: 'must not name a remote helper (`name::…`): those run commands' };
  if (!hasScheme(url)) return scpFault(url);
  return URL.canParse(url) ? (credentialFault(new URL(url)) ?? schemeFault(new URL(url))) : { text: must };
}

function scpFault(url: string): UrlFault | undefined {
  if (/^[^/]*:[^/]*@/.test(url)) return { text: 'must not hold a password; use `ssh_key`' };
  const [, user = 'git', name] = scpLike.exec(url) ?? [];
  if (name !== undefined) return host.test(name) && account.test(user) ? undefined : { text: must };
  const isBare = /^[\w-]+(?:\.[\w-]+)+\//.test(url);
  return isBare ? { text: `${must}; the scheme is missing`, write: `url: https://${url}` } : { text: must };
}

function schemeFault({ protocol, username, hostname, pathname, hash, search }: URL): UrlFault | undefined {
  if (hash !== '') return { text: 'must not have a #fragment; name the branch with `branch`' };
  if (search !== '') return { text: 'must not have a ?query' };
  if (protocol === 'file:')
    return ['', 'localhost'].includes(hostname) && isDecodable(pathname) ? undefined : { text: must };
  if (!['https:', 'http:', 'ssh:'].includes(protocol))
    return { text: 'must start with https://, ssh://, http:// or file://' };
  if (!host.test(hostname) || !account.test(username || 'git')) return { text: must };
  return pathname.length < 2 ? { text: `${must}; the path after the host is missing` } : undefined;
}

function isDecodable(path: string): boolean {
  try {
    return !/[\u0000-\u001f\u007f-\u009f]/.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

function credentialFault({ protocol, username, password, host: authority, pathname }: URL): UrlFault | undefined {
  if (password === '' && (username === '' || protocol === 'ssh:')) return undefined;
  const beside = protocol === 'ssh:' ? '`ssh_key: FILE`' : '`username: NAME` and `token: ${GIT_TOKEN}`';
  return {
    text: `must not hold credentials, which would end up in logs: put ${beside} beside it`,
    write: `url: ${protocol}//${authority}${pathname}`,
  };
}
