import fc from 'fast-check';
import { expect, test } from 'vitest';
import { circlesIn, type Graph, reachedFrom } from '../../src/core/circles.ts';

const graph = (edges: Readonly<Record<string, readonly string[]>>): Graph => new Map(Object.entries(edges));

/** Any graph over a handful of names, edges to unknown names among them. */
const graphs = fc
  .array(fc.tuple(fc.constantFrom(...'abcdefgh'), fc.constantFrom(...'abcdefghij')), { maxLength: 24 })
  .map((edges): Graph => {
    const names = [...new Set(edges.map(([from]) => from))];
    return new Map(names.map((name) => [name, edges.filter(([from]) => from === name).map(([, to]) => to)]));
  });

/** Kahn's way: what can be taken away, one name that points at nothing left after the other, is in no circle. */
function hasCircle(edges: Graph): boolean {
  const left = new Map(edges);
  for (;;) {
    const free = [...left].find(([, to]) => to.every((name) => !left.has(name)));
    if (free === undefined) return left.size > 0;
    left.delete(free[0]);
  }
}

test('a circle is told from its first name on to the same name again', () => {
  expect(circlesIn(graph({ shop: ['db'], cache: ['shop'], db: ['cache'] }))).toEqual([['shop', 'db', 'cache', 'shop']]);
});

test('who points at himself is a circle of one, and who only leads into a circle is in none', () => {
  expect(circlesIn(graph({ a: ['b'], b: ['b'] }))).toEqual([['b', 'b']]);
});

test('two circles are two', () => {
  expect(circlesIn(graph({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] }))).toEqual([
    ['a', 'b', 'a'],
    ['c', 'd', 'c'],
  ]);
});

test('a circle is always found, and each that is found is one', () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const circles = circlesIn(edges);
      expect(circles.length > 0).toBe(hasCircle(edges));
      for (const circle of circles) {
        expect(circle[0]).toBe(circle.at(-1));
        expect(circle.length).toBeGreaterThan(1);
        for (const [at, name] of circle.slice(1).entries()) expect(edges.get(circle[at] ?? '')).toContain(name);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what is reached is everything on the way, once', () => {
  const edges = graph({ shop: ['db', 'cache'], cache: ['db'], db: ['disk'], other: ['shop'] });
  expect(reachedFrom(['shop'], edges)).toEqual(['db', 'cache', 'disk']);
  expect(reachedFrom(['disk'], edges)).toEqual([]);
});

test('a chain may be long', () => {
  const chain: Graph = new Map(Array.from({ length: 3_000 }, (_, at) => [`app${at}`, [`app${at + 1}`]]));
  expect(circlesIn(chain)).toEqual([]);
});
