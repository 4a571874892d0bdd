import { compareBuild, lt, parse, Range, type SemVer, satisfies, validRange } from 'semver';

/**
 * Whether a `tag:` means versions and not one tag: `^1.4`, `1.x`, `>=2 <3`. A whole version (`1.4.2`) is the name of one tag, and so is what begins
 * with a `v`: `v1` is what many call a tag that they move.
 */
export const isVersionRange = (text: string): boolean =>
  text.trim() !== '' && !text.startsWith('v') && parse(text) === null && validRange(text) !== null;

/** The tag of the highest version in a range, with or without a leading `v`; of pre-releases only those that the range names. */
export function highestTag(range: string, tags: readonly string[]): string | undefined {
  const wanted = new Range(range);
  const versions = tags.flatMap((tag) => {
    const version = parse(tag);
    return version !== null && wanted.test(version) ? [{ tag, version }] : [];
  });
  return versions.sort(highestFirst)[0]?.tag;
}

interface Tagged {
  readonly tag: string;
  readonly version: SemVer;
}

/** `v1.4.2` and `1.4.2` are one version: the shorter name is taken, so that all hosts take the same. */
const highestFirst = (left: Tagged, right: Tagged): number =>
  compareBuild(right.version, left.version) || left.tag.length - right.tag.length;

/** Whether following the range would go back: what is deployed is a higher version that the range still lets in. */
export function goesBack(range: string, tag: string, deployed: string): boolean {
  const [to, from] = [parse(tag), parse(deployed)];
  return to !== null && from !== null && satisfies(from, range) && lt(to, from);
}
