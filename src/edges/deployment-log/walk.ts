import { stat } from 'node:fs/promises';
import type { Entry } from '../../model/entry.ts';
import { isMissing } from '../fs-errors.ts';
import { accept, before, type Chain, genesis, type RawLine } from './chain.ts';
import { type Problem, unreadable } from './faults.ts';
import { decode } from './line.ts';
import { batchesOf, firstLine } from './lines.ts';
import { type Segment, segmentsOf } from './segments.ts';

/** A place in the log up to which everything was read. */
export interface Position {
  readonly segment: Segment | undefined;
  readonly offset: number;
  /** Lines before it in the file. */
  readonly lines: number;
  readonly chain: Chain;
  /** What did not hold before it. */
  readonly troubles: readonly Trouble[];
  /** Places of those that a person has accepted, by an entry that was read. */
  readonly accepted: ReadonlySet<string>;
}

/** A problem that a later segment begins anew after. */
export interface Trouble extends Problem {
  /** Last entry before it, and first one that holds again. */
  readonly after: number;
  readonly before: number;
  /** A file is missing, and this is the one after it. */
  readonly isGap: boolean;
}

const nowhere = { segment: undefined, offset: 0, lines: 0, troubles: [], accepted: new Set<string>() };

export const start: Position = { ...nowhere, chain: genesis };

/** Begins with a segment, believing what its first line says of all before. */
export const startWith = ({ first }: Segment): Position => ({ ...nowhere, chain: before(first) });

export interface Walked {
  readonly position: Position;
  /** An unterminated last line: a write that is under way or was cut short. */
  readonly rest: RawLine | undefined;
  /** The first that nobody has accepted. */
  readonly problem: Problem | undefined;
}

/** `line`: the entry's bytes, without the newline. */
export type Visit = (entry: Entry, place: Omit<Problem, 'what'>, line: Buffer) => void;

/**
 * Reads on from a position to the log's end. What does not hold is passed over where a later segment begins anew; nothing is read after it otherwise.
 * Segments may leave meanwhile: what is read then says so.
 */
export async function walk(directory: string, from: Position, visit: Visit): Promise<Walked> {
  const accepted = new Set(from.accepted);
  let left = 0;
  const visiting: Visit = (entry, place, line) => {
    if (entry.kind === 'damage-accepted') accepted.add(placeKey(entry));
    if (entry.kind === 'pruned') left = entry.through;
    visit(entry, place, line);
  };
  let segments = await segmentsFrom(directory, from.segment?.first ?? from.chain.seq + 1);
  let position = { ...from, accepted };
  let rest: RawLine | undefined;
  let last: Problem | undefined;
  for (let segment = segments[0]; segment !== undefined; segment = segments[0]) {
    const { first, path } = segment;
    const entered = first === position.segment?.first ? position : { ...enter(segment, position), accepted };
    const walked = await walkSegment(segment, entered, { visit: visiting, next: segments[1] }).catch(
      (error: unknown) => {
        if (isMissing(error)) return undefined;
        throw unreadable(path, error);
      },
    );
    segments = walked ? segments.slice(1) : await segmentsFrom(directory, first + 1);
    if (walked === undefined) continue;
    position = { ...walked.position, accepted };
    ({ rest, problem: last } = walked);
  }
  const isKnown = (trouble: Trouble): boolean =>
    accepted.has(placeKey(trouble)) || (trouble.isGap && trouble.before <= left + 1);
  return { position, rest, problem: position.troubles.find((trouble) => !isKnown(trouble)) ?? last };
}

async function segmentsFrom(directory: string, first: number): Promise<readonly Segment[]> {
  const all = await segmentsOf(directory).catch((error: unknown) => {
    throw unreadable(directory, error);
  });
  return all.filter((segment) => segment.first >= first);
}

/** Names a place where something does not hold. */
export const placeKey = ({ file, offset }: Pick<Problem, 'file' | 'offset'>): string => `${file}:${offset}`;

