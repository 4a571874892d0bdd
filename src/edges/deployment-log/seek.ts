import type { FileHandle } from 'node:fs/promises';

const chunkSize = 64 * 1024;
const lineFeed = 0x0a;

/** The number of an entry stands at the beginning of its line; `repaired` covers lines that have none. */
export const seqOf = (line: Buffer): number | undefined => {
  const digits = /"seq":(\d{1,15})\b/.exec(line.toString('latin1', 0, 64))?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * Offset of the first line whose entry has this number or a higher one, by halving the file: the numbers only rise. `size` bytes of it are looked at;
 * the result is `size` if all are lower.
 */
export async function offsetOf(file: FileHandle, size: number, seq: number): Promise<number> {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await entryAfter(file, middle, high);
    if (found === undefined || found.seq >= seq) high = middle;
    else low = found.end;
  }
  return low;
}

interface Found {
  readonly seq: number;
  /** Offset of the line after it. */
  readonly end: number;
}

/** The first numbered line that begins at or after an offset, and before a limit. */
async function entryAfter(file: FileHandle, from: number, limit: number): Promise<Found | undefined> {
  // A line begins where one ended: at the top, or behind a line feed.
  let begin = from === 0 ? 0 : await lineStart(file, from - 1);
  while (begin < limit) {
    const head = await bytesAt(file, begin, 64);
    const end = await lineStart(file, begin);
    const seq = seqOf(head.subarray(0, end - begin));
    if (seq !== undefined) return { seq, end };
    begin = end;
  }
  return undefined;
}

/** Where the line after the one that holds this offset begins; the end of the file if there is none. */
async function lineStart(file: FileHandle, offset: number): Promise<number> {
  for (let at = offset; ; ) {
    const bytes = await bytesAt(file, at, chunkSize);
    const found = bytes.indexOf(lineFeed);
    if (found !== -1) return at + found + 1;
    if (bytes.length === 0) return at;
    at += bytes.length;
  }
}

async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
