import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growingTree, subtreesOf } from '../../../src/edges/deployment-log/merkle.ts';

/** The inputs and roots that implementations of RFC 6962 test themselves with. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

test('the roots are those of RFC 6962', () => {
  const tree = growingTree();
  expect(tree.root()).toBe(roots[0]);
  leaves.forEach((leaf, index) => {
    tree.add(Buffer.from(leaf, 'hex'));
    expect(tree.root()).toBe(roots[index + 1]);
    expect(tree.frontier().length).toBe(subtreesOf(index + 1));
  });
});

/** As the RFC defines it, from all leaves. */
function rootOf(all: readonly Buffer[]): Buffer {
  const hash = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (all.length <= 1) return all[0] === undefined ? hash() : hash(Buffer.of(0), all[0]);
  let half = 1;
  while (half * 2 < all.length) half *= 2;
  return hash(Buffer.of(1), rootOf(all.slice(0, half)), rootOf(all.slice(half)));
}

test('a tree that goes on from a frontier has the root of all leaves', () => {
  const lines = fc.array(fc.uint8Array({ maxLength: 6 }).map(Buffer.from), { maxLength: 70 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const first = growingTree();
      before.forEach(first.add);
      const second = growingTree(first.frontier(), before.length);
      after.forEach(second.add);
      expect(second.root()).toBe(rootOf([...before, ...after]).toString('hex'));
      expect(second.size()).toBe(before.length + after.length);
    }),
    { numRuns: 50 },
  );
});
