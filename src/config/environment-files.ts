import { join } from 'node:path';
import type { Lacks } from './afar.ts';
import { parseEnvironmentFile, type Variable, type Variables } from './environment-file.ts';
import type { Files } from './files.ts';
import { type Problem, pathText } from './problems.ts';
import { type Mark, type Node, nodeAt, type Path, textOf } from './tree.ts';

export interface EnvironmentFiles {
  /** Variables of an app's files, weak ones first; those of `defaults` under undefined. */
  readonly of: (app: string | undefined) => readonly Variable[];
  readonly values: readonly string[];
  readonly problems: readonly Problem[];
}

interface Request {
  readonly root: Node;
  /** Only their files are read, those of `defaults` under undefined: what another host's apps name need not exist here. */
  readonly apps: readonly (string | undefined)[];
  readonly files: Files;
  readonly file: string;
  /** Told of a file that is not here, which is then no problem. */
  readonly lacks?: Lacks | undefined;
}

/** Reads what `environment_file` names. */
export async function readEnvironmentFiles({ root, apps, files, file, lacks }: Request): Promise<EnvironmentFiles> {
  const byApp = new Map<string | undefined, readonly Variable[]>();
  const problems: Problem[] = [];
  for (const app of apps) {
    const path: Path = app === undefined ? ['defaults', 'environment_file'] : ['apps', app, 'environment_file'];
    const variables: Variable[] = [];
    for (const each of named(root, path)) {
      const found = await readOne(each, files, { file, lacks });
      variables.push(...found.variables);
      problems.push(...found.problems);
    }
    byApp.set(app, variables);
  }
  const values = [...byApp.values()].flat().map(({ value }) => value);
  return { of: (app) => byApp.get(app) ?? [], values, problems };
}

/** A name that was interpolated is a secret: its file goes by the place that names it. */
async function readOne(
  { name, isSecret, at, path }: Named,
  files: Files,
  { file: config, lacks }: Pick<Request, 'file' | 'lacks'>,
): Promise<Variables> {
  const content = await files.read(name);
  if ('fault' in content && lacks) {
    lacks(isSecret ? `the file that ${pathText(path)} names` : `the file ${name}`);
    return { variables: [], problems: [] };
  }
  if ('fault' in content) {
    const which = isSecret ? 'a file' : `the file ${files.resolve(name)},`;
    return { variables: [], problems: [{ at, path, text: `names ${which} which ${content.fault}` }] };
  }
  const written = /^[/~]/.test(name) ? name : join(config, '..', name);
  return parseEnvironmentFile(content.text, { name, shown: isSecret ? pathText(path) : written });
}

interface Named {
  readonly name: string;
  readonly isSecret: boolean;
  readonly at: Mark;
  readonly path: Path;
}

function named(root: Node, path: Path): readonly Named[] {
  const node = nodeAt(root, path);
  const nodes = node?.kind === 'list' ? node.items : [node];
  return nodes.flatMap((item, index) => {
    const name = textOf(item);
    if (item?.kind !== 'scalar' || !name) return [];
    return [
      { name, isSecret: item.from.length > 0, at: item.at, path: node?.kind === 'list' ? [...path, index] : path },
    ];
  });
}
