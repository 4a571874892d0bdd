/** Where things are on a witness' branch: a folder for each installation, below one for each host. Pure. */

export interface Place {
  readonly host: string;
  readonly instance: string;
}

/** A host's name as part of a path: no separators, and nothing that Git or a file system reads as its own. */
const safe = (name: string): string => name.replaceAll(/[^\w.-]/g, '-').replace(/^[.-]+/, '') || 'host';

export const folderOf = ({ host, instance }: Place): string => `${safe(host)}/${safe(instance)}`;

/** The newest checkpoint, a signed note; those before it are in the branch's history. */
export const checkpointPath = (place: Place): string => `${folderOf(place)}/checkpoint`;
/** The verifier key that signed it. */
export const keyPath = (place: Place): string => `${folderOf(place)}/key`;
/** Entries, byte for byte as in the log: in files that are never changed again, by the log's own file. */
export const entriesFolder = (place: Place): string => `${folderOf(place)}/entries`;

export const entriesPath = (place: Place, segment: number, from: number, to: number): string =>
  `${entriesFolder(place)}/${padded(segment)}/${padded(from)}-${padded(to)}.jsonl`;

/** The last entry that these files hold; 0: none. */
export const lastSent = (paths: readonly string[]): number =>
  Math.max(0, ...paths.map((path) => Number(/\/\d{12}-(\d{12})\.jsonl$/.exec(path)?.[1] ?? 0)));

const padded = (seq: number): string => String(seq).padStart(12, '0');

export interface NewFile {
  readonly path: string;
  readonly content: Buffer;
}

export interface NewCommit {
  /** Undefined: the branch begins. */
  readonly parent: string | undefined;
  readonly ref: string;
  readonly host: string;
  readonly message: string;
  /** Unix seconds. */
  readonly at: number;
  readonly files: readonly NewFile[];
}

/** What git fast-import(1) makes a commit of: without a working tree, whatever else the branch holds. */
export function fastImport({ parent, ref, host, message, at, files }: NewCommit): Buffer {
  const text = `${message}\n`;
  const parts: (string | Buffer)[] = [
    `commit ${ref}\n`,
    `committer Harbormaster <harbormaster@${safe(host)}> ${at} +0000\n`,
    ...dataOf(Buffer.from(text)),
    parent === undefined ? 'deleteall\n' : `from ${parent}\n`,
    ...files.flatMap(({ path, content }) => [`M 100644 inline ${path}\n`, ...dataOf(content)]),
  ];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

const dataOf = (content: Buffer): readonly (string | Buffer)[] => [`data ${content.length}\n`, content, '\n'];
