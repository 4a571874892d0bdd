import type { Problem } from './problems.ts';
import type { Entry, Node, Path, ScalarNode } from './tree.ts';

/** `${NAME}`, `${NAME:-default}` or `${file:path}`. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string; readonly fallback: string | undefined }
  | { readonly kind: 'file'; readonly path: string };

export type Part = string | Reference;

export const forms = '${NAME}, ${NAME:-default} or ${file:path}';

/** Takes a text apart; `$$` is a dollar sign, and a `$` before anything but `{` is one too. Undefined: not understood. */
export function partsOf(text: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\$|\$\{([^}]*)\}|\$\{/g)) {
    const part = match[0] === '$$' ? '$' : referenceOf(match[1]);
    if (part === undefined) return undefined;
    parts.push(text.slice(end, match.index), part);
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}

function referenceOf(inside: string | undefined): Reference | undefined {
  const file = inside?.match(/^file:(.+)$/s)?.[1];
  if (file !== undefined) return { kind: 'file', path: file };
  const variable = inside?.match(/^([A-Za-z_]\w*)(?::-(.*))?$/s);
  return variable?.[1] === undefined ? undefined : { kind: 'variable', name: variable[1], fallback: variable[2] };
}

/** Follows a reference. A fault says what is wrong with it. */
export type Lookup = (reference: Reference) => Promise<Found>;
export type Found =
  | { readonly kind: 'secret'; readonly value: string }
  | { readonly kind: 'plain'; readonly value: string }
  | { readonly kind: 'fault'; readonly text: string };

export interface Interpolated {
  readonly root: Node;
  /** Each with the path of its value: whether it matters depends on who uses that. */
  readonly problems: readonly Problem[];
  readonly secrets: readonly { readonly path: Path; readonly value: string }[];
}

/** A copy of the tree in which every text has its references replaced. Keys stay as they are. */
export async function interpolate(root: Node, lookup: Lookup): Promise<Interpolated> {
  const problems: Problem[] = [];
  const secrets: { path: Path; value: string }[] = [];

  async function copy(node: Node, path: Path): Promise<Node> {
    if (node.kind === 'scalar') return typeof node.value === 'string' ? filled(node, node.value, path) : node;
    if (node.kind === 'list') {
      return { ...node, items: await inOrder(node.items, (item, index) => copy(item, [...path, index])) };
    }
    const entries = await inOrder(
      [...node.entries],
      async ([key, entry]): Promise<[string, Entry]> => [
        key,
        { at: entry.at, node: await copy(entry.node, [...path, key]) },
      ],
    );
    return { ...node, entries: new Map(entries) };
  }

  async function filled(node: ScalarNode, text: string, path: Path): Promise<Node> {
    const parts = partsOf(text);
    if (!parts)
      return unresolved(
        node,
        path,
        `holds a "\${" that is not understood; write ${forms}, or $\${ for the text itself`,
      );
    const from: string[] = [];
    let value = '';
    for (const part of parts) {
      const found: Found = typeof part === 'string' ? { kind: 'plain', value: part } : await lookup(part);
      if (found.kind === 'fault') return unresolved(node, path, found.text);
      if (found.kind === 'secret') {
        secrets.push({ path, value: found.value });
        from.push(nameOf(part));
      }
      value += found.value;
    }
    return { ...node, value, text: value, from };
  }

  function unresolved(node: ScalarNode, path: Path, text: string): Node {
    problems.push({ at: node.at, path, text });
    return { ...node, value: '', text: '', resolved: false };
  }

  return { root: await copy(root, []), problems, secrets };
}

const nameOf = (part: Part): string => {
  if (typeof part === 'string') return part;
  return part.kind === 'file' ? `file:${part.path}` : part.name;
};

/** One after the other, so that problems and the files read keep the order of the text. */
async function inOrder<T, R>(items: readonly T[], each: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) results.push(await each(item, index));
  return results;
}
