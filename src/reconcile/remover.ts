import { timesRenamed } from '../core/names.ts';
import { consentTo, removalToTell } from '../core/removal.ts';
import { concerns } from '../core/windows.ts';
import type { HostConfig } from '../model/config.ts';
import type { Observed } from '../model/observed.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Window } from '../model/window.ts';
import type { Progress, StoredRelease } from '../ports.ts';
import { createBell } from './bell.ts';
import { dropJobsNow } from './drop-jobs.ts';
import { settleHooks, type Unsettled } from './hooks.ts';
import type { Journal } from './journal.ts';
import type { Leftover } from './leftovers.ts';
import { letGo, ownedBy } from './let-go.ts';
import { type Cause, type Operation, operate } from './operate.ts';
import type { Parts } from './parts.ts';
import { perform } from './perform.ts';
import { refuse, refusedByEngine } from './refuse.ts';
import { removal, removalPlan } from './remove.ts';
import { whileSuspended } from './suspend.ts';
import { dropReleases } from './tidy.ts';
import { type Beginning, closed, opensIn, overriding } from './windows.ts';

export type Remover = (seen: Leftover, trigger: Trigger, progress: Progress) => Promise<PassReport>;

interface RemoverOptions {
  readonly config: () => HostConfig;
  readonly context: Parts & { readonly journal: Journal };
  readonly signal: AbortSignal;
  readonly leaving: (observed: Observed) => readonly Leftover[];
}

/** Removes what nothing keeps here. It waited for its turn: what a pass made, changed or declared again meanwhile counts, not what was seen before. */
export function createRemover({ config, context, signal, leaving }: RemoverOptions): Remover {
  const { journal, clock, engine } = context;
  return async (seen, trigger, progress) => {
    const same = ({ app, project }: Leftover) => app === seen.app && project === seen.project;
    const observed = await engine.observe();
    const renamedBefore = timesRenamed(journal.all(), seen.app);
    const leftover = leaving(observed).find(same);
    if (leftover === undefined || isStuck(seen, journal)) return report(seen, { kind: 'unchanged' });
    if (leftover.policy.onRemove === 'orphan')
      return report(seen, { kind: 'applied' }, await orphan(leftover, trigger, context));
    const start = beginningOf(leftover, config().windows, { trigger, now: clock.now() });
    const kept = (await untilAWindow(start, context)) ?? failedHook(leftover, trigger, journal);
    if (kept) return kept;
    const tell = (message: string) => progress(leftover.app, message);
    const stirred = createBell();
    const unsettled = await settled(leftover, { trigger, progress: tell, stirred, signal }, context);
    if (unsettled) return unsettled;
    const stored = await asDeployed(leftover, context);
    const plan = await removalPlan(leftover, stored?.release, context);
    const removed = stored && { stored, stirred };
    const act: Operation['act'] = async (desk) => {
      const task = { plan, deployment: undefined, removed, signal, superseded: never, progress: tell, desk };
      const performed = await perform(task, context);
      await dropJobsNow({ name: leftover.app, project: leftover.project }, context);
      return performed;
    };
    const cause = { ...causeOf(leftover, journal), ...overriding(start) };
    const barred = () => {
      const isBack = !leaving(observed).some(same) || timesRenamed(journal.all(), seen.app) > renamedBefore;
      return isBack ? report(seen, { kind: 'unchanged' }) : whileSuspended({ app: { name: seen.app } }, context);
    };
    const ended = await operate(removal(leftover, plan, { trigger, act, cause, barred }, context), journal, clock);
    if (ended.kind === 'barred') return ended.report;
    const { seq, outcome } = ended;
    if (isGone(leftover, outcome)) await dropReleases(leftover.app, config().prune, context);
    return report(seen, outcome, seq);
  };
}

const isGone = ({ moved, policy }: Leftover, { kind }: Outcome): boolean =>
  kind === 'applied' && !moved && policy.onRemove === 'down';

const report = ({ app }: Leftover, outcome: Outcome, entry?: number): PassReport => ({
  app,
  outcome,
  entry,
  revision: undefined,
});

/** Nothing is done to it: no window is in the way. */
async function orphan(
  { app, project }: Leftover,
  trigger: Trigger,
  context: RemoverOptions['context'],
): Promise<number> {
  const owned = await ownedBy({ name: app, project }, context);
  return letGo(app, owned, { trigger, reason: 'on_remove: orphan' }, context);
}

function causeOf({ app, policy, moved }: Leftover, journal: Journal): Cause {
  const approval = journal.all().removals;
  const agreed = approval?.apps.includes(app) ? { consent: consentTo(approval), reason: approval.reason } : {};
  return { purpose: 'remove', ...removalToTell(policy), ...agreed, moved };
}

export const beginningOf = (
  { app: name }: Leftover,
  windows: readonly Window[],
  { trigger, now }: Pick<Beginning, 'trigger' | 'now'>,
): Beginning => ({
  app: { name, windows: windows.filter((window) => concerns(window, name)) },
  acts: ['prune'],
  trigger,
  now,
});

/** A removal that a crash cut short goes on. */
async function untilAWindow(start: Beginning, context: RemoverOptions['context']): Promise<PassReport | undefined> {
  const { app, trigger } = start;
  const last = context.journal.of(app.name)?.attempted;
  const isBegun = last?.outcome.kind === 'interrupted' && last.release === undefined;
  const reasons = isBegun ? [] : closed(start);
  if (reasons.length === 0) return undefined;
  const outcome = { kind: 'blocked', reasons } as const;
  const refused = await refuse({ app, trigger }, { outcome, revision: undefined }, context);
  return { ...refused, opens: opensIn(start, outcome) };
}

/** Why nothing is removed yet, if hooks of an operation before have not ended. */
async function settled(
  leftover: Leftover,
  { trigger, ...waiting }: Omit<Unsettled, 'app'> & { readonly trigger: Trigger },
  context: RemoverOptions['context'],
): Promise<PassReport | undefined> {
  const { app } = leftover;
  try {
    await settleHooks({ app, ...waiting }, context);
  } catch (error) {
    if (!waiting.signal.aborted) return await refusedByEngine({ app: { name: app }, trigger }, error, context);
  }
  return waiting.signal.aborted ? report(leftover, { kind: 'unchanged' }) : undefined;
}

/** A hook that failed keeps the app until a person asks again: each try would run it once more. */
function failedHook(leftover: Leftover, { kind }: Trigger, journal: Journal): PassReport | undefined {
  const last = journal.of(leftover.app)?.attempted;
  const isOfHook =
    last?.release === undefined && last?.outcome.kind === 'failed' && last.outcome.code === 'hook-failed';
  return isOfHook && kind !== 'request' ? report(leftover, last.outcome, last.seq) : undefined;
}

/** What it runs, to run its hooks. An app that is only moved to another project is not removed. */
export async function asDeployed(
  { app, project, moved }: Leftover,
  { journal, releases }: Pick<RemoverOptions['context'], 'journal' | 'releases'>,
): Promise<StoredRelease | undefined> {
  const history = journal.of(app);
  const digest = history?.deployed?.release ?? history?.applied;
  if (digest === undefined || moved) return undefined;
  const stored = await releases.load(app, digest);
  return stored?.release.project === project ? stored : undefined;
}

/** The outcome of an operation that was cut short is still to be found out. */
function isStuck({ app }: Leftover, journal: Journal): boolean {
  const open = journal.of(app)?.open;
  return open !== undefined && !journal.atWork.has(open.seq);
}

/** Nothing takes the place of a removal. */
const never = new AbortController().signal;
