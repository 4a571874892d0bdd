import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { RawLine } from './chain.ts';

const chunkSize = 64 * 1024;
const lineFeed = 0x0a;

/** The lines of a file from an offset on, a chunk's worth at a time; the last may be unterminated. `lines`: how many there are before. */
export async function* batchesOf(
  path: string,
  from: { readonly offset: number; readonly lines: number },
): AsyncGenerator<readonly RawLine[]> {
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

/** The first line, if it is whole; undefined where there is none. */
export async function firstLine(path: string): Promise<Buffer | undefined> {
  for await (const [line] of batchesOf(path, { offset: 0, lines: 0 })) {
    if (line !== undefined) return line.terminated ? line.bytes : undefined;
  }
  return undefined;
}
