import type { Readable } from 'node:stream';

/** Reads a stream in the pieces that a protocol is made of. Throws when the stream ends too soon. */
export interface ByteReader {
  /** Up to the next newline, without it. */
  line(): Promise<string>;
  /** The next `length` bytes, in as many chunks as they come in; waits for the sink after each. */
  pour(length: number, sink: (chunk: Buffer) => unknown): Promise<void>;
}

const newline = 0x0a;

export function byteReader(stream: Readable): ByteReader {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const next = async (): Promise<Buffer> => {
    const { done, value } = await chunks.next();
    if (done) throw new Error('the stream ended in the middle of an answer');
    return value;
  };
  return {
    line: async () => {
      let end = rest.indexOf(newline);
      while (end < 0) {
        rest = Buffer.concat([rest, await next()]);
        end = rest.indexOf(newline);
      }
      const line = rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
      return line;
    },
    pour: async (length, sink) => {
      for (let left = length; left > 0; ) {
        if (rest.length === 0) rest = await next();
        const chunk = rest.subarray(0, left);
        rest = rest.subarray(chunk.length);
        left -= chunk.length;
        await sink(chunk);
      }
    },
  };
}
