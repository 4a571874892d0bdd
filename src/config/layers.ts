import type { Entry, MapNode, Node } from './tree.ts';

/** One over the other: maps key by key, of everything else the stronger one. Each part still knows where it stands. */
export function over(strong: Node, weak: Node): Node {
  if (strong.kind !== 'map' || weak.kind !== 'map') return strong;
  const entries = new Map<string, Entry>(weak.entries);
  for (const [key, entry] of strong.entries) {
    const below = weak.entries.get(key);
    entries.set(key, below === undefined ? entry : { at: entry.at, node: over(entry.node, below.node) });
  }
  return { ...strong, entries };
}

/** A map with only these keys, or without them. */
export const only = (node: MapNode, keep: (key: string) => boolean): MapNode => ({
  ...node,
  entries: new Map([...node.entries].filter(([key]) => keep(key))),
});
