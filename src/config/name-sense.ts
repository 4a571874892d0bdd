import { type Problem, problemAt } from './problems.ts';
import { child, entriesOf, type Node, type Path, textsOf } from './tree.ts';

/** An old name that an app says it had, and where it says so. */
interface Former {
  readonly app: string;
  readonly name: string;
  readonly path: Path;
}

/** Names that these apps had before, by the names that they have now. */
export function formerNamesIn(root: Node, apps: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const all = entriesOf(child(root, 'apps')).map(
    ([name, { node }]) => [name, textsOf(child(node, 'formerly'))] as const,
  );
  return Object.fromEntries(all.filter(([name, former]) => apps.includes(name) && former.length > 0));
}

/** What was of an old name goes to one app, and the name must be free for that. */
export function judgeNames(root: Node): readonly Problem[] {
  const apps = entriesOf(child(root, 'apps'));
  const declared = new Set(apps.map(([name]) => name));
  const owners = new Map<string, string>();
  return apps
    .flatMap(([app, { node }]) => formersOf(app, child(node, 'formerly')))
    .flatMap(({ app, name, path }): readonly Problem[] => {
      const owner = owners.get(name);
      owners.set(name, owner ?? app);
      const text = faultOf(app, name, { isDeclared: declared.has(name), owner });
      return text === undefined ? [] : [problemAt(root, path, text)];
    });
}

function formersOf(app: string, node: Node | undefined): readonly Former[] {
  const path: Path = ['apps', app, 'formerly'];
  if (node?.kind !== 'list') return textsOf(node).map((name) => ({ app, name, path }));
  return node.items.flatMap((item, index) => textsOf(item).map((name) => ({ app, name, path: [...path, index] })));
}

interface Claimed {
  readonly isDeclared: boolean;
  /** Who named it before. */
  readonly owner: string | undefined;
}

function faultOf(app: string, name: string, { isDeclared, owner }: Claimed): string | undefined {
  if (name === app) return 'is the name that the app has now; name only those that it had before';
  if (isDeclared)
    return `is an app that is still declared: what is of ${name} cannot be of ${app}, too; take apps.${name} out, or this name`;
  if (owner === app) return 'is named already; once is enough';
  return owner === undefined
    ? undefined
    : `is claimed by the app "${owner}" already; only one app can take over what is of ${name}`;
}
