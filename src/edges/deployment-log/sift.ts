import { sha256 } from '../../core/digest.ts';
import { matchesQuery } from '../../core/log-query.ts';
import { wordsOf } from '../../core/log-sieve.ts';
import type { Entry } from '../../model/entry.ts';
import type { LogQuery } from '../../model/log-query.ts';
import { unreadable } from './faults.ts';
import { decode } from './line.ts';
import { type Direction, linesOf } from './pages.ts';
import { seqOf } from './seek.ts';
import { segmentsOf } from './segments.ts';

export type SiftRequest = Direction & {
  /** Told once, where what is read does not hang together: it was changed, or is damaged. */
  readonly suspect: (what: string) => void;
};

/**
 * The entries of the log that fit, one at a time: nothing is held, lines that cannot fit are not even parsed, and whoever has enough just stops. Each
 * line that is read must be the one that the next was written after. Throws `log-unwritable` where the log cannot be read.
 */
export async function* sift(directory: string, query: LogQuery, request: SiftRequest): AsyncGenerator<Entry> {
  const sets = wordsOf(query).map((words) => words.map((word) => Buffer.from(word)));
  const hangsTogether = chainCheck(request);
  try {
    for await (const line of linesOf(await segmentsOf(directory), request)) {
      if (!hangsTogether(line)) continue;
      if (!sets.every((words) => words.some((word) => line.includes(word)))) continue;
      const decoded = decode(line);
      if (decoded.kind === 'entry' && matchesQuery(query, decoded.entry)) yield decoded.entry;
    }
  } catch (error) {
    throw unreadable(directory, error);
  }
}

interface Link {
  readonly seq: number;
  /** SHA-256 of its line, and of the line that it was written after. */
  readonly own: string;
  readonly prev: string | undefined;
}

/** Holds each line against its neighbour, in whichever direction they come. False: it is no entry, but what a torn write left. */
function chainCheck({ order, suspect }: SiftRequest): (line: Buffer) => boolean {
  let neighbour: Link | undefined;
  let isSuspect = false;
  return (line) => {
    if (line.length === 0) neighbour = undefined;
    const seq = seqOf(line);
    if (seq === undefined) return false;
    const link: Link = { seq, own: sha256(line), prev: prevOf(line) };
    const [earlier, later] = order === 'newest' ? [link, neighbour] : [neighbour, link];
    if (earlier && later && !follows(later, earlier)) {
      const { kind } = decode(line);
      if (kind === 'noise') return false;
      if (!isSuspect) suspect(`entry ${later.seq} was not written after entry ${earlier.seq} as it is now`);
      isSuspect = true;
    }
    neighbour = link;
    return true;
  };
}

const follows = (later: Link, earlier: Link): boolean => later.seq === earlier.seq + 1 && later.prev === earlier.own;

const before = '"prev":"';

/** The stamp stands at the beginning of a line, and no text in it can hold these quotes. */
function prevOf(line: Buffer): string | undefined {
  const begin = line.indexOf(before);
  return begin === -1 ? undefined : line.toString('latin1', begin + before.length, begin + before.length + 64);
}
