/** Git's pkt-line framing and the `ls-refs` command: gitprotocol-v2(5), gitprotocol-common(5). */

const flush = '0000';
const delimiter = '0001';

/** Ref names and what they point at; a tag is peeled to its commit. */
export type Refs = ReadonlyMap<string, string>;

export const packet = (line: string): string =>
  `${(Buffer.byteLength(line) + 5).toString(16).padStart(4, '0')}${line}\n`;

/** Asks for all refs that start with one of the prefixes. */
export function lsRefsRequest(prefixes: readonly string[]): string {
  return [
    packet('command=ls-refs'),
    packet('agent=git/harbormaster'),
    packet('object-format=sha1'),
    delimiter,
    packet('peel'),
    ...prefixes.map((prefix) => packet(`ref-prefix ${prefix}`)),
    flush,
  ].join('');
}

/** What a server answered: its refs, that it is not the protocol that we speak, or that the answer broke off. */
export type LsRefsAnswer =
  | { readonly kind: 'refs'; readonly refs: Refs }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'cut' };

const refLine = /^(?<id>[0-9a-f]{40}) (?<name>[^ ]+)(?: .*?peeled:(?<peeled>[0-9a-f]{40}))?/;

export function parseLsRefs(body: Buffer): LsRefsAnswer {
  const refs = new Map<string, string>();
  let at = 0;
  while (at + 4 <= body.length) {
    const length = packetLength(body, at);
    if (length === undefined) return { kind: 'foreign' };
    if (length === 0) return { kind: 'refs', refs };
    if (at + length > body.length) return { kind: 'cut' };
    const found = refLine.exec(body.toString('utf8', at + 4, at + length).trimEnd())?.groups;
    if (!found) return { kind: 'foreign' };
    const { id = '', name = '', peeled } = found;
    refs.set(name, peeled ?? id);
    at += length;
  }
  return { kind: 'cut' };
}

/** 0 for a flush packet; undefined for what is no packet of a plain list. */
function packetLength(body: Buffer, at: number): number | undefined {
  const head = body.toString('latin1', at, at + 4);
  if (head === flush) return 0;
  const length = /^[0-9a-f]{4}$/i.test(head) ? Number.parseInt(head, 16) : 0;
  return length > 4 ? length : undefined;
}

/** Output of `git ls-remote`; a tag's peeled line (`name^{}`) follows its own and wins. */
export function parseLsRemote(output: string): Refs {
  const refs = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [id = '', name = ''] = line.split('\t');
    if (/^[0-9a-f]{40,64}$/.test(id)) refs.set(name.replace(/\^\{\}$/, ''), id);
  }
  return refs;
}
