import { matches } from '../core/glob.ts';
import { child, entriesOf, type Node, type Path, textOf, textsOf } from './tree.ts';

/** Which parts of a file that several hosts share matter on this one. */
export interface Relevance {
  readonly host: string;
  /** Apps of this host, disabled ones too. */
  readonly declared: readonly string[];
  /** Apps of this host that are enabled. */
  readonly active: readonly string[];
  readonly runsHere: (app: Node) => boolean;
  /** Whether this host reads the value at a path: a secret of another host's app need not exist here. */
  readonly reads: (path: Path) => boolean;
}

export function relevance(root: Node, machine: string): Relevance {
  const host = textOf(child(child(root, 'config'), 'host')) ?? machine;
  const defaults = child(root, 'defaults');
  const runsHere = (app: Node): boolean => {
    const globs = child(app, 'hosts') ?? child(defaults, 'hosts');
    return globs === undefined || textsOf(globs).some((glob) => matches(glob, host));
  };
  const here = entriesOf(child(root, 'apps')).filter(([, { node }]) => runsHere(node));
  const enabled = here.filter(([, { node }]) => !isOff(child(node, 'enabled')));
  const repositories = new Set(
    enabled.map(([, { node }]) => textOf(child(node, 'repository')) ?? textOf(child(defaults, 'repository'))),
  );
  const active = new Set(enabled.map(([name]) => name));
  return {
    host,
    declared: here.map(([name]) => name),
    active: [...active],
    runsHere,
    reads: ([section, name, key]) => {
      // Which host runs an app must always be known: an app that seems to have left a host is removed there.
      if (section === 'apps') return key === 'hosts' || active.has(String(name));
      return section !== 'repositories' || repositories.has(String(name));
    },
  };
}

const isOff = (node: Node | undefined): boolean => node?.kind === 'scalar' && node.value === false;
