import type { ComposeModel } from '../model/compose-model.ts';
import type { OnChange, OnChangeRules, Refresh } from '../model/on-change.ts';
import type { MountedPath, Release } from '../model/release.ts';
import { pathsOf, undoubled, within } from './compose-paths.ts';
import { seenBy } from './content.ts';
import { contentChanges, definitionsOf, type Sealed } from './explain.ts';
import { parseSealed } from './sealed-model.ts';

/** What deciding about a refresh takes besides the release. */
export interface OnChangeInput {
  readonly rules: OnChangeRules;
  /** The app's live folder, absolute. */
  readonly live: string;
  /** Releases that containers may have come from. */
  readonly releases: readonly Release[];
}

export interface Refreshment {
  readonly by: Refresh;
  /** What changed, named as in the release. */
  readonly content: readonly string[];
}

/**
 * How the containers of a service, which are at these digests, come to the release without new ones. Undefined: they need new ones, because more than
 * content changed, or content that they do not see from where they are, or because nobody said otherwise.
 */
export function refreshment(
  service: string,
  digests: readonly (string | undefined)[],
  release: Release,
  { rules, live, releases }: OnChangeInput,
): Refreshment | undefined {
  const to = Object.hasOwn(rules, service) ? sealedIn(release, service, undefined) : undefined;
  if (to === undefined) return undefined;
  const changed = new Set<string>();
  for (const digest of digests) {
    const origin = releases.find((known) => sealedIn(known, service, digest) !== undefined);
    const from = origin && sealedIn(origin, service, digest);
    const keys = digest === undefined || from === undefined ? undefined : contentChanges(to, from);
    if (origin === undefined || !keys?.every((key) => staysInSight(key, service, { from: origin, to: release, live })))
      return undefined;
    for (const key of keys) changed.add(key);
  }
  const content = [...changed].sort();
  const by = strongest(content.map((key) => ruleFor(rules, service, key)));
  return by && { by, content };
}

/** The service as a release has it, if it has this digest there; undefined: whichever it has. */
function sealedIn({ services, compose }: Release, name: string, digest: string | undefined): Sealed | undefined {
  const service = services.find((one) => one.name === name && (digest === undefined || one.digest === digest));
  return service && { service, definition: definitionsOf(compose)[name] };
}

interface Way {
  readonly from: Release;
  readonly to: Release;
  readonly live: string;
}

/** A container holds on to the very file or folder that it was started with: at its place the new content must be the same file or folder. */
function staysInSight(key: string, service: string, { from, to, live }: Way): boolean {
  const [before, after] = [from, to].map((release) => mountedAs(key, service, release, live)?.object);
  return before !== undefined && before.type === after?.type && before.at === after.at;
}

/** What a service mounts under this name; undefined for what it only has from when it was made: `content:`, environment, security profiles. */
export function mountedAs(key: string, service: string, release: Release, live: string): MountedPath | undefined {
  const model = parseSealed(release.compose);
  const path = grantedFile(key, model, live) ?? mountOf(key, seenBy(service, model), live);
  return release.mounts.find((mounted) => mounted.path === path);
}

/** Of a config or secret that is a file of the repository. */
function grantedFile(key: string, { configs = {}, secrets = {} }: ComposeModel, live: string): string | undefined {
  const [, kind, name = ''] = /^(config|secret) (.+)$/s.exec(key) ?? [];
  if (kind === undefined) return undefined;
  const { file } = (kind === 'config' ? configs[name] : secrets[name]) ?? {};
  return file === undefined ? undefined : within(live, undoubled(file));
}

function mountOf(key: string, seen: ComposeModel, live: string): string | undefined {
  const uses = pathsOf(seen).filter(({ path }) => within(live, path) === key);
  return uses.length > 0 && uses.every(({ use }) => use === 'mount' || use === 'volume') ? key : undefined;
}

export const ruleFor = (rules: OnChangeRules, service: string, key: string): OnChange => {
  const own = Object.hasOwn(rules, service) ? rules[service] : undefined;
  const named = own && Object.hasOwn(own, key) ? own[key] : own?.['*'];
  return named ?? { kind: 'recreate' };
};

/** A restart reads everything anew, and so no signal is needed besides. */
function strongest(rules: readonly OnChange[]): Refresh | undefined {
  if (rules.some(({ kind }) => kind === 'recreate')) return undefined;
  if (rules.some(({ kind }) => kind === 'restart')) return { kind: 'restart' };
  const signals = rules.flatMap((rule) => (rule.kind === 'signal' ? [rule.signal] : []));
  return signals.length > 0 ? { kind: 'signal', signals: [...new Set(signals)] } : { kind: 'ignore' };
}

/**
 * Repository paths of files that running containers must see change: each is mounted by itself into a service that is only signalled, or told nothing.
 * Such a container sees what is written into the file, and not what takes the file's place.
 */
export function writtenInPlace(rules: OnChangeRules, release: Release, live: string): readonly string[] {
  const services = release.services.filter(({ name }) => Object.hasOwn(rules, name));
  const found = services.flatMap(({ name, content }) =>
    filesSeen(
      Object.keys(content).filter((key) => ['signal', 'ignore'].includes(ruleFor(rules, name, key).kind)),
      name,
      release,
      live,
    ),
  );
  return [...new Set(found)].sort();
}

/** Of what a service mounts the single files, by where they really are. */
export const filesSeen = (
  keys: readonly string[],
  service: string,
  release: Release,
  live: string,
): readonly string[] =>
  keys.flatMap((key) => {
    const mounted = mountedAs(key, service, release, live);
    return mounted?.object.type === 'blob' ? [mounted.object.at ?? mounted.path] : [];
  });
