import type { Cause, Change } from '../model/change.ts';
import type { Act } from '../model/window.ts';
import { parseImageRef } from './image-ref.ts';

/**
 * What bringing in a release means for windows. `image`, if every change comes from a tag that moved while the compose files still say the same; else
 * `deploy`. Whatever is removed besides is `prune`, too: then both must be allowed, because a release is brought in whole or not at all.
 */
export function actsOf(changes: readonly Change[]): readonly Act[] {
  const removes = changes.some(({ kind }) => kind === 'remove' || kind === 'remove-network');
  const moved = changes.some(isMovedTag) && changes.every((change) => isMovedTag(change) || isConsequence(change));
  return [moved ? 'image' : 'deploy', ...(removes ? (['prune'] as const) : [])];
}

const isConsequence = ({ cause }: Change): boolean => cause.kind === 'follows';

function isMovedTag(change: Change): boolean {
  if (!('to' in change) || change.cause.kind !== 'image') return false;
  const { requested } = change.to.image;
  return parseImageRef(requested)?.digest === undefined && isSameTag(change.cause);
}

/** A digest that the compose file names moves only with a commit. */
function isSameTag({ from, to }: Extract<Cause, { kind: 'image' }>): boolean {
  const [before, after] = [parseImageRef(from), parseImageRef(to)];
  return before !== undefined && before.name === after?.name && before.tag === after?.tag;
}
