import { newline } from '../deployment-log/chain.ts';
import { type Segment, segmentsOf } from '../deployment-log/segments.ts';
import { start, startWith, walk } from '../deployment-log/walk.ts';
import { entriesPath, type NewFile, type Place } from './layout.ts';

/** Entries after `sent`, as files of their own. `more`: not all of them. */
export type Unsent = (
  place: Place,
  sent: number,
) => Promise<{ readonly files: readonly NewFile[]; readonly more: boolean }>;

interface Part {
  readonly segment: number;
  readonly from: number;
  to: number;
  readonly lines: Buffer[];
}

/** `limit`: bytes for one push. */
export const unsentIn =
  (directory: string, limit: number): Unsent =>
  async (place, sent) => {
    const parts: Part[] = [];
    let size = 0;
    let more = false;
    await walk(directory, await startBefore(directory, sent + 1), (entry, { file }, line) => {
      if (entry.seq <= sent) return;
      more ||= size > 0 && size + line.length > limit;
      if (more) return;
      size += line.length + 1;
      const segment = Number.parseInt(file, 10);
      const part = parts.at(-1);
      if (part?.segment === segment) {
        part.to = entry.seq;
        part.lines.push(Buffer.from(line), newline);
      } else parts.push({ segment, from: entry.seq, to: entry.seq, lines: [Buffer.from(line), newline] });
    });
    const files = parts.map(({ segment, from, to, lines }) => ({
      path: entriesPath(place, segment, from, to),
      content: Buffer.concat(lines),
    }));
    return { files, more };
  };

async function startBefore(directory: string, seq: number) {
  const segment = (await segmentsOf(directory)).findLast(({ first }: Segment) => first <= seq);
  return segment === undefined ? start : startWith(segment);
}
