/** A place in a file of the user's; line and column count from 1. Line 0: no file, but what it is called says all. */
export interface Mark {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Mark;
  readonly value: string | number | boolean | null;
  /** As it is written, so that a version `1.10` does not become 1.1. */
  readonly text: string;
  /** What was interpolated into it, e.g. `TOKEN`, `file:keys/token`. Not empty: the value is a secret. */
  readonly from: readonly string[];
  /** False while a reference in it could not be followed: the value means nothing. */
  readonly resolved: boolean;
}

export interface Entry {
  /** Where the key stands. */
  readonly at: Mark;
  readonly node: Node;
}

export interface MapNode {
  readonly kind: 'map';
  readonly at: Mark;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: Mark;
  readonly items: readonly Node[];
}

/** A parsed file that still knows where everything stands. */
export type Node = MapNode | ListNode | ScalarNode;

export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined;
}

export function child(node: Node | undefined, key: string | number): Node | undefined {
  if (typeof key === 'string') return entryOf(node, key)?.node;
  return node?.kind === 'list' ? node.items[key] : undefined;
}

export function nodeAt(root: Node, path: Path): Node | undefined {
  return path.reduce<Node | undefined>(child, root);
}

/** Where to point at for a path: its key, or the nearest thing above it that exists. */
export function markAt(root: Node, path: Path): Mark {
  const last = path.at(-1);
  if (last === undefined) return root.at;
  const parent = nodeAt(root, path.slice(0, -1));
  const found = typeof last === 'string' ? entryOf(parent, last)?.at : child(parent, last)?.at;
  return found ?? markAt(root, path.slice(0, -1));
}

/** The text of a scalar that is text; undefined for everything else. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The scalars of a key that takes one or a list of them. */
export const scalarsOf = (node: Node | undefined): readonly ScalarNode[] =>
  (node?.kind === 'list' ? node.items : [node]).flatMap((item) => (item?.kind === 'scalar' ? [item] : []));

/** Texts of a key that takes one or a list of them. */
export function textsOf(node: Node | undefined): readonly string[] {
  const nodes = node?.kind === 'list' ? node.items : [node];
  return nodes.flatMap((item) => textOf(item) ?? []);
}

export function entriesOf(node: Node | undefined): readonly (readonly [string, Entry])[] {
  return node?.kind === 'map' ? [...node.entries] : [];
}

/** Plain data, without the keys that `keep` refuses. */
export function toValue(node: Node, keep: (path: Path) => boolean = () => true, path: Path = []): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map((item, index) => toValue(item, keep, [...path, index]));
  const kept = [...node.entries].filter(([key]) => keep([...path, key]));
  return Object.fromEntries(kept.map(([key, entry]) => [key, toValue(entry.node, keep, [...path, key])]));
}

export const isNull = (node: Node | undefined): boolean =>
  node === undefined || (node.kind === 'scalar' && node.value === null);
