import type { EntryOf } from '../model/entry.ts';
import type { AppHistory } from '../model/history.ts';
import type { Exposed, Exposure } from '../model/on-change.ts';
import type { Plan, Step } from '../model/plan.ts';

type Open = NonNullable<AppHistory['open']>;

/** What a plan that writes files does to the containers over them, besides bringing the new content to those that stay. */
export function exposureOf({ steps }: Pick<Plan, 'steps'>): Exposure | undefined {
  const leaves = steps.some(({ kind }) => kind === 'files') ? idsIn(steps, leaving) : [];
  const restarts = idsIn(steps, starting);
  return leaves.length + restarts.length === 0 ? undefined : { leaves, restarts };
}

/** Those that it replaces or takes away. */
const leaving = (step: Step) => (['stop', 'replace', 'remove'].includes(step.kind) ? step : undefined);
const starting = (step: Step) =>
  step.kind === 'start' || (step.kind === 'refresh' && step.by.kind === 'restart') ? step : undefined;

const idsIn = (steps: readonly Step[], chosen: (step: Step) => Step | undefined): readonly string[] => [
  ...new Set(
    steps.map(chosen).flatMap((step) => (step && 'containers' in step ? step.containers.map(({ id }) => id) : [])),
  ),
];

/** From the writing of the files until it is gone: whoever is started meanwhile reads what is not meant for it. What is started on purpose reads what is. */
export function exposedAt(
  before: readonly Exposed[] | undefined,
  { exposure }: Open,
  { act, at }: Pick<EntryOf<'step'>, 'act' | 'at'>,
): readonly Exposed[] | undefined {
  if (exposure === undefined) return before;
  if (act === 'files') {
    const known = new Set(before?.map(({ id }) => id));
    return present([
      ...(before ?? []),
      ...exposure.leaves.filter((id) => !known.has(id)).map((id) => ({ id, since: at })),
    ]);
  }
  if (act !== 'start' && act !== 'refresh') return before;
  return present(before?.filter(({ id }) => !exposure.restarts.includes(id)));
}

/** After an operation that ended well every container was seen to be what it should be; after any other those that are gone are forgotten. */
export function exposedAfter(
  before: readonly Exposed[] | undefined,
  { outcome, services }: EntryOf<'finished'>,
): readonly Exposed[] | undefined {
  if (outcome.kind === 'applied') return undefined;
  const there = new Set(services.flatMap(({ containers }) => containers.after));
  return services.length === 0 ? before : present(before?.filter(({ id }) => there.has(id)));
}

const present = (all: readonly Exposed[] = []): readonly Exposed[] | undefined => (all.length === 0 ? undefined : all);
