import { canonical, sha256 } from '../core/digest.ts';
import type { ConfigurationDigests } from '../model/configuration.ts';
import type { Variable } from './environment-file.ts';
import { only, over } from './layers.ts';
import type { Relevance } from './relevance.ts';
import { child, entriesOf, type Node, textOf, toValue } from './tree.ts';

interface Read {
  /** Of the files that an app's `environment_file` names, by app; those of `defaults` under undefined. */
  readonly variables: (app: string | undefined) => readonly Variable[];
  /** Digest of the list of keys that an app is verified by. */
  readonly signers: (app: string) => string | undefined;
}

/** Of what is written, not of what a version makes of it: an upgrade changes no digest. They cover secrets, unkeyed: for memory only. */
export function digestsOf(root: Node, { declared }: Relevance, read: Read): ConfigurationDigests {
  const named = (of: (name: string) => unknown): Readonly<Record<string, string>> =>
    Object.fromEntries(declared.map((name) => [name, sha256(canonical(of(name)))]));
  return { apps: named((name) => settingsOf(root, name, read)), settings: ownSettings(root) };
}

/** Everything that an app gets from the file; which other hosts run it is not its matter here. */
function settingsOf(root: Node, name: string, { variables, signers }: Read): unknown {
  const app = child(child(root, 'apps'), name);
  const defaults = child(root, 'defaults');
  const whole = app && defaults ? over(app, defaults) : app;
  const here = whole?.kind === 'map' ? only(whole, (key) => key !== 'hosts') : whole;
  const shared = child(child(root, 'repositories'), textOf(child(here, 'repository')) ?? '');
  return {
    settings: here && toValue(here),
    repository: shared && toValue(shared),
    variables: [undefined, name].map((of) => variables(of).map(({ name: key, value }) => [key, value])),
    signers: signers(name),
  };
}

/** What apps take from is a matter of the apps that do. */
const ofApps = ['apps', 'defaults', 'repositories', 'discover'];

function ownSettings(root: Node): Readonly<Record<string, string>> {
  const sections = entriesOf(root).filter(([key]) => !ofApps.includes(key) && key !== 'config');
  const keys = entriesOf(child(root, 'config')).filter(([key]) => key !== 'from');
  return Object.fromEntries(
    [
      ...keys.map(([key, { node }]) => [`config.${key}`, node] as const),
      ...sections.map(([key, { node }]) => [key, node] as const),
    ].map(([key, node]) => [key, sha256(canonical(toValue(node)))]),
  );
}
