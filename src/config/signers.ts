import { createHash } from 'node:crypto';
import type { Lacks } from './afar.ts';
import type { Files } from './files.ts';
import { type Problem, problemAt } from './problems.ts';
import { child, entryOf, type Node, nodeAt, type Path, textOf } from './tree.ts';

export const standardSigners = '/etc/harbormaster/allowed_signers';

export interface SignerFiles {
  /** SHA-256 of a list of signers. */
  readonly digestOf: (file: string) => string;
  readonly problems: readonly Problem[];
}

interface Request {
  readonly root: Node;
  /** For each that may be verified: the places that say how, the strongest first. Lists of another host's apps need not exist here. */
  readonly verified: readonly (readonly Path[])[];
  readonly files: Files;
  /** Told of a list that is not here, which is then no problem. */
  readonly lacks?: Lacks | undefined;
}

/** Where it stands how an app is verified. */
export const verificationPlaces = (app: string): readonly Path[] => [
  ['apps', app, 'verify'],
  ['defaults', 'verify'],
];

/** The same for an entry of `discover`. */
export const discoveryPlaces = (index: number): readonly Path[] => [
  ['discover', index, 'verify'],
  ['defaults', 'verify'],
];

/** Reads the lists of keys that commits are verified by, so that a change of one is a change of the configuration. */
export async function readSigners({ root, verified, files, lacks }: Request): Promise<SignerFiles> {
  const digests = new Map<string, string>();
  const problems: Problem[] = [];
  const told = new Set<string>();
  for (const places of verified) {
    const { file, path } = listOf(root, places) ?? {};
    if (file === undefined || path === undefined || digests.has(file)) continue;
    const content = await files.read(file);
    if ('fault' in content && lacks) {
      lacks(`the list of signers ${file}`);
      continue;
    }
    const fault = 'fault' in content ? `which ${content.fault}` : faultIn(content.text);
    if ('text' in content) digests.set(file, createHash('sha256').update(content.text).digest('hex'));
    if (fault === undefined || told.has(file)) continue;
    told.add(file);
    problems.push(problemAt(root, path, `verifies by the keys in ${file}, ${fault}`));
  }
  return { digestOf: (file) => digests.get(file) ?? '', problems };
}

function faultIn(text: string): string | undefined {
  const keys = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  return keys.length > 0
    ? undefined
    : 'which names nobody; write a line such as: ada@example.org namespaces="git" ssh-ed25519 AAAA…';
}

/** The list in force, and the place that is to blame for it; undefined where nothing is verified. */
function listOf(root: Node, places: readonly Path[]): { readonly file: string; readonly path: Path } | undefined {
  const present = places.filter((path) => nodeAt(root, path)?.kind === 'map');
  const [nearest] = present;
  if (nearest === undefined || modeFor(root, places) === 'none') return undefined;
  const named = present.find((path) => entryOf(nodeAt(root, path), 'allowed_signers'));
  if (named === undefined) return { file: standardSigners, path: nearest };
  const path = [...named, 'allowed_signers'];
  const file = textOf(nodeAt(root, path));
  return file?.startsWith('/') ? { file, path } : undefined;
}

/** `verify.mode`: its own, else the general one. */
export function modeFor(root: Node, places: readonly Path[]): string | undefined {
  return places.map((place) => textOf(child(nodeAt(root, place), 'mode'))).find((mode) => mode !== undefined);
}
