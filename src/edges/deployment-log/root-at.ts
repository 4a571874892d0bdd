import { startBook } from './book.ts';
import { decode } from './line.ts';
import { firstLine } from './lines.ts';
import { segmentsOf } from './segments.ts';
import { start, startWith, walk } from './walk.ts';

export type Root =
  | { readonly kind: 'root'; readonly root: string }
  /** The log has fewer lines in that tree. */
  | { readonly kind: 'short' }
  /** Of a tree, or of lines, that are not there any more. */
  | { readonly kind: 'unknown' };

/** The root over the first `size` lines from entry `epoch` on, from the files as they are now. */
export type RootAt = (epoch: number, size: number) => Promise<Root>;

/** Reads one segment: the head of each says what was before it. */
export const rootsIn =
  (directory: string): RootAt =>
  async (epoch, size) => {
    const last = epoch + size - 1;
    const segments = await segmentsOf(directory);
    const segment = segments.findLast(({ first }) => first <= last);
    if (segment === undefined) return { kind: 'unknown' };
    const isBase = segment.first === 1 || (await hasState(segment.path));
    const book = startBook();
    let root: string | undefined;
    const { position, problem } = await walk(
      directory,
      isBase && segment.first > 1 ? startWith(segment) : start,
      (entry, _, line) => {
        if (root !== undefined) return;
        book.add(entry, line);
        if (book.state().epoch === epoch && book.size() === size) root = book.root();
      },
    );
    if (root !== undefined) return { kind: 'root', root };
    const isShort = problem === undefined && book.state().epoch === epoch && position.chain.seq < last;
    return { kind: isShort ? 'short' : 'unknown' };
  };

async function hasState(path: string): Promise<boolean> {
  const line = await firstLine(path);
  const decoded = line && decode(line);
  return decoded?.kind === 'entry' && decoded.entry.kind === 'opened' && decoded.entry.log !== undefined;
}
