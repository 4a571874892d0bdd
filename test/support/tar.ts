/** An entry of an archive: a file with content, or another name (a hard link) of a file before it. */
export type TarEntry =
  | { readonly path: string; readonly content: string | Buffer; readonly mode?: number }
  | { readonly path: string; readonly sameAs: string };

const block = 512;

/** A ustar archive; paths of at most 100 characters. Source: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryOf), Buffer.alloc(2 * block)]);
}

function entryOf(entry: TarEntry): readonly Buffer[] {
  const content = 'content' in entry ? Buffer.from(entry.content) : Buffer.alloc(0);
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return [headerOf(entry, content.length), content, padding];
}

function headerOf(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0');
  header.write(entry.path, 0);
  header.write(octal('content' in entry ? (entry.mode ?? 0o644) : 0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write('sameAs' in entry ? '1' : '0', 156);
  if ('sameAs' in entry) header.write(entry.sameAs, 157);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
