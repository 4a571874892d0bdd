import { isAmong } from '../core/hosts.ts';
import { child, entriesOf, type Node, type Path, textOf, textsOf } from './tree.ts';

/** Which parts of a file that several hosts share matter on this one. */
export interface Relevance {
  readonly host: string;
  /** Apps of this host, disabled ones too. */
  readonly declared: readonly string[];
  /** Apps of other hosts, with the patterns that say which. */
  readonly elsewhere: Readonly<Record<string, readonly string[]>>;
  /** Apps of this host that are enabled. */
  readonly active: readonly string[];
  /** Which entries of `discover` are for this host. */
  readonly looked: readonly number[];
  readonly runsHere: (app: Node) => boolean;
  /** Whether this host reads the value at a path: a secret of another host's app need not exist here. */
  readonly reads: (path: Path) => boolean;
}

/** `afar`: seen from a machine that is not the host. */
export function relevance(root: Node, machine: string, afar?: { readonly everyHost: boolean }): Relevance {
  const host = textOf(child(child(root, 'config'), 'host')) ?? machine;
  const defaults = child(root, 'defaults');
  const hostsOf = (app: Node): Node | undefined => child(app, 'hosts') ?? child(defaults, 'hosts');
  const runsHere = (app: Node): boolean => {
    const globs = hostsOf(app);
    return globs === undefined || afar?.everyHost === true || isAmong(textsOf(globs), host);
  };
  const all = entriesOf(child(root, 'apps'));
  const here = all.filter(([, { node }]) => runsHere(node));
  const away = all.filter(([, { node }]) => !runsHere(node));
  const enabled = here.filter(([, { node }]) => !isOff(child(node, 'enabled')));
  const list = child(root, 'discover');
  const entries = list?.kind === 'list' ? list.items : [];
  const looked = entries.filter(runsHere);
  const repositories = new Set(
    [...enabled.map(([, { node }]) => node), ...looked].map(
      (node) => textOf(child(node, 'repository')) ?? textOf(child(defaults, 'repository')),
    ),
  );
  const active = new Set(enabled.map(([name]) => name));
  return {
    host,
    declared: here.map(([name]) => name),
    elsewhere: Object.fromEntries(away.map(([name, { node }]) => [name, textsOf(hostsOf(node))])),
    active: [...active],
    looked: looked.map((entry) => entries.indexOf(entry)),
    runsHere,
    reads: ([section, name, key]) => {
      // Which host runs an app must always be known: an app that seems to have left a host is removed there.
      if (section === 'apps') return key === 'hosts' || active.has(String(name));
      if (section === 'discover' && typeof name === 'number')
        return key === 'hosts' || looked.includes(entries[name] ?? root);
      return section !== 'repositories' || repositories.has(String(name));
    },
  };
}

const isOff = (node: Node | undefined): boolean => node?.kind === 'scalar' && node.value === false;
