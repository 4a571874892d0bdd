import type { Cause, FieldValues } from '../model/change.ts';
import type { ComposeService } from '../model/compose-model.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import { isRecord, mapValues } from './compose-paths.ts';
import { canonical } from './digest.ts';
import { type ChangedMember, fieldValues } from './field-values.ts';
import { essence, parseSealed } from './sealed-model.ts';

/** One service of a sealed model, with what the release says about it. */
export interface Sealed {
  readonly service: ReleaseService;
  readonly definition: ComposeService | undefined;
}

/** Why the sealed service differs from the deployed one, in fields and paths; in values only where no secret can be. */
export function explain(to: Sealed, from: Sealed | undefined): Cause {
  if (from === undefined || from.service.digest === to.service.digest) return { kind: 'other-release' };
  const { paths, members, imageMoved } = compared(to, from);
  const fields = members.map(fieldOf);
  if (imageMoved && paths.length === 0 && fields.length === 0) {
    return { kind: 'image', from: from.service.image.pinned, to: to.service.image.pinned };
  }
  if (!imageMoved && fields.length === 0 && paths.length > 0) return contentCause(paths);
  const all = [...(imageMoved ? ['image'] : []), ...fields, ...paths.map((path) => `content of ${path}`)];
  if (all.length === 0) return { kind: 'configuration', fields: ['how Harbormaster seals it'] };
  const values = [...imageValues(to, from), ...fieldValues(members.slice(0, mostNamed))];
  return { kind: 'configuration', fields: capped(all), ...(values.length > 0 && { values }) };
}

/** As the compose file says it; a tag that moved is the same there. */
function imageValues({ service: to }: Sealed, { service: from }: Sealed): readonly FieldValues[] {
  const [before, after] = [from.image.requested, to.image.requested];
  return before === after ? [] : [{ field: 'image', from: before, to: after }];
}

interface Compared {
  readonly paths: readonly string[];
  readonly members: readonly ChangedMember[];
  readonly imageMoved: boolean;
}

const compared = (to: Sealed, from: Sealed): Compared => ({
  paths: changedKeys(to.service.content, from.service.content),
  members: changedMembers(relevant(to.definition), relevant(from.definition)),
  imageMoved: to.service.image.pinned !== from.service.image.pinned,
});

/** What the service sees with another content, if nothing else of it is another; undefined if anything is. */
export function contentChanges(to: Sealed, from: Sealed): readonly string[] | undefined {
  const { paths, members, imageMoved } = compared(to, from);
  const known = [to, from].every(({ service }) => paths.every((path) => Object.hasOwn(service.content, path)));
  return imageMoved || members.length > 0 || !known ? undefined : paths;
}

export const contentCause = (paths: readonly string[]): Cause => ({ kind: 'content', paths: capped(paths) });

const mostNamed = 12;

const capped = (names: readonly string[]): readonly string[] =>
  names.length > mostNamed ? [...names.slice(0, mostNamed), `and ${names.length - mostNamed} more`] : names;

const changedKeys = (to: Readonly<Record<string, string>>, from: Readonly<Record<string, string>>): readonly string[] =>
  [...new Set([...Object.keys(to), ...Object.keys(from)])].filter((key) => to[key] !== from[key]).sort();

/** The parts of a definition that other comparisons do not cover already. */
function relevant(definition: unknown): unknown {
  if (!isRecord(definition)) return definition;
  const { labels, image: _, ...rest } = definition;
  const theirs = isRecord(labels)
    ? Object.entries(labels).filter(([label]) => !label.startsWith('io.harbormaster.'))
    : [];
  return { ...rest, ...(theirs.length > 0 && { labels: Object.fromEntries(theirs) }) };
}

/** Paths of the smallest differing members: `environment.COLOR`, `ports`. */
export const changedFields = (to: unknown, from: unknown): readonly string[] => changedMembers(to, from).map(fieldOf);

const fieldOf = ({ path }: ChangedMember): string => path.join('.');

function changedMembers(to: unknown, from: unknown, path: readonly string[] = []): readonly ChangedMember[] {
  if (canonical(to) === canonical(from)) return [];
  if (!isRecord(to) || !isRecord(from)) return [{ path, from, to }];
  const keys = [...new Set([...Object.keys(to), ...Object.keys(from)])].sort();
  return keys.flatMap((key) => changedMembers(to[key], from[key], [...path, key]));
}

/** The services of a sealed compose text by name, each with what needs a new container when it changes. */
export function definitionsOf(compose: string): Readonly<Record<string, ComposeService>> {
  const model = parseSealed(compose);
  return mapValues(model.services, (service) => essence(service, model));
}

/** Finds a service of a release, as it was sealed. */
export type Lookup = (name: string) => Sealed | undefined;

/** The release is read once, and only when somebody asks. */
export function lookupIn({ services, compose }: Release): Lookup {
  const byName = new Map(services.map((service) => [service.name, service]));
  let definitions: Readonly<Record<string, ComposeService>> | undefined;
  return (name) => {
    const service = byName.get(name);
    if (service === undefined) return undefined;
    definitions ??= definitionsOf(compose);
    return { service, definition: definitions[name] };
  };
}
