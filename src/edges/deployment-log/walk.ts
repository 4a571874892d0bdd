import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Entry } from '../../model/entry.ts';
import { accept, type Chain, genesis, type RawLine } from './chain.ts';
import { type Problem, unreadable } from './faults.ts';
import { type Segment, segmentsOf } from './segments.ts';

/** A place in the log up to which everything was read. */
export interface Position {
  readonly segment: Segment | undefined;
  readonly offset: number;
  /** Lines before it in the file. */
  readonly lines: number;
  readonly chain: Chain;
}

export const start: Position = { segment: undefined, offset: 0, lines: 0, chain: genesis };

export interface Walked {
  readonly position: Position;
  /** An unterminated last line: a write that is under way or was cut short. */
  readonly rest: RawLine | undefined;
  readonly problem: Problem | undefined;
}

export type Visit = (entry: Entry, place: Omit<Problem, 'what'>) => void;

/** Reads on from a position to the log's end, and stops at the first problem. */
export async function walk(directory: string, from: Position, visit: Visit): Promise<Walked> {
  const all = await segmentsOf(directory).catch((error: unknown) => {
    throw unreadable(directory, error);
  });
  const segments = all.filter(({ first }) => first >= (from.segment?.first ?? 0));
  let position = from;
  for (const [index, segment] of segments.entries()) {
    if (segment.first !== position.segment?.first) {
      const problem = gapBefore(segment, position.chain);
      if (problem) return { position, rest: undefined, problem };
      position = { segment, offset: 0, lines: 0, chain: { ...position.chain, opened: false } };
    }
    const walked = await walkSegment(segment, position, visit).catch((error: unknown) => {
      throw unreadable(segment.path, error);
    });
    const last = index === segments.length - 1;
    const problem = walked.problem ?? (last ? undefined : loose(segment, walked));
    if (problem || last) return { ...walked, problem };
    position = walked.position;
  }
  return { position, rest: undefined, problem: undefined };
}

function gapBefore(segment: Segment, { seq }: Chain): Problem | undefined {
  if (segment.first === seq + 1) return undefined;
  const what = `it begins with entry ${segment.first}, where ${seq + 1} must follow: a file of the log is missing`;
  return { file: segment.name, line: 1, offset: 0, what };
}

/** Whatever a later segment follows must have been whole. */
function loose({ name }: Segment, { position: { chain }, rest }: Walked): Problem | undefined {
  const line = chain.dead?.first ?? rest;
  return (
    line && { file: name, line: line.number, offset: line.offset, what: 'it is no entry, and a further file follows' }
  );
}

async function walkSegment(segment: Segment, from: Position, visit: Visit): Promise<Walked> {
  let { chain, offset, lines } = from;
  for await (const batch of batchesOf(segment.path, from)) {
    for (const line of batch) {
      if (!line.terminated) return { position: { segment, offset, lines, chain }, rest: line, problem: undefined };
      const accepted = accept(chain, line);
      if (accepted.kind === 'broken') {
        const problem = { ...placeOf(segment, accepted.line), what: accepted.what };
        return { position: { segment, offset, lines, chain }, rest: undefined, problem };
      }
      chain = accepted.chain;
      offset = line.offset + line.bytes.length + 1;
      lines = line.number;
      if (accepted.kind === 'entry') visit(accepted.entry, placeOf(segment, line));
    }
  }
  return { position: { segment, offset, lines, chain }, rest: undefined, problem: undefined };
}

const placeOf = ({ name }: Segment, { number, offset }: RawLine) => ({ file: name, line: number, offset });

const chunkSize = 64 * 1024;
const lineFeed = 0x0a;

/** The lines of a file from an offset on, a chunk's worth at a time; the last may be unterminated. */
async function* batchesOf(path: string, from: Pick<Position, 'offset' | 'lines'>): AsyncGenerator<readonly RawLine[]> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  let { offset, lines: number } = from;
  let pending = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize);
    const { bytesRead } = await file.read(chunk, 0, chunkSize, offset + pending.length);
    if (bytesRead === 0) break;
    const bytes = Buffer.concat([pending, chunk.subarray(0, bytesRead)]);
    const batch: RawLine[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(lineFeed, pending.length); end !== -1; end = bytes.indexOf(lineFeed, begin)) {
      number += 1;
      batch.push({ bytes: bytes.subarray(begin, end), terminated: true, offset: offset + begin, number });
      begin = end + 1;
    }
    pending = bytes.subarray(begin);
    offset += begin;
    yield batch;
  }
  if (pending.length > 0) yield [{ bytes: pending, terminated: false, offset, number: number + 1 }];
}
