import { createHash } from 'node:crypto';

/** Hashes (hex) of the complete subtrees of a tree, the largest first: all that is needed to go on with it, or to tell its root. */
export type Frontier = readonly string[];

/** The Merkle tree of RFC 6962, section 2.1, as far as it is known; leaves are added at its end. */
export interface GrowingTree {
  add(leaf: Uint8Array): void;
  size(): number;
  frontier(): Frontier;
  /** Hex. */
  root(): string;
}

export function growingTree(frontier: Frontier = [], leaves = 0): GrowingTree {
  const subtrees: Buffer[] = frontier.map((hash) => Buffer.from(hash, 'hex'));
  let size = leaves;
  return {
    add(leaf) {
      let hash = leafHash(leaf);
      // A subtree of each size that the number of leaves has a one for; equal ones become one of twice the size.
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) hash = joined(subtrees.pop(), hash);
      subtrees.push(hash);
      size += 1;
    },
    size: () => size,
    frontier: () => subtrees.map((hash) => hash.toString('hex')),
    root: () =>
      (subtrees.length === 0 ? hashOf() : subtrees.reduceRight((right, left) => joined(left, right))).toString('hex'),
  };
}

/** How many subtrees a tree of that size has. */
export function subtreesOf(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

const leafHash = (leaf: Uint8Array): Buffer => hashOf(Buffer.of(0), leaf);
const joined = (left: Buffer = Buffer.alloc(0), right: Buffer): Buffer => hashOf(Buffer.of(1), left, right);

function hashOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
