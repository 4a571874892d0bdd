import { open } from 'node:fs/promises';
import { sha256 } from '../../core/digest.ts';
import { corrupt, unreadable } from './faults.ts';
import { decode } from './line.ts';
import { firstLine } from './lines.ts';
import { type Segment, segmentAt, segmentsOf } from './segments.ts';
import { type Position, start, startWith, walk } from './walk.ts';

/**
 * Where to begin reading to know the state of today: with the newest segment that opens with the state before it. That it follows the segment before is
 * made sure of; whether that one and older ones hold is for `verify` to say. Throws `log-corrupt`.
 */
export async function newestStart(directory: string, untied = false): Promise<Position> {
  const segments = await segmentsOf(directory).catch((error: unknown) => {
    throw unreadable(directory, error);
  });
  for (const segment of segments.toReversed()) {
    const opened = await openingOf(segment);
    if (opened === undefined) continue;
    if (!untied) await assertTied(directory, segment, opened);
    return startWith(segment);
  }
  return start;
}

/** The first entry of a segment, if it says what was before it. */
export async function openingOf(segment: Segment) {
  const line = segment.first === 1 ? undefined : await firstLine(segment.path);
  const decoded = line && decode(line);
  const isOpening = decoded?.kind === 'entry' && decoded.entry.kind === 'opened' && decoded.entry.seq === segment.first;
  return isOpening && decoded.entry.kind === 'opened' && decoded.entry.log ? decoded.entry : undefined;
}

type Opening = NonNullable<Awaited<ReturnType<typeof openingOf>>>;

/** The last line of the segment before must be the one that this one follows, unless that has left, or was given up as damaged. */
async function assertTied(directory: string, segment: Segment, { prev, previous, log }: Opening): Promise<void> {
  if (previous === undefined || log === undefined || log.epoch === segment.first) return;
  const before = segmentAt(directory, Number.parseInt(previous.file, 10));
  const line = await lastLine(before.path, previous.bytes);
  if (line !== undefined && sha256(line) === prev) return;
  if (line === undefined && log.pruned !== undefined && before.first <= log.pruned) return;
  if (await isKnown(directory, segment, { file: previous.file, isGone: line === undefined })) return;
  const what =
    line === undefined
      ? `the file before it, ${previous.file}, is missing or too short`
      : `its prev is not the hash of the last line of ${previous.file}`;
  throw corrupt(directory, { file: segment.name, line: 1, offset: 0, seq: segment.first, what });
}

/** Whether an entry since then says that the file before left, or that a person knows. */
async function isKnown(
  directory: string,
  segment: Segment,
  before: { readonly file: string; readonly isGone: boolean },
): Promise<boolean> {
  let left = 0;
  const { position } = await walk(directory, startWith(segment), (entry) => {
    if (entry.kind === 'pruned') left = entry.through;
  });
  if (before.isGone && left >= segment.first - 1) return true;
  return [...position.accepted].some((place) => place.startsWith(`${before.file}:`) || place === `${segment.name}:0`);
}

const step = 64 * 1024;
const lineFeed = 0x0a;

/** The line that ends at `end`, without its newline; undefined if the file does not reach so far. */
async function lastLine(path: string, end: number): Promise<Buffer | undefined> {
  await using file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  let line = Buffer.alloc(0);
  for (let to = end; to > 0; ) {
    const length = Math.min(step, to);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, to - length);
    if (bytesRead < length || (to === end && buffer.at(-1) !== lineFeed)) return undefined;
    line = Buffer.concat([buffer, line]);
    to -= length;
    const newline = line.lastIndexOf(lineFeed, line.length - 2);
    if (newline !== -1) return line.subarray(newline + 1, -1);
  }
  return line.subarray(0, -1);
}
