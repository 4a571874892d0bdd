import { sha256 } from '../../core/digest.ts';
import type { Entry } from '../../model/entry.ts';
import type { LogState } from '../../model/log-state.ts';
import { type GrowingTree, growingTree } from './merkle.ts';

/** What the log says of itself, one entry at a time: the tree over its lines, the key that signs, what left. */
export interface Book {
  /** `line`: the entry's bytes, without the newline. */
  add(entry: Entry, line: Uint8Array): void;
  state(): LogState;
  /** Of the tree. */
  size(): number;
  /** Hex. */
  root(): string;
}

type Rest = Omit<LogState, 'epoch' | 'tree'>;

export function startBook(): Book {
  let epoch = 1;
  let tree = growingTree();
  let rest: Rest = {};
  const add = (entry: Entry, line: Uint8Array): void => {
    if (entry.kind === 'opened' && entry.log) ({ epoch, tree, rest } = resumed(entry.seq, entry.log));
    rest = restAfter(rest, entry);
    tree.add(line);
  };
  return {
    add,
    state: () => ({ epoch, tree: tree.frontier(), ...rest }),
    size: () => tree.size(),
    root: () => tree.root(),
  };
}

/** As the segment that begins with entry `seq` says. */
function resumed(seq: number, { epoch, tree, ...rest }: LogState): { epoch: number; tree: GrowingTree; rest: Rest } {
  return { epoch, tree: growingTree(tree, seq - epoch), rest };
}

function restAfter(rest: Rest, entry: Entry): Rest {
  if (entry.kind === 'key-changed') return { ...rest, key: entry.to };
  if (entry.kind === 'pruned') return { ...rest, pruned: entry.through };
  if (entry.kind === 'contradicted') return { ...rest, contradicted: sha256(entry.checkpoint) };
  return rest;
}
