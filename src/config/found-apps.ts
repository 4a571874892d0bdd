import { composeNames } from '../core/compose-files.ts';
import { folderFile } from '../core/folder-file.ts';
import { isAmong } from '../core/hosts.ts';
import type { Finding, FoundFolder } from '../model/configuration.ts';
import { folderSchema } from './discover-schema.ts';
import { explain } from './explain.ts';
import { annotatedSchema } from './json-schema.ts';
import { only, over } from './layers.ts';
import { parseTree } from './parse.ts';
import { type Problem, printable, problemAt, quoted } from './problems.ts';
import { sentence } from './sentences.ts';
import {
  child,
  type Entry,
  type MapNode,
  markAt,
  type Node,
  nodeAt,
  type Path,
  textOf,
  textsOf,
  toValue,
} from './tree.ts';
import { appName } from './values.ts';

export interface FoundAt {
  /** Of the entry of `discover`. */
  readonly index: number;
  readonly finding: Finding;
}

export interface Expansion {
  /** The configuration with what was found among its apps. */
  readonly root: Node;
  /** By which entry each of them was found. */
  readonly owners: ReadonlyMap<string, number>;
  readonly problems: readonly { readonly index: number; readonly problem: Problem }[];
}

interface Surroundings {
  readonly host: string;
  readonly strategies: readonly string[];
}

/** Found folders as apps. What an app is called twice by is told, and whose entry is to blame. */
export function expand(root: Node, found: readonly FoundAt[], around: Surroundings): Expansion {
  const apps = new Map<string, Entry>(child(root, 'apps')?.kind === 'map' ? mapOf(child(root, 'apps')).entries : []);
  const owners = new Map<string, number>();
  const problems: { index: number; problem: Problem }[] = [];
  for (const { index, finding } of found)
    for (const folder of finding.folders) {
      const { name, node, problems: wrong } = appIn(root, { index, finding }, folder, around);
      const clash = apps.get(name);
      const twice = clash && nameTwice(root, { index, name, folder: folder.folder }, clash, owners);
      problems.push(...[...wrong, ...(twice ? [twice] : [])].map((problem) => ({ index, problem })));
      if (clash !== undefined || wrong.length > 0) continue;
      apps.set(name, { at: node.at, node });
      owners.set(name, index);
    }
  return { root: withApps(root, apps), owners, problems };
}

const empty = (node: Node | undefined): MapNode => ({
  kind: 'map',
  at: node?.at ?? { file: '', line: 0, column: 0 },
  entries: new Map(),
});

const mapOf = (node: Node | undefined): MapNode => (node?.kind === 'map' ? node : empty(node));

/** The entries have done their work: what they found stands among the apps. */
function withApps(root: Node, apps: ReadonlyMap<string, Entry>): Node {
  const rest = only(mapOf(root), (key) => key !== 'discover' && key !== 'apps');
  const at = markAt(root, ['apps']);
  return { ...rest, entries: new Map([...rest.entries, ['apps', { at, node: { kind: 'map', at, entries: apps } }]]) };
}

interface Named {
  readonly index: number;
  readonly name: string;
  readonly folder: string;
}

function nameTwice(
  root: Node,
  { index, name, folder }: Named,
  { at }: Entry,
  owners: ReadonlyMap<string, number>,
): Problem {
  const other = owners.get(name);
  const where =
    other === undefined
      ? `stands at ${printable(at.file)}:${at.line}`
      : other === index
        ? 'is that of another folder, too'
        : `is found by discover[${other}], too`;
  return problemAt(
    root,
    ['discover', index, 'pattern'],
    `finds the folder ${quoted(folder)} as the app ${quoted(name)}, whose name ${where}; give one of them another with \`name\`, or \`exclude\` it`,
  );
}

interface FoundApp {
  readonly name: string;
  readonly node: Node;
  readonly problems: readonly Problem[];
}

