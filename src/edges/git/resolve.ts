import { HarborError } from '../../errors.ts';
import type { Snapshot } from './snapshot.ts';
import { printable } from './text.ts';
import type { EntryKind, TreeEntry } from './tree.ts';

/** What a path leads to, as the kernel would walk it if the commit were a disk and its top folder the root. */
export type Found =
  | { readonly kind: 'missing' }
  | {
      readonly kind: Exclude<EntryKind, 'link'>;
      readonly id: string;
      /** Where it really is: no part of it is a link; '.' for the top folder. */
      readonly path: string;
      /** For a submodule: what was asked for inside it; '.' for the submodule itself. */
      readonly inside: string;
    };

/** A link on the way, by its own path, which has no link in it. */
export type OnLink = (path: string, target: string) => void;

const mostLinks = 40;
const longestTarget = 4096;

/** Walks from the top folder. Throws `tree-refused` where a link, or the path itself, leads out of the tree or in a circle. */
export async function resolve(snapshot: Snapshot, path: string, onLink: OnLink = () => undefined): Promise<Found> {
  const walked: { readonly name: string; readonly folder: string }[] = [];
  const ahead = partsOf(path);
  let links = 0;
  const here = (): string => walked.at(-1)?.folder ?? snapshot.root;
  const pathTo = (name?: string): string =>
    [...walked.map((step) => step.name), ...(name === undefined ? [] : [name])].join('/') || '.';

  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '..') {
      if (!walked.pop()) throw leadsOut(path);
      continue;
    }
    const entry: TreeEntry | undefined = (await snapshot.tree(here())).get(name);
    if (entry?.kind === 'folder') walked.push({ name, folder: entry.id });
    else if (entry?.kind === 'link') {
      links += 1;
      if (links > mostLinks) throw refused(path, 'leads in a circle of links');
      const target = await targetOf(snapshot, entry.id, pathTo(name));
      onLink(pathTo(name), target);
      ahead.unshift(...partsOf(target));
    } else return endAt(entry, { asked: path, path: pathTo(name), ahead });
  }
  return { kind: 'folder', id: here(), path: pathTo(), inside: '.' };
}

function endAt(
  entry: TreeEntry | undefined,
  { asked, path, ahead }: { asked: string; path: string; ahead: readonly string[] },
): Found {
  // What is behind a path that is not there cannot be checked: "missing/../.." is only harmless until it exists.
  if (ahead.includes('..')) throw leadsOut(asked);
  if (!entry || entry.kind === 'link' || entry.kind === 'folder') return { kind: 'missing' };
  if (entry.kind === 'submodule') return { kind: 'submodule', id: entry.id, path, inside: ahead.join('/') || '.' };
  return ahead.length > 0 ? { kind: 'missing' } : { kind: entry.kind, id: entry.id, path, inside: '.' };
}

async function targetOf(snapshot: Snapshot, id: string, path: string): Promise<string> {
  const target = (await snapshot.blob(id, longestTarget))?.toString('utf8');
  if (target === undefined || target === '' || target.includes('\0'))
    throw refused(path, 'is a link that leads nowhere');
  if (target.startsWith('/')) throw refused(path, `is a link to "${printable(target, 80)}", outside of the repository`);
  return target;
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

const leadsOut = (path: string): HarborError => refused(path, 'leads out of the repository');

const refused = (path: string, what: string): HarborError =>
  new HarborError(`"${printable(path, 200)}" ${what}`, {
    code: 'tree-refused',
    hint: 'Only relative links to files and folders of the same repository are followed.',
  });
