import { epochOf, parseCheckpoint } from '../deployment-log/checkpoint.ts';
import type { RootAt } from '../deployment-log/root-at.ts';

/** What a checkpoint that a witness holds says about our log. */
export type Comparison =
  | { readonly kind: 'agrees'; readonly last: number }
  /** It is about lines that are gone, or were given up as damaged. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'contradicts'; readonly size: number; readonly theirs: string; readonly ours: string | undefined };

/** `name`: of our log. Throws what reading the log throws. */
export async function compareWith(note: string, name: string, rootAt: RootAt): Promise<Comparison> {
  const checkpoint = parseCheckpoint(note);
  const epoch = checkpoint && epochOf(checkpoint, name);
  // In our folder, and not about our log.
  if (checkpoint === undefined || epoch === undefined)
    return { kind: 'contradicts', size: 1, theirs: '0'.repeat(64), ours: undefined };
  const { size, root: theirs } = checkpoint;
  const found = await rootAt(epoch, size);
  if (found.kind === 'unknown') return found;
  if (found.kind === 'root' && found.root === theirs) return { kind: 'agrees', last: epoch + size - 1 };
  return { kind: 'contradicts', size, theirs, ours: found.kind === 'root' ? found.root : undefined };
}