function appIn(root: Node, { index, finding }: FoundAt, folder: FoundFolder, around: Surroundings): FoundApp {
  const place: Path = ['discover', index];
  const entry = mapOf(nodeAt(root, place));
  const name = nameOf(textOf(child(entry, 'name')) ?? '{folder}', folder.folder);
  const say = (text: string): Problem =>
    problemAt(root, [...place, 'pattern'], `finds the folder ${quoted(folder.folder)}, ${text}`);
  const isName = appName().safeParse(name).success;
  const own = ownSettings(folder, finding, around);
  const settings = stacked(entry, own.node, { name, host: around.host, defaults: child(root, 'defaults') });
  const files = composeOf(folder, settings);
  return {
    name,
    node: withPlace(settings, folder.folder, files === 'several' ? undefined : files),
    problems: [
      ...own.problems,
      ...(isName
        ? []
        : [say(`and ${quoted(name)} is no name for an app; say another with \`name\`, or \`exclude\` it`)]),
      ...(files === 'several'
        ? [
            say(
              `in which several files fit: ${folder.files.join(', ')}; make the pattern mean one, or say \`compose_config\``,
            ),
          ]
        : []),
    ],
  };
}

function nameOf(template: string, folder: string): string {
  const names = folder === '.' ? [] : folder.split('/');
  const values: Readonly<Record<string, string>> = {
    folder: names.at(-1) ?? '',
    parent: names.at(-2) ?? '',
    path: names.join('-'),
  };
  return template.replaceAll(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

/** The compose file to name; undefined where Compose's own names are found by themselves, or somebody says which. */
function composeOf({ files }: FoundFolder, settings: Node): string | undefined | 'several' {
  if (child(settings, 'compose_config') !== undefined || files.some((file) => composeNames.includes(file)))
    return undefined;
  return files.length === 1 ? files[0] : 'several';
}

const ofDiscovery = ['pattern', 'exclude', 'name', 'apps'];

interface Stacking {
  readonly name: string;
  readonly host: string;
  readonly defaults: Node | undefined;
}

/** From strong to weak: what the entry says of this very app, what it says of all, and what the folder says of itself. */
function stacked(entry: MapNode, own: Node | undefined, { name, host, defaults }: Stacking): Node {
  const general = only(entry, (key) => !ofDiscovery.includes(key));
  const single = child(child(entry, 'apps'), name);
  const said = single ? over(single, general) : general;
  if (own === undefined) return said;
  const settings = over(said, own);
  const hosts = child(own, 'hosts');
  // Both must mean this host: a folder may leave hosts out, and brings none in.
  const isOut = hosts !== undefined && !isAmong(textsOf(hosts), host);
  const isSaid = child(said, 'hosts') !== undefined || child(defaults, 'hosts') !== undefined;
  if (!isOut && isSaid) return only(mapOf(settings), (key) => key !== 'hosts' || child(said, 'hosts') !== undefined);
  return isOut ? withKey(mapOf(settings), 'hosts', { at: hosts.at, node: hosts }) : settings;
}

const withKey = (node: MapNode, key: string, entry: Entry): MapNode => ({
  ...node,
  entries: new Map([...node.entries, [key, entry]]),
});

function withPlace(settings: Node, folder: string, file: string | undefined): Node {
  const text = (value: string): Entry => ({
    at: settings.at,
    node: { kind: 'scalar', at: settings.at, value, text: value, from: [], resolved: true },
  });
  const placed = withKey(mapOf(settings), 'path', text(folder));
  return file === undefined ? placed : withKey(placed, 'compose_config', text(file));
}

interface Own {
  readonly node: Node | undefined;
  readonly problems: readonly Problem[];
}

/** What the folder says: read strictly, and without a single reference, because its author has no say in what this host reads. */
function ownSettings({ folder, settings }: FoundFolder, { revision }: Finding, { strategies }: Surroundings): Own {
  if (settings === undefined) return { node: undefined, problems: [] };
  const path = folder === '.' ? folderFile : `${folder}/${folderFile}`;
  const file = printable(`${revision.repository}@${revision.commit.slice(0, 12)}:${path}`);
  const { root, problems } = parseTree(settings, file);
  if (root === undefined) return { node: undefined, problems };
  const schema = folderSchema(strategies);
  const { error } = schema.safeParse(toValue(root), { error: sentence });
  const shape = error ? explain(error.issues, root, annotatedSchema(schema)) : [];
  return { node: root, problems: [...problems, ...shape, ...references(root, [], root)] };
}

function references(node: Node, path: Path, root: Node): readonly Problem[] {
  if (node.kind === 'map')
    return [...node.entries].flatMap(([key, entry]) => references(entry.node, [...path, key], root));
  if (node.kind === 'list') return node.items.flatMap((item, index) => references(item, [...path, index], root));
  return /\$\{/.test(node.text)
    ? [problemAt(root, path, 'holds a reference; only the configuration of the host reads variables and files')]
    : [];
}
