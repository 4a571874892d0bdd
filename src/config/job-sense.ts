import { milliseconds } from './duration.ts';
import { type Problem, problemAt } from './problems.ts';
import { child, entriesOf, type Node, type Path, textOf } from './tree.ts';

/** What the hooks and checks of an app demand of each other. */
export function judgeJobs(root: Node): readonly Problem[] {
  return entriesOf(child(root, 'apps')).flatMap(([name, { node }]) => [
    ...entriesOf(child(node, 'hooks')).flatMap(([moment, { node: hooks }]) =>
      twice(root, hooks, { path: ['apps', name, 'hooks', moment], key: 'service', text: ranTwice }),
    ),
    ...twice(root, child(node, 'checks'), { path: ['apps', name, 'checks'], key: 'name', text: calledTwice }),
  ]);
}

const ranTwice = 'runs at this moment already; a hook runs at most once in an operation';
const calledTwice = 'is the name of a check above, too; give each its own';

interface Listed {
  readonly path: Path;
  readonly key: string;
  readonly text: string;
}

function twice(root: Node, list: Node | undefined, { path, key, text }: Listed): readonly Problem[] {
  if (list?.kind !== 'list') return [];
  const names = list.items.map((item) => textOf(child(item, key)));
  return names.flatMap((name, at) =>
    name === undefined || names.indexOf(name) === at ? [] : [problemAt(root, [...path, at, key], text)],
  );
}

/** Milliseconds that the hooks and checks of a deployment may take, as they are written. */
export function timeOfJobsIn(app: Node): number {
  const hooks = ['pre_deploy', 'post_deploy'].flatMap((moment) => itemsOf(child(child(app, 'hooks'), moment)));
  const limits = hooks.map((hook) => timeIn(hook, 'timeout', '5m'));
  const asked = itemsOf(child(app, 'checks')).map((check) => {
    const given = child(check, 'retries');
    const retries = given?.kind === 'scalar' ? Number(given.text) : 2;
    return timeIn(check, 'timeout', '30s') * (retries + 1) + timeIn(check, 'interval', '2s') * retries;
  });
  return [...limits, ...asked].reduce((sum, time) => sum + time, 0);
}

const itemsOf = (list: Node | undefined): readonly Node[] => (list?.kind === 'list' ? list.items : []);

const timeIn = (node: Node, key: string, fallback: string): number =>
  milliseconds(textOf(child(node, key)) ?? fallback);
