import type { Target } from './target.ts';

/** Both lists as one; the same list as long as both are the same. */
export function joinedTargets(
  first: () => readonly Target[],
  second: () => readonly Target[],
): () => readonly Target[] {
  let of: readonly (readonly Target[])[] = [];
  let joined: readonly Target[] = [];
  return () => {
    const now = [first(), second()];
    if (now.some((list, index) => list !== of[index])) joined = now.flat();
    of = now;
    return joined;
  };
}
