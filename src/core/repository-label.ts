import { placeOf } from './same-repository.ts';

/** Host and path of a repository, for people and monitors: no user, password, port or query, wherever somebody may have written one. */
export function repositoryLabel(url: string): string {
  const parsed = url.includes('://') && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed) return placeOf(`${parsed.protocol}//${parsed.hostname}${parsed.pathname}`);
  const [bare = url] = url.split(/[?#]/, 1);
  return placeOf(bare.slice(bare.lastIndexOf('@') + 1));
}
