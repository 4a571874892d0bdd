import { circlesIn } from '../core/circles.ts';
import { type Problem, problemAt } from './problems.ts';
import { suggestion } from './sense.ts';
import { child, entriesOf, entryOf, type Node, type Path, textOf } from './tree.ts';

/** One app that another one says it depends on, and where it says so. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly path: Path;
}

/** Every app that is named must be there, unless more may be found (`isOpen`), and nothing may wait for itself in the end. */
export function judgeOrder(root: Node, isOpen: boolean): readonly Problem[] {
  const apps = entriesOf(child(root, 'apps'));
  const names = apps.map(([name]) => name);
  const arrows = apps.flatMap(([name, { node }]) => arrowsOf(name, child(node, 'depends_on')));
  return [
    ...arrows
      .filter(({ to }) => !isOpen && !names.includes(to))
      .map(({ to, path }) => problemAt(root, path, `must be the name of an app${suggestion(to, names)}`)),
    ...circles(root, names, arrows),
    ...arrows.filter(({ to }) => names.includes(to)).flatMap((arrow) => neverSame(root, arrow)),
  ];
}

function arrowsOf(from: string, node: Node | undefined): readonly Arrow[] {
  const path: Path = ['apps', from, 'depends_on'];
  if (node?.kind === 'map') return entriesOf(node).map(([to]) => ({ from, to, path: [...path, to] }));
  if (node?.kind !== 'list') return arrowTo(from, textOf(node), path);
  return node.items.flatMap((item, index) => arrowTo(from, textOf(item), [...path, index]));
}

const arrowTo = (from: string, to: string | undefined, path: Path): readonly Arrow[] =>
  to === undefined ? [] : [{ from, to, path }];

function circles(root: Node, names: readonly string[], arrows: readonly Arrow[]): readonly Problem[] {
  const graph = new Map(names.map((name) => [name, arrows.filter(({ from }) => from === name).map(({ to }) => to)]));
  return circlesIn(graph).map((circle) => {
    const [from, to] = circle;
    const path = arrows.find((arrow) => arrow.from === from && arrow.to === to)?.path ?? ['apps', from ?? ''];
    return problemAt(root, path, `waits for itself: ${circle.join(' → ')}; take one of them out`);
  });
}

/** Commits of two repositories are never the same, and those of two branches only by chance. */
function neverSame(root: Node, { from, to, path }: Arrow): readonly Problem[] {
  const condition = child(child(child(child(child(root, 'apps'), from), 'depends_on'), to), 'condition');
  if (textOf(condition) !== 'same-revision' || followed(root, from) === followed(root, to)) return [];
  const text = `can never be: ${from} and ${to} do not follow the same branch, tag or commit of one repository; give both the same, or write \`condition: healthy\``;
  return [problemAt(root, [...path, 'condition'], text)];
}

/** What an app follows, to be compared. */
function followed(root: Node, name: string): string {
  const app = child(child(root, 'apps'), name);
  const defaults = child(root, 'defaults');
  const url = textOf(child(app, 'url'));
  const shared = textOf(child(app, 'repository')) ?? textOf(child(defaults, 'repository')) ?? '';
  const repository = url ?? textOf(child(child(child(root, 'repositories'), shared), 'url')) ?? '';
  const [ref = 'branch'] = ['commit', 'tag', 'branch'].filter((key) => entryOf(app, key));
  const named = textOf(child(app, ref)) ?? textOf(child(defaults, 'branch')) ?? 'master';
  return JSON.stringify([repository, ref, named]);
}
