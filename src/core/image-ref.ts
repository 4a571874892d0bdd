/** `registry/repository:tag@sha256:…`, taken apart; `name` is registry and repository as they were written. */
export interface ImageRef {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const suffix = /^(?<name>.+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}))?$/;
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const registry = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::\\d+)?$`);
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const longestName = 255;
const longest = 600;

/**
 * Undefined for what is no reference, an image id among them.
 * Source of the grammar: https://github.com/distribution/reference/blob/main/reference.go
 */
export function parseImageRef(reference: string): ImageRef | undefined {
  if (reference.length > longest || isImageId(reference)) return undefined;
  const found = suffix.exec(reference)?.groups;
  const name = found?.['name'];
  if (name === undefined || !isName(name)) return undefined;
  return { name, tag: found?.['tag'], digest: found?.['digest'] };
}

/** The first part is a registry only if it looks like a host: `shop/web` is on Docker Hub, `shop.example/web` and `localhost/web` are not. */
function isName(name: string): boolean {
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  if (hasRegistry && !registry.test(first)) return false;
  const path = hasRegistry ? rest : [first, ...rest];
  return name.length <= longestName && path.every((part) => component.test(part));
}

/** Whether it may stand between the slashes of a repository's name. */
export const isRepositoryComponent = (text: string): boolean => component.test(text);

export const isImageId = (reference: string): boolean => /^sha256:[a-f0-9]{64}$/.test(reference);

/** The same image by content: the tag stays for people to read. */
export function pinTo(reference: string, digest: string): string {
  const { name, tag } = parseImageRef(reference) ?? { name: reference, tag: undefined };
  return `${name}:${tag ?? 'latest'}@${digest}`;
}

/** Followed by more, as in `latest-arm64`, they move as well. */
const floating = /^(?:latest|stable|edge|nightly|lts|current|unstable|canary)(?:[._-]|$)/;

/** Why the tag may point elsewhere tomorrow; undefined for digests and for tags that name a version. */
export function whyMutable(reference: string): string | undefined {
  const parsed = parseImageRef(reference);
  if (parsed === undefined || parsed.digest !== undefined) return undefined;
  if (parsed.tag === undefined) return 'it names no tag, which means "latest"';
  const namesVersion = /\d/.test(parsed.tag) && !floating.test(parsed.tag);
  return namesVersion ? undefined : `the tag "${parsed.tag}" moves`;
}
