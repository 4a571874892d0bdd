import type { ComposeFileObject, ComposeModel } from '../model/compose-model.ts';
import type { GitObject } from '../model/revision.ts';
import { pathsOf, type TreeFolders, treePath, undoubled } from './compose-paths.ts';
import { canonical, hmac } from './digest.ts';

interface ContentInput {
  readonly model: ComposeModel;
  readonly folders: TreeFolders;
  readonly objects: ReadonlyMap<string, GitObject | undefined>;
  readonly environment: Readonly<Record<string, string>>;
  readonly key: Uint8Array;
}

/** Fingerprints of everything that a service sees and that Compose's own hash does not: mounted files, configs, secrets. Images carry their own. */
export function contentOf(service: string, input: ContentInput): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...mounted(service, input),
    ...granted(service, 'config', input),
    ...granted(service, 'secret', input),
  ]);
}

function* mounted(service: string, { model, folders, objects }: ContentInput): Iterable<[string, string]> {
  for (const field of pathsOf(seenBy(service, model))) {
    const path = treePath(field.path, folders);
    const object = path === undefined ? undefined : objects.get(path);
    if (path !== undefined && object !== undefined) yield [path, object.id];
  }
}

/** The part of the model that holds a service's mounts; a named volume may be a folder in disguise. */
export function seenBy(name: string, { name: project, services, volumes = {} }: ComposeModel): ComposeModel {
  const service = services[name];
  const mountedVolumes = Object.fromEntries(
    (service?.volumes ?? []).flatMap(({ type, source }) =>
      type === 'volume' && source !== undefined && Object.hasOwn(volumes, source)
        ? [[source, volumes[source] ?? null]]
        : [],
    ),
  );
  return { name: project, services: service === undefined ? {} : { [name]: service }, volumes: mountedVolumes };
}

function* granted(service: string, kind: 'config' | 'secret', input: ContentInput): Iterable<[string, string]> {
  const { model } = input;
  const grants = model.services[service]?.[`${kind}s`] ?? [];
  for (const { source } of grants) {
    const object = model[`${kind}s`]?.[source];
    if (object && !object.external) yield [`${kind} ${source}`, fingerprint(object, input)];
  }
}

function fingerprint(object: ComposeFileObject, { folders, objects, environment, key }: ContentInput): string {
  if (object.environment !== undefined) return hmac(key, canonical(environment[object.environment] ?? null));
  if (object.content !== undefined) return hmac(key, object.content);
  const path = object.file === undefined ? undefined : treePath(undoubled(object.file), folders);
  return (path === undefined ? undefined : objects.get(path)?.id) ?? 'absent';
}
