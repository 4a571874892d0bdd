import type { EntryOf } from '../model/entry.ts';
import type { AppHistory } from '../model/history.ts';
import type { HookRun } from '../model/hook.ts';

/** From here on it is never run again in this operation. */
export function hookBegun(history: AppHistory, entry: EntryOf<'hook-begun'>): AppHistory {
  const { moment, service, limit, irreversible, container, intent, seq, at } = entry;
  const run: HookRun = { moment, service, limit, irreversible, container, intent, begunAt: at };
  const release = history.open?.release;
  const since = irreversible ? (history.irreversible ?? { seq, since: at, release, service }) : history.irreversible;
  return {
    ...history,
    hooks: { release, runs: [...(history.hooks?.runs ?? []), run] },
    ...(since && { irreversible: since }),
  };
}

/** What never ran has left no trace. */
export function hookEnded(history: AppHistory, { container, end }: EntryOf<'hook-ended'>): AppHistory {
  const { hooks, irreversible } = history;
  if (hooks === undefined) return history;
  const ran = hooks.runs.map((run) => (run.container.id === container ? { ...run, end } : run));
  if (end.result !== 'unstarted') return { ...history, hooks: { ...hooks, runs: ran } };
  const left = ran.filter((run) => run.container.id !== container);
  const never = ran.find((run) => run.container.id === container);
  const isOfIt = never !== undefined && never.begunAt === irreversible?.since;
  return { ...history, hooks: { ...hooks, runs: left }, irreversible: isOfIt ? undefined : irreversible };
}

type Started = EntryOf<'started'>;
type Finished = EntryOf<'finished'>;

/** An operation that goes on with the release of one that was cut short has its hooks; any other begins without. */
export function hooksAtStart({ hooks }: AppHistory, { purpose, release }: Started): AppHistory['hooks'] {
  // What was deployed is mended or brought back in between: that runs no hooks, and ends nothing.
  if (purpose === 'heal' || purpose === 'restore') return hooks;
  return hooks?.release === release ? hooks : undefined;
}

/** What was cut short goes on later. That the engine went away cuts it short as well. */
export function hooksAtEnd({ hooks }: AppHistory, { purpose, outcome }: Finished): AppHistory['hooks'] {
  if (purpose === 'heal' || purpose === 'restore') return hooks;
  const isCutShort =
    outcome.kind === 'interrupted' || (outcome.kind === 'failed' && outcome.code === 'engine-unreachable');
  return isCutShort ? hooks : undefined;
}
