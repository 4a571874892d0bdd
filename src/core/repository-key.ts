/** A repository's address without what differs from one way of reaching it to another: scheme, user, port, `.git`. */
export function repositoryKey(url: string): string {
  const scp = /^(?:[^@/:]+@)?([^/:@]+):(?!\/\/)(.+)$/.exec(url);
  const [, host, path] = scp ?? /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.*)$/i.exec(url) ?? [];
  const place = host === undefined ? url : `${host}/${(path ?? '').replace(/^\/+/, '')}`;
  return place.toLowerCase().replace(/\/+$/, '').replace(/\.git$/, '');
}
