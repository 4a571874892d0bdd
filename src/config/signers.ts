import { createHash } from 'node:crypto';
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
  /** Only their lists are read: those of another host's apps need not exist here. */
  readonly apps: readonly string[];
  readonly files: Files;
  /** Told of a list that is not here, which is then no problem. */
  readonly lacks?: ((what: string) => void) | undefined;
}

/** Reads the lists of keys that apps are verified by, so that a change of one is a change of the configuration. */
export async function readSigners({ root, apps, files, lacks }: Request): Promise<SignerFiles> {
  const digests = new Map<string, string>();
  const problems: Problem[] = [];
  const told = new Set<string>();
  for (const app of apps) {
    const { file, path } = listOf(root, app) ?? {};
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

/** The list in force for an app, and the place that is to blame for it; undefined for an app that verifies nothing. */
function listOf(root: Node, app: string): { readonly file: string; readonly path: Path } | undefined {
  const places: readonly Path[] = [
    ['apps', app, 'verify'],
    ['defaults', 'verify'],
  ];
  const present = places.filter((path) => nodeAt(root, path)?.kind === 'map');
  const [nearest] = present;
  if (nearest === undefined || modeFor(root, app) === 'none') return undefined;
  const named = present.find((path) => entryOf(nodeAt(root, path), 'allowed_signers'));
  if (named === undefined) return { file: standardSigners, path: nearest };
  const path = [...named, 'allowed_signers'];
  const file = textOf(nodeAt(root, path));
  return file?.startsWith('/') ? { file, path } : undefined;
}

/** `verify.mode` of an app: its own, else the general one. */
export function modeFor(root: Node, app: string): string | undefined {
  const [own, general] = [nodeAt(root, ['apps', app]), child(root, 'defaults')].map((settings) =>
    textOf(child(child(settings, 'verify'), 'mode')),
  );
  return own ?? general;
}
