import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { matchesQuery } from '../../core/log-query.ts';
import type { Entry } from '../../model/entry.ts';
import type { LogPage, LogQuery, PageRequest } from '../../model/log-query.ts';
import { isMissing } from '../fs-errors.ts';
import { unreadable } from './faults.ts';
import { decode } from './line.ts';
import { offsetOf, seqOf } from './seek.ts';
import { type Segment, segmentsOf } from './segments.ts';

/** One question looks at so many entries at most: a filter that nothing fits holds nobody up. */
const mostSeen = 20_000;
const chunkSize = 64 * 1024;
const lineFeed = 0x0a;

/** One page of the log: found by halving, so as quick at its end as at its beginning. Proves nothing: `verify` does. Throws `log-unwritable`. */
export async function logPage(
  directory: string,
  query: LogQuery,
  request: PageRequest,
  most = mostSeen,
): Promise<LogPage> {
  try {
    return await pageOf(await segmentsOf(directory), query, request, most);
  } catch (error) {
    throw unreadable(directory, error);
  }
}

async function pageOf(
  segments: readonly Segment[],
  query: LogQuery,
  request: PageRequest,
  most: number,
): Promise<LogPage> {
  const found: Entry[] = [];
  let last: number | undefined;
  let seen = 0;
  for await (const line of linesOf(segments, request)) {
    const decoded = decode(line);
    const seq = decoded.kind === 'noise' ? undefined : seqOf(line);
    if (seq === undefined) continue;
    if (found.length === request.limit || seen === most) return { entries: found, next: last };
    last = seq;
    seen += 1;
    if (decoded.kind === 'entry' && matchesQuery(query, decoded.entry)) found.push(decoded.entry);
  }
  return { entries: found, next: undefined };
}

export type Direction =
  | { readonly order: 'newest'; readonly before: number | undefined }
  | { readonly order: 'oldest'; readonly after: number };

/** The lines of the whole log from where the page begins, in its order; an empty one where some left while it was read. */
export async function* linesOf(segments: readonly Segment[], request: Direction): AsyncGenerator<Buffer> {
  if (request.order === 'oldest') {
    const from = segments.findLastIndex(({ first }) => first <= request.after + 1);
    for (const [index, segment] of segments.slice(Math.max(from, 0)).entries()) {
      await using file = await openSegment(segment);
      if (file === undefined) {
        yield nothing;
        continue;
      }
      const { size } = await file.stat();
      yield* forwards(file, index === 0 ? await offsetOf(file, size, request.after + 1) : 0, size);
    }
    return;
  }
  const { before = Number.MAX_SAFE_INTEGER } = request;
  for (const segment of segments.filter(({ first }) => first < before).toReversed()) {
    await using file = await openSegment(segment);
    if (file === undefined) return;
    const { size } = await file.stat();
    yield* backwards(file, await offsetOf(file, size, before));
  }
}

/** Stands for the lines of a segment that left just now. */
const nothing = Buffer.alloc(0);

/** Undefined: it left just now, and older ones with it. */
const openSegment = ({ path }: Segment): Promise<FileHandle | undefined> =>
  open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });

/** What is not terminated yet is still being written. */
async function* forwards(file: FileHandle, from: number, size: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for (let at = from; at < size; ) {
    const bytes = Buffer.concat([rest, await chunkAt(file, at, Math.min(chunkSize, size - at))]);
    at += bytes.length - rest.length;
    let begin = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, begin)) {
      yield bytes.subarray(begin, end);
      begin = end + 1;
    }
    rest = bytes.subarray(begin);
  }
}

async function* backwards(file: FileHandle, to: number): AsyncGenerator<Buffer> {
  /** What stands behind the last line feed that was met, of which the beginning is still to be read. */
  let rest = Buffer.alloc(0);
  let isTerminated = false;
  for (let at = to; at > 0; ) {
    const length = Math.min(chunkSize, at);
    at -= length;
    const bytes = Buffer.concat([await chunkAt(file, at, length), rest]);
    let end = bytes.length;
    for (
      let feed = bytes.lastIndexOf(lineFeed);
      feed !== -1;
      feed = feed === 0 ? -1 : bytes.lastIndexOf(lineFeed, feed - 1)
    ) {
      if (isTerminated) yield bytes.subarray(feed + 1, end);
      isTerminated = true;
      end = feed;
    }
    rest = bytes.subarray(0, end);
  }
  if (isTerminated && rest.length > 0) yield rest;
}

async function chunkAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
