import type { Lookup } from './interpolate.ts';
import { interpolate } from './interpolate.ts';
import type { Layer } from './layer.ts';
import { over } from './layers.ts';
import type { FromOptions } from './load.ts';
import { problemAt } from './problems.ts';
import { type Entry, type Mark, type Node, nodeAt } from './tree.ts';

/** A layer with `config.from` as the command line says it. */
export async function commandLine(layer: Layer, { values, names }: FromOptions, lookup: Lookup): Promise<Layer> {
  const said = Object.entries(values).map(([key, value]) => entryFor(key, value, names[key] ?? 'the command line'));
  const first: Mark = said[0]?.[1].at ?? { file: 'the command line', line: 0, column: 0 };
  const mapOf = (entries: readonly (readonly [string, Entry])[]): Node => ({
    kind: 'map',
    at: first,
    entries: new Map(entries),
  });
  const tree = mapOf([['config', { at: first, node: mapOf([['from', { at: first, node: mapOf(said) }]]) }]]);
  const { root, problems, secrets } = await interpolate(tree, lookup);
  const inFile = nodeAt(layer.root, ['config', 'from']);
  const both =
    inFile && problemAt(layer.root, ['config', 'from'], `cannot stand beside ${names['url']}; keep one of them`);
  return {
    root: over(root, layer.root),
    problems: [...layer.problems, ...(both ? [both] : [])],
    unfollowed: [...layer.unfollowed, ...problems],
    secrets: [...layer.secrets, ...secrets],
  };
}

/** Taken as it is, but for the token: that is the content of its file. */
function entryFor(key: string, value: string, option: string): readonly [string, Entry] {
  const at: Mark = { file: option, line: 0, column: 0 };
  const text = key === 'token_file' ? `\${file:${value}}` : value.replaceAll('$', '$$$$');
  return [
    key === 'token_file' ? 'token' : key,
    { at, node: { kind: 'scalar', at, value: text, text, from: [], resolved: true } },
  ];
}
