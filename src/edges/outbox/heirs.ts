import type { Cursor } from './cursor.ts';
import type { Target } from './target.ts';

/**
 * By the key of a new target the cursor that it takes over: that of the only one of its like that is gone, and only where it is the only newcomer of its
 * like. Whose turn it were among several nobody knows.
 */
export function heirs(newcomers: readonly Target[], gone: readonly Cursor[]): ReadonlyMap<string, Cursor> {
  const found = newcomers.flatMap(({ key, like }) => {
    if (like === undefined || newcomers.filter((other) => other.like === like).length > 1) return [];
    const [cursor, ...others] = gone.filter((left) => left.like === like);
    return cursor === undefined || others.length > 0 ? [] : [[key, cursor] as const];
  });
  return new Map(found);
}
