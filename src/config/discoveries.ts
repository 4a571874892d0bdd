import type { Discovery } from '../model/configuration.ts';
import { milliseconds } from './duration.ts';
import { followedBy } from './resolve-app.ts';
import type { Config } from './schema.ts';
import type { Node, Path } from './tree.ts';

interface Reading {
  readonly config: Config;
  readonly root: Node;
  readonly absolute: (path: string) => string;
  readonly signersDigest: (file: string) => string;
  readonly host: string;
  /** Which entries are for this host; the others may hold what nobody can follow here. */
  readonly indices: readonly number[];
}

/** Where this host looks for apps. */
export function discoveriesIn({ host, indices, ...reading }: Reading): readonly Discovery[] {
  const { config } = reading;
  const patterns = (value: string | readonly string[] | undefined): readonly string[] =>
    [value ?? []].flat().map((pattern) => pattern.replaceAll('{host}', host));
  return config.discover.map((entry, position) => {
    const index = indices[position] ?? position;
    const path: Path = ['discover', index];
    return {
      of: `discover[${index}]`,
      ...followedBy(path, entry, reading),
      interval: milliseconds(entry.interval ?? config.defaults.interval ?? '60s'),
      search: { patterns: patterns(entry.pattern), exclude: patterns(entry.exclude) },
    };
  });
}
