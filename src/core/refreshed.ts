import type { EntryOf } from '../model/entry.ts';
import type { AppHistory } from '../model/history.ts';
import type { Refreshed } from '../model/on-change.ts';
import type { Plan, RefreshedRef } from '../model/plan.ts';

type Open = NonNullable<AppHistory['open']>;

/** The containers that a plan brings changed content to, and keeps. */
export const refreshesOf = ({ steps }: Pick<Plan, 'steps'>): readonly RefreshedRef[] =>
  steps.flatMap((step) => (step.kind === 'refresh' ? step.containers : []));

/** From the first act on: the files under them change, and whoever is started meanwhile reads the new ones. */
export function begun(before: AppHistory['refreshed'], { refreshes = [] }: Open): AppHistory['refreshed'] {
  if (refreshes.length === 0) return before;
  return merged(
    before,
    refreshes.map(({ id, from, to }) => ({ id, digests: [...new Set([...from, to])] })),
  );
}

/** Of an operation that ended well each is where it should be; of any other nobody knows. Those that are gone are forgotten. */
export function ended(
  before: AppHistory['refreshed'],
  open: AppHistory['open'],
  { outcome, services }: EntryOf<'finished'>,
): AppHistory['refreshed'] {
  const reached = outcome.kind === 'applied' ? (open?.refreshes ?? []) : [];
  const all = merged(
    before,
    reached.map(({ id, to }) => ({ id, digests: [to] })),
  );
  const present = new Set(services.flatMap(({ containers }) => containers.after));
  const left = services.length === 0 ? all : all.filter(({ id }) => present.has(id));
  return left.length === 0 ? undefined : left;
}

const merged = (before: readonly Refreshed[] = [], fresh: readonly Refreshed[]): readonly Refreshed[] => [
  ...before.filter(({ id }) => fresh.every((one) => one.id !== id)),
  ...fresh,
];
