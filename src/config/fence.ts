import { isAbsolute, resolve } from 'node:path';
import type { Files } from './files.ts';
import type { Lookup } from './interpolate.ts';
import { refusing } from './layer.ts';
import { type Problem, problemAt } from './problems.ts';
import { child, entriesOf, entryOf, type Node, type Path, scalarsOf, textOf } from './tree.ts';

/** What a configuration from a repository may do on this host, by the host's own word. */
export interface Fence {
  /** This host's own file, for messages. */
  readonly file: string;
  /** Absolute folders whose files it may name. */
  readonly folders: readonly string[];
  readonly may: readonly string[];
  /** Kinds of notifiers that act on the host as Harbormaster does. */
  readonly commands: readonly string[];
}

/** `${file:…}` in a repository's file, as far as this host lets it read. */
export const fencedLookup = (lookup: Lookup, fence: Fence, files: Files): Lookup =>
  refusing(lookup, (reference) =>
    reference.kind === 'file' && !isWithin(files.resolve(reference.path), fence)
      ? outside(reference.path, fence)
      : undefined,
  );

/** What a repository's file says that only the host itself may say. */
export function judgeForeign(root: Node, fence: Fence, files: Files): readonly Problem[] {
  return [
    ...['host', 'from'].flatMap((key) => ofThisHost(root, key, fence)),
    ...policy(root, fence),
    ...record(root, fence),
    ...commands(root, fence),
    ...settingsIn(root).flatMap((settings) => [
      ...allowances(root, settings, fence),
      ...paths(root, settings, { fence, files }),
    ]),
  ];
}

const ofThisHost = (root: Node, key: string, { file }: Fence): readonly Problem[] =>
  entryOf(child(root, 'config'), key) === undefined
    ? []
    : [problemAt(root, ['config', key], `is a matter of each host; it belongs in ${file} there`)];

function policy(root: Node, { may, file }: Fence): readonly Problem[] {
  if (entryOf(root, 'policy') === undefined || may.includes('allow')) return [];
  const text = `is what this host lets its apps do, which a repository may not say; write it into ${file}, or add to config.from there: may: [allow]`;
  return [problemAt(root, ['policy'], text)];
}

/** Whoever writes the repository must not be able to take the witness away from what is written about him. */
function record(root: Node, { file }: Fence): readonly Problem[] {
  if (entryOf(root, 'log') === undefined) return [];
  return [
    problemAt(
      root,
      ['log'],
      `is how this host keeps its record, which a repository may not say; write it into ${file}`,
    ),
  ];
}

function commands(root: Node, { may, commands: kinds, file }: Fence): readonly Problem[] {
  const list = child(root, 'notifiers');
  if (list?.kind !== 'list' || may.includes('commands')) return [];
  return list.items.flatMap((notifier, index) =>
    kinds.includes(textOf(child(notifier, 'type')) ?? '')
      ? [
          problemAt(
            root,
            ['notifiers', index],
            `runs a program on this host, which a repository may not say; write it into ${file}, or add to config.from there: may: [commands]`,
          ),
        ]
      : [],
  );
}

interface Settings {
  readonly path: Path;
  readonly node: Node;
}

/** Every map in which settings of an app, or of a repository, may stand. */
function settingsIn(root: Node): readonly Settings[] {
  const below = (section: string): readonly Settings[] =>
    entriesOf(child(root, section)).map(([name, { node }]) => ({ path: [section, name], node }));
  const defaults = child(root, 'defaults');
  const list = child(root, 'discover');
  const entries = (list?.kind === 'list' ? list.items : []).flatMap((node, index): readonly Settings[] => {
    const path: Path = ['discover', index];
    const single = entriesOf(child(node, 'apps')).map(([name, entry]) => ({
      path: [...path, 'apps', name],
      node: entry.node,
    }));
    return [{ path, node }, ...single];
  });
  return [
    ...(defaults ? [{ path: ['defaults'], node: defaults }] : []),
    ...below('repositories'),
    ...below('apps'),
    ...entries,
  ];
}

function allowances(root: Node, { path, node }: Settings, { may, file }: Fence): readonly Problem[] {
  if (entryOf(node, 'allow') === undefined || may.includes('allow')) return [];
  const text = `says what the app may ask of this host, which a repository may not; write it into ${file}, or add to config.from there: may: [allow]`;
  return [problemAt(root, [...path, 'allow'], text)];
}

const fileKeys: readonly Path[] = [
  ['ssh_key'],
  ['known_hosts'],
  ['certificate_authority'],
  ['environment_file'],
  ['verify', 'allowed_signers'],
];

function paths(
  root: Node,
  { path, node }: Settings,
  { fence, files }: { fence: Fence; files: Files },
): readonly Problem[] {
  const named = fileKeys.flatMap((keys) =>
    scalarsOf(keys.reduce<Node | undefined>(child, node)).map((scalar) => ({ keys, scalar, names: scalar.text })),
  );
  const url = scalarsOf(child(node, 'url')).map((scalar) => ({ keys: ['url'], scalar, names: localPath(scalar.text) }));
  return [...named, ...url].flatMap(({ keys, scalar, names }) => {
    if (names === undefined || names === '' || isWithin(files.resolve(names), fence)) return [];
    return [problemAt(root, [...path, ...keys], outside(scalar.from.length > 0 ? undefined : names, fence))];
  });
}

/** The path of a repository on this host. */
function localPath(url: string): string | undefined {
  if (isAbsolute(url)) return url;
  return /^file:/i.test(url) && URL.canParse(url) ? decoded(new URL(url).pathname) : undefined;
}

/** What cannot be decoded is refused as a URL elsewhere. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const isWithin = (path: string, { folders }: Fence): boolean =>
  folders.some((folder) => `${resolve(path)}/`.startsWith(`${resolve(folder)}/`.replace('//', '/')));

/** `name` undefined: it is a secret. */
const outside = (name: string | undefined, { folders, file }: Fence): string =>
  `names ${name === undefined ? 'a file' : `the file ${name}`} of this host, and a repository may name only what is below ${folders.join(' or ')}; add its folder to config.from.files in ${file}`;
