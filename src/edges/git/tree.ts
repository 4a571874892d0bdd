import { HarborError } from '../../errors.ts';
import { printable } from './text.ts';

export type EntryKind = 'file' | 'program' | 'link' | 'folder' | 'submodule';

export interface TreeEntry {
  readonly kind: EntryKind;
  readonly id: string;
}

/** A folder of a commit: what its names are. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** The raw bytes of a tree object: `<octal mode> <name>\0<binary id>`, over and over. Throws `tree-refused` for what Git does not write. */
export function parseTree(content: Buffer, idBytes: number): Tree {
  const tree = new Map<string, TreeEntry>();
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 1 + idBytes > content.length) throw refused('breaks off in the middle');
    const name = content.toString('utf8', space + 1, end);
    if (tree.has(name)) throw refused(`has two entries of one name ("${printable(name, 80)}")`);
    tree.set(name, {
      kind: kindOf(content.toString('latin1', at, space)),
      id: content.toString('hex', end + 1, end + 1 + idBytes),
    });
    at = end + 1 + idBytes;
  }
  return tree;
}

function kindOf(mode: string): EntryKind {
  if (/^0?40000$/.test(mode)) return 'folder';
  if (mode === '120000') return 'link';
  if (mode === '160000') return 'submodule';
  // Early versions of Git wrote other permissions, too; only "may be run" has a meaning.
  if (/^100[0-7]{3}$/.test(mode)) return (Number.parseInt(mode, 8) & 0o100) === 0 ? 'file' : 'program';
  throw refused(`has an entry of an unknown kind (${printable(mode, 20)})`);
}

/** Why a name may not be written to a disk; undefined for an ordinary one. */
export function nameProblem(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is no name';
  if (name.toLowerCase() === '.git') return 'is the folder of Git itself';
  if (name.includes('/')) return 'holds a slash';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'holds control characters';
  return name.includes('\ufffd') ? 'is not UTF-8' : undefined;
}

const refused = (what: string): HarborError =>
  new HarborError(`A folder in the repository ${what}`, {
    code: 'tree-refused',
    hint: 'No version of Git writes this; the repository was made by hand.',
  });
