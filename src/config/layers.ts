import type { Layer } from './layer.ts';
import { child, type Entry, type MapNode, type Node } from './tree.ts';

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

/** Lists in which nobody overrides anybody: what the weaker one has comes first. */
const joined = ['windows', 'notifiers', 'commit_status'];

/** A host's own file over the one that it shares with others. */
export function stacked(own: Layer, shared: Layer): Layer {
  const both = over(own.root, shared.root);
  return {
    // What is missing is missing in the file that has the apps.
    root: both.kind === 'map' ? { ...both, at: shared.root.at, entries: withBoth(both, own.root, shared.root) } : both,
    problems: [...shared.problems, ...own.problems],
    unfollowed: [...shared.unfollowed, ...own.unfollowed],
    secrets: [...shared.secrets, ...own.secrets],
  };
}

function withBoth(both: MapNode, own: Node, shared: Node): MapNode['entries'] {
  const lists = joined.flatMap((key): (readonly [string, Entry])[] => {
    const [ours, theirs] = [child(own, key), child(shared, key)];
    const entry = both.entries.get(key);
    if (entry === undefined || ours?.kind !== 'list' || theirs?.kind !== 'list') return [];
    return [[key, { at: entry.at, node: { ...theirs, items: [...theirs.items, ...ours.items] } }]];
  });
  return new Map([...both.entries, ...lists]);
}
