import { HarborError } from '../errors.ts';

/** A request's body as it came; never more of it than `most` bytes. Throws `too-large`. */
export async function bytesOf(request: Request, most: number): Promise<Buffer> {
  if (Number(request.headers.get('content-length')) > most) throw tooLarge(most);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (most: number): HarborError =>
  new HarborError(`the body is larger than ${most} bytes`, { code: 'too-large' });
