import type { EntryOf } from '../model/entry.ts';
import type { AppHistory, HooksRecord } from '../model/history.ts';
import type { HookRun } from '../model/hook.ts';

/** From here on it is never run again in this operation. */
export function hookBegun(history: AppHistory, entry: EntryOf<'hook-begun'>): AppHistory {
  const { moment, service, limit, irreversible, container, intent, seq, at } = entry;
  const run: HookRun = { moment, service, limit, irreversible, container, intent, begunAt: at };
  const release = history.open?.release;
  const before = history.hooks?.over ? [] : (history.hooks?.runs ?? []);
  const since = irreversible ? (history.irreversible ?? { seq, since: at, release, service }) : history.irreversible;
  return {
    ...history,
    hooks: { release, runs: [...before, run] },
    ...(since && { irreversible: since }),
  };
}

/** What never ran has left no trace. */
export function hookEnded(history: AppHistory, { container, end }: EntryOf<'hook-ended'>): AppHistory {
  const { hooks, irreversible } = history;
  if (hooks === undefined) return history;
  const isIt = (run: HookRun): boolean => run.container.id === container;
  const neverRan = end.result === 'unstarted';
  const runs = neverRan
    ? hooks.runs.filter((run) => !isIt(run))
    : hooks.runs.map((run) => (isIt(run) ? { ...run, end } : run));
  const isReversed = neverRan && hooks.runs.some((run) => isIt(run) && run.begunAt === irreversible?.since);
  const left = hooks.over ? withoutEnd({ ...hooks, runs }) : { ...hooks, runs };
  return { ...history, hooks: left, ...(isReversed && { irreversible: undefined }) };
}

/** One that could not be stopped runs on: nothing else begins before its end is known. */
function withoutEnd({ release, runs }: HooksRecord): HooksRecord | undefined {
  const pending = runs.filter(({ end }) => end === undefined);
  return pending.length > 0 ? { release, runs: pending, over: true } : undefined;
}

type Started = EntryOf<'started'>;
type Finished = EntryOf<'finished'>;

/** An operation that goes on with the release of one that was cut short has its hooks; any other begins without. */
export function hooksAtStart({ hooks }: AppHistory, { purpose, release }: Started): AppHistory['hooks'] {
  // What was deployed is mended or brought back in between: that runs no hooks, and ends nothing.
  if (purpose === 'heal' || purpose === 'restore') return hooks;
  return hooks?.over || hooks?.release === release ? hooks : undefined;
}

/** What was cut short goes on later. That the engine went away, or that the log could not be written, cuts it short as well. */
export function hooksAtEnd({ hooks }: AppHistory, { purpose, outcome }: Finished): AppHistory['hooks'] {
  if (purpose === 'heal' || purpose === 'restore') return hooks;
  const isCutShort = outcome.kind === 'interrupted' || (outcome.kind === 'failed' && cutting.has(outcome.code));
  return isCutShort || hooks === undefined ? hooks : withoutEnd(hooks);
}

const cutting: ReadonlySet<string> = new Set(['engine-unreachable', 'log-unwritable']);
