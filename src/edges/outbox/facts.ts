import { advance, startFold } from '../../core/history.ts';
import type { Fact } from '../../model/fact.ts';
import type { HostSnapshot } from '../../model/history.ts';
import { decode } from '../deployment-log/line.ts';
import { linesOf } from '../deployment-log/pages.ts';
import { segmentsOf } from '../deployment-log/segments.ts';

/**
 * The entries of the log after a sequence number, with the fold around each. It begins at the head of the file in which they are, whose snapshot says what was
 * before; of what left by retention nothing can be said any more.
 */
export async function* factsAfter(directory: string, seq: number): AsyncGenerator<Fact> {
  const segments = await segmentsOf(directory);
  const from = segments.findLast(({ first }) => first <= seq + 1) ?? segments[0];
  if (from === undefined) return;
  const fold = startFold();
  let before: HostSnapshot | undefined;
  for await (const line of linesOf(segments, { order: 'oldest', after: from.first - 1 })) {
    const decoded = decode(line);
    if (decoded.kind !== 'entry') continue;
    const { entry } = decoded;
    if (entry.seq <= seq) {
      fold.add(entry);
      continue;
    }
    before ??= fold.result();
    const after = advance(before, entry);
    yield { before, after, entry };
    before = after;
  }
}
