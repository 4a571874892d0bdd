import { type Found, type Interpolated, interpolate, type Lookup } from './interpolate.ts';
import { only } from './layers.ts';
import { parseTree } from './parse.ts';
import { configInvalid, type Problem } from './problems.ts';
import { isNull, type Node } from './tree.ts';

/** One file of a configuration, its references followed. */
export interface Layer {
  readonly root: Node;
  /** What is wrong with it as YAML. */
  readonly problems: readonly Problem[];
  /** References that could not be followed, by the path of their value: whether that matters depends on who uses it. */
  readonly unfollowed: readonly Problem[];
  readonly secrets: Interpolated['secrets'];
}

/** `file`: what its places are called; `without`: sections that are passed over. Throws `config-invalid` for a text that holds nothing. */
export async function layerOf(
  text: string,
  file: string,
  lookup: Lookup,
  without: readonly string[] = [],
): Promise<Layer> {
  const { root, problems } = parseTree(text, file);
  if (!root || isNull(root)) throw configInvalid(problems.length > 0 ? problems : [holdsNothing(file)]);
  const concerned = root.kind === 'map' ? only(root, (key) => !without.includes(key)) : root;
  const { root: filled, problems: unfollowed, secrets } = await interpolate(concerned, lookup);
  return { root: filled, problems, unfollowed, secrets };
}

const holdsNothing = (file: string): Problem => ({
  at: { file, line: 1, column: 1 },
  path: [],
  text: 'holds no configuration; write `apps: {}` if this host is meant to run nothing',
});

/** Of a host that has no file of its own. */
export const nothing = (file: string): Layer => ({
  root: { kind: 'map', at: { file, line: 1, column: 1 }, entries: new Map() },
  problems: [],
  unfollowed: [],
  secrets: [],
});

/** A lookup that refuses some references. */
export const refusing =
  (lookup: Lookup, faultOf: (reference: Parameters<Lookup>[0]) => string | undefined): Lookup =>
  async (reference): Promise<Found> => {
    const fault = faultOf(reference);
    return fault === undefined ? lookup(reference) : { kind: 'fault', text: fault };
  };