function enter(segment: Segment, position: Position): Position {
  const { first } = segment;
  const { chain, troubles } = position;
  const entered = { ...position, segment, offset: 0, lines: 0 };
  if (first === chain.seq + 1) return { ...entered, chain: { ...chain, opened: false } };
  const isBeginning = position.segment === undefined || chain.seq + 1 > first;
  if (isBeginning) return { ...entered, chain: before(first) };
  const what = `it begins with entry ${first}, where ${chain.seq + 1} must follow: a file of the log is missing`;
  const place = { file: segment.name, line: 1, offset: 0, seq: chain.seq + 1 };
  const gap = { ...place, what, after: chain.seq, before: first, isGap: true };
  return { ...entered, chain: before(first), troubles: [...troubles, gap] };
}

interface Onward {
  readonly visit: Visit;
  readonly next: Segment | undefined;
}

interface WalkedSegment {
  readonly position: Position;
  readonly rest: RawLine | undefined;
  /** Only of the last segment: of others it is among the troubles. */
  readonly problem: Problem | undefined;
}

async function walkSegment(segment: Segment, from: Position, { visit, next }: Onward): Promise<WalkedSegment> {
  const reached = await readSegment(segment, from, { visit, next });
  const { position, rest } = reached;
  if (next === undefined) return reached;
  const problem = reached.problem ?? (await looseEnd(segment, { position, rest }, next));
  if (problem === undefined) return reached;
  const { chain, troubles } = position;
  const trouble = { ...problem, after: chain.seq, before: next.first, isGap: false };
  // The next segment begins anew, as its own first line says.
  const passed = { ...position, chain: { ...before(next.first), opened: true }, troubles: [...troubles, trouble] };
  return { position: passed, rest: undefined, problem: undefined };
}

/** Whatever a later segment follows must have been whole, unless that one says that the disk failed here. */
async function looseEnd(
  segment: Segment,
  { position: { chain, offset, lines }, rest }: Pick<WalkedSegment, 'position' | 'rest'>,
  next: Segment,
): Promise<Problem | undefined> {
  const line = chain.dead?.first ?? rest;
  const place = {
    file: segment.name,
    line: line?.number ?? lines + 1,
    offset: line?.offset ?? offset,
    seq: chain.seq + 1,
  };
  if (chain.seq + 1 !== next.first) return line && { ...place, what: 'it is no entry, and a further file follows' };
  if (line === undefined && (await stat(segment.path)).size === offset) return undefined;
  const end = await declaredEnd(next);
  if (end?.torn && end.file === segment.name && end.bytes === offset) return undefined;
  return { ...place, what: 'it follows the last entry of a file that was closed' };
}

/** Where a segment says that the one before it ended. */
async function declaredEnd({ path }: Segment) {
  const line = await firstLine(path);
  const decoded = line && decode(line);
  return decoded?.kind === 'entry' && decoded.entry.kind === 'opened' ? decoded.entry.previous : undefined;
}

async function readSegment(segment: Segment, from: Position, { visit, next }: Onward): Promise<WalkedSegment> {
  let { chain, offset, lines } = from;
  const at = (): Position => ({ ...from, segment, offset, lines, chain });
  for await (const batch of batchesOf(segment.path, from)) {
    for (const line of batch) {
      // What follows there was never acknowledged: `looseEnd` judges it.
      if (chain.seq + 1 === next?.first) return { position: at(), rest: undefined, problem: undefined };
      if (!line.terminated) return { position: at(), rest: line, problem: undefined };
      const accepted = accept(chain, line);
      if (accepted.kind === 'broken') {
        return {
          position: at(),
          rest: undefined,
          problem: { ...placeOf(segment, accepted.line, chain.seq + 1), what: accepted.what },
        };
      }
      chain = accepted.chain;
      offset = line.offset + line.bytes.length + 1;
      lines = line.number;
      if (accepted.kind === 'entry') visit(accepted.entry, placeOf(segment, line, chain.seq), line.bytes);
    }
  }
  return { position: at(), rest: undefined, problem: undefined };
}

const placeOf = ({ name }: Segment, { number, offset }: RawLine, seq: number) => ({
  file: name,
  line: number,
  offset,
  seq,
});
