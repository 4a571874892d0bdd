import { matches } from '../core/glob.ts';
import { inWords, neededFor } from '../core/windows.ts';
import { milliseconds } from './duration.ts';
import { timeOfJobsIn } from './job-sense.ts';
import { type Problem, problemAt } from './problems.ts';
import { suggestion } from './sense.ts';
import { child, entriesOf, type Node, textOf, textsOf } from './tree.ts';

interface Judged {
  readonly root: Node;
  readonly window: Node;
  readonly index: number;
}

/** What windows demand of the rest of the file, and it of them. `isOpen`: more apps may be found than are named. */
export function judgeWindows(root: Node, isOpen: boolean): readonly Problem[] {
  const list = child(root, 'windows');
  if (list?.kind !== 'list') return [];
  const names = list.items.map((window) => textOf(child(window, 'name')));
  return list.items.flatMap((window, index) => {
    const judged = { root, window, index };
    return [...twice(judged, names), ...(isOpen ? [] : unknownApps(judged)), ...tooShort(judged)];
  });
}

function twice({ root, index }: Judged, names: readonly (string | undefined)[]): readonly Problem[] {
  const name = names[index];
  if (name === undefined || names.indexOf(name) === index) return [];
  const text =
    'is the name of a window above, too; give each its own, because the deployment log tells them apart by it';
  return [problemAt(root, ['windows', index, 'name'], text)];
}

const globsOf = (window: Node): readonly string[] => {
  const apps = child(window, 'apps');
  return apps?.kind === 'list' ? textsOf(apps) : [];
};

const appsOf = (root: Node) => entriesOf(child(root, 'apps')).map(([name, { node }]) => ({ name, node }));

/** A pattern may be meant for apps to come; a plain name that no app has protects nothing. */
function unknownApps({ root, window, index }: Judged): readonly Problem[] {
  const known = appsOf(root).map(({ name }) => name);
  return globsOf(window).flatMap((glob, at) =>
    /[*?]/.test(glob) || known.includes(glob)
      ? []
      : [problemAt(root, ['windows', index, 'apps', at], `must be the name of an app${suggestion(glob, known)}`)],
  );
}

/** What never fits into it would wait for ever. */
function tooShort({ root, window, index }: Judged): readonly Problem[] {
  const length = milliseconds(textOf(child(window, 'duration')) ?? '');
  const blocks = child(window, 'blocks');
  const isOfRemovals = blocks?.kind === 'list' && textsOf(blocks).every((act) => act === 'prune');
  if (textOf(child(window, 'kind')) !== 'allow' || isOfRemovals) return [];
  const globs = globsOf(window);
  const [first] = appsOf(root)
    .filter(({ name }) => globs.length === 0 || globs.some((glob) => matches(glob, name)))
    .map(({ name, node }) => ({ name, needed: neededFor({ deadline: deadlineOf(root, node) }, timeOfJobsIn(node)) }))
    .filter(({ needed }) => length < needed);
  if (first === undefined) return [];
  const text = `must be at least ${inWords(first.needed)}: so long a deployment of ${first.name} may take (its health.deadline, the time limits of its hooks and checks, and 30s to spare), and what does not fit never begins`;
  return [problemAt(root, ['windows', index, 'duration'], text)];
}

const deadlineOf = (root: Node, app: Node): number => {
  const [own, general] = [app, child(root, 'defaults')].map((settings) =>
    textOf(child(child(settings, 'health'), 'deadline')),
  );
  return milliseconds(own ?? general ?? '2m');
};
