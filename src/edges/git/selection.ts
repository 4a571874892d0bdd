/** Which entries of a commit an export writes: decided as a whole, before anything is written. */
import { HarborError } from '../../errors.ts';
import { resolve } from './resolve.ts';
import type { Snapshot } from './snapshot.ts';
import { printable } from './text.ts';
import { nameProblem, type TreeEntry } from './tree.ts';

export interface Selection {
  readonly folders: ReadonlySet<string>;
  readonly files: ReadonlyMap<string, TreeEntry>;
  /** Targets by path. */
  readonly links: ReadonlyMap<string, string>;
  /** Commits by path, and what is wanted of each. */
  readonly submodules: ReadonlyMap<string, { readonly commit: string; readonly inside: ReadonlySet<string> }>;
}

interface Growing {
  readonly folders: Set<string>;
  readonly files: Map<string, TreeEntry>;
  readonly links: Map<string, string>;
  readonly submodules: Map<string, { commit: string; inside: Set<string> }>;
}

const mostEntries = 100_000;
const deepest = 200;

/**
 * What these paths hold, and what the links among it lead to, so that a link that stays inside the tree also finds something there.
 * Throws `tree-refused` for links that lead out, and for names that no disk should see.
 */
export async function select(snapshot: Snapshot, paths: readonly string[]): Promise<Selection> {
  const selection: Growing = { folders: new Set(), files: new Map(), links: new Map(), submodules: new Map() };
  const ahead = [...paths];
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const found = await resolve(snapshot, path, (link, target) => {
      if (!selection.links.has(link)) checkPath(link);
      selection.links.set(link, target);
    });
    if (found.kind === 'missing') continue;
    if (found.path !== '.') checkPath(found.path);
    if (found.kind === 'submodule') addSubmodule(selection, found.path, found);
    else ahead.push(...(await add(selection, snapshot, found.path, found)));
  }
  return selection;
}

/** Adds one entry and all below it; gives the links that were met, which are yet to be followed. */
async function add(
  selection: Growing,
  snapshot: Snapshot,
  path: string,
  { kind, id }: TreeEntry,
): Promise<readonly string[]> {
  checkSize(selection, path);
  if (kind === 'link') return selection.links.has(path) ? [] : [path];
  if (kind === 'submodule') addSubmodule(selection, path, { id, inside: '.' });
  else if (kind !== 'folder') selection.files.set(path, { kind, id });
  else if (!selection.folders.has(path)) {
    selection.folders.add(path);
    return addAll(selection, snapshot, path, id);
  }
  return [];
}

async function addAll(selection: Growing, snapshot: Snapshot, folder: string, id: string): Promise<readonly string[]> {
  const links: string[] = [];
  for (const [name, entry] of await snapshot.tree(id)) {
    const path = folder === '.' ? name : `${folder}/${name}`;
    checkName(name, path);
    links.push(...(await add(selection, snapshot, path, entry)));
  }
  return links;
}

function addSubmodule({ submodules }: Growing, path: string, { id, inside }: { id: string; inside: string }): void {
  const known = submodules.get(path);
  if (known) known.inside.add(inside);
  else submodules.set(path, { commit: id, inside: new Set([inside]) });
}

function checkSize({ folders, files }: Growing, path: string): void {
  if (folders.size + files.size < mostEntries && path.split('/').length <= deepest) return;
  throw new HarborError(
    `The repository holds too much to be written out: more than ${mostEntries} entries, or ${deepest} folders deep`,
    {
      code: 'tree-refused',
      hint: 'Give the app a `path` with only what it needs.',
    },
  );
}

function checkPath(path: string): void {
  for (const name of path.split('/')) checkName(name, path);
}

function checkName(name: string, path: string): void {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  throw new HarborError(`"${printable(path, 200)}" in the repository is not written to disk: the name ${problem}`, {
    code: 'tree-refused',
    hint: 'Such a name is an attack, or a tool went wrong: remove it from the repository.',
  });
}
