import { stepTitle } from '../core/format-plan.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Revision } from '../model/revision.ts';
import type { StoredRelease } from '../ports.ts';
import { awaitServices } from './await-services.ts';
import type { Bell } from './bell.ts';
import { type HookGround, hasUnsettledHooks, runHook } from './hooks.ts';
import type { Journal } from './journal.ts';
import { assertSameWays, type Ways } from './judge.ts';
import { build, filling, pull, writeFiles } from './make-ready.ts';
import type { Desk } from './operate.ts';
import type { Parts } from './parts.ts';
import { runCheck } from './run-check.ts';

type Tools = Parts & { readonly journal: Journal };

export interface Performance {
  readonly plan: Plan;
  /** What is deployed; undefined while an app is removed. */
  readonly deployment: Deployment | undefined;
  readonly progress: (message: string) => void;
  readonly desk: Desk;
  /** What hooks are run of while an app is removed. */
  readonly removed?: RemovedApp | undefined;
  /** Asks to stop: what waits or fetches ends at once, a step that changes something is finished first. */
  readonly signal: AbortSignal;
  /** The same, because a newer release is to be had; the reason is its digest. */
  readonly superseded: AbortSignal;
  /** What comes after fetching waits for its turn, where others act, too. */
  readonly inTurn?: InTurn;
  /** Added to what hooks are told. */
  readonly told?: Readonly<Record<string, string>>;
}

export type InTurn = <R>(work: () => Promise<R>) => Promise<R>;

export interface Deployment {
  readonly app: App;
  readonly stored: StoredRelease;
  /** Where build contexts, and mounted files that are not kept yet, are taken from: any commit with the release's content. */
  readonly revision: Revision;
  /** Rings when something happens to the app's containers. */
  readonly stirred: Bell;
  /** As they were judged. */
  readonly ways: Ways;
}

/** An app that is removed, as it was deployed. */
export interface RemovedApp {
  readonly stored: StoredRelease;
  readonly stirred: Bell;
}

export type Performed =
  | { readonly kind: 'done' }
  | Failed
  | { readonly kind: 'interrupted'; readonly step: string }
  | { readonly kind: 'superseded'; readonly step: string; readonly by: string };

export interface Failed {
  readonly kind: 'failed';
  /** Undefined: all of them were done, and what is there is not right all the same. */
  readonly step: string | undefined;
  readonly error: HarborError;
  /** Nothing had been touched, nor any hook run. */
  readonly isPreparing?: boolean;
}

/** Does a plan's steps in order, and stops at the first that fails. What is there for a failure is done then. */
export async function perform(task: Performance, tools: Tools): Promise<Performed> {
  const steps = task.plan.steps.filter((step) => !isForFailure(step));
  const first = steps.findIndex(({ kind }) => kind !== 'pull');
  const fetched = await inOrder(first < 0 ? steps : steps.slice(0, first), task, tools);
  if (fetched.kind !== 'done' || first < 0) return fetched;
  const rest = async (): Promise<Performed> => {
    const performed = await inOrder(steps.slice(first), task, tools);
    const isOwnFault = performed.kind === 'failed' && !performed.isPreparing;
    return isOwnFault ? afterFailure(performed, task, tools) : performed;
  };
  return task.inTurn ? task.inTurn(rest) : rest();
}

const isForFailure = (step: Step): boolean => step.kind === 'hook' && step.moment === 'on_failure';

/**
 * Runs what is there for a failure; that this fails, too, is told and changes nothing. Nothing runs where the engine went away: that is no failure. Nor
 * does it beside a hook that could not be stopped: the next pass tries to again, and does nothing before that hook has ended.
 */
export async function afterFailure(failed: Failed, task: Performance, tools: Tools): Promise<Performed> {
  if (failed.error.code === 'engine-unreachable') return failed;
  if (hasUnsettledHooks(tools.journal.of(task.plan.app))) return failed;
  const [reason = ''] = failed.error.message.split('\n', 1);
  const told = { HARBORMASTER_FAILED_STEP: failed.step ?? '', HARBORMASTER_FAILURE: tools.redact(reason) };
  for (const step of task.plan.steps.filter(isForFailure)) {
    const ended = await attempt(step, stepTitle(step), { ...task, told }, tools);
    // It goes on by itself; the next start takes its end, and then finds again what has failed.
    if (ended?.kind === 'interrupted') return ended;
    if (ended?.kind === 'failed') task.progress(ended.error.message);
  }
  return failed;
}

async function inOrder(steps: readonly Step[], task: Performance, tools: Tools): Promise<Performed> {
  for (const step of steps) {
    const title = stepTitle(step);
    const stopped = stoppedAt(title, task) ?? (await attempt(step, title, task, tools));
    if (stopped) return stopped;
  }
  return { kind: 'done' };
}

/** Undefined: the step is done. */
async function attempt(step: Step, title: string, task: Performance, tools: Tools): Promise<Performed | undefined> {
  const { plan, progress, desk, deployment } = task;
  progress(title);
  try {
    await desk.begins(step, title);
    if (step.kind === 'hook') await hook(step, task, tools);
    else await (deployment ? deploy(step, deployment, task, tools) : act(step, tools));
    return undefined;
  } catch (thrown) {
    const error = asHarborError(thrown);
    const ended = error.code === 'interrupted' ? stoppedAt(title, task) : undefined;
    if (ended) return ended;
    if (step.kind === 'create' || step.kind === 'replace')
      await tools.engine.sweep(plan.project).catch(() => undefined);
    return { kind: 'failed', step: title, error, isPreparing: step.kind === 'build' };
  }
}

/** A newer release waits for a hook that runs: it is an act. */
async function hook(step: Extract<Step, { kind: 'hook' }>, task: Performance, tools: Tools): Promise<void> {
  const { deployment } = task;
  if (deployment)
    await assertSameWays({ app: deployment.app, release: deployment.stored.release }, deployment.ways, tools.live);
  await runHook(step, hookGround(task, tools), tools);
}

function hookGround(task: Performance, parts: Parts): HookGround {
  const { plan, deployment, removed, desk, progress, signal, told } = task;
  const of = deployment ?? removed;
  if (of === undefined) throw new HarborError('a hook needs a release', { code: 'bug' });
  const fillFiles = deployment ? filling(deployment, parts) : notKept(plan.app);
  const { stored, stirred } = of;
  const ground = { app: plan.app, target: plan.release, intent: desk.intent, stored, stirred, signal, progress };
  return { ...ground, fillFiles, ...(told && { told }) };
}

/** By then nobody knows any more where the app's repository is. */
const notKept = (app: string) => async (): Promise<void> => {
  throw new HarborError(`the files of the deployed release of ${app} are not kept`, {
    code: 'hook-failed',
    hint: `Put apps.${app} back into the configuration until its next deployment, or let it go without its hook: harbormaster forget ${app}`,
  });
};

function stoppedAt(step: string, { signal, superseded }: Performance): Performed | undefined {
  if (signal.aborted) return { kind: 'interrupted', step };
  return superseded.aborted ? { kind: 'superseded', step, by: String(superseded.reason) } : undefined;
}

async function deploy(
  step: Step,
  deployment: Deployment,
  { plan, progress, ...task }: Performance,
  parts: Parts,
): Promise<void> {
  const { stored, app, stirred } = deployment;
  const signal = AbortSignal.any([task.signal, task.superseded]);
  switch (step.kind) {
    case 'pull':
      return pull(step.services, stored.release, signal, parts);
    case 'build':
      return build(step.service, deployment, signal, parts);
    case 'files':
      return writeFiles(deployment, parts);
    case 'create':
      await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      return parts.engine.create(stored, names(step));
    case 'replace':
      await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      return parts.engine.replace(stored, names(step));
    case 'refresh':
      // What is restarted is mounted anew.
      if (step.by.kind === 'restart')
        await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      return refresh(step, parts.engine);
    case 'await':
      return awaitServices(
        {
          app,
          release: stored.release,
          step,
          signalled: signalledIn(plan),
          project: plan.project,
          progress,
          stirred,
          signal,
        },
        parts,
      );
    case 'check': {
      await assertSameWays({ app, release: stored.release }, deployment.ways, parts.live);
      const { intent, checked } = task.desk;
      const fillFiles = filling(deployment, parts);
      return runCheck(step, { app, stored, stirred, signal, progress, intent, checked, fillFiles }, parts);
    }
    default:
      return act(step, parts);
  }
}

/** The steps that need no release: they act on recorded ids. */
async function act(step: Step, { engine }: Parts): Promise<void> {
  switch (step.kind) {
    case 'stop':
      return engine.stop(ids(step));
    case 'mend':
      for (const mend of step.mends) await engine.mend(mend);
      return;
    case 'start':
      return engine.start(ids(step));
    case 'remove':
      return engine.remove(ids(step));
    case 'remove-network':
      return engine.removeNetwork(step.network.id);
    default:
      throw new HarborError(`"${stepTitle(step)}" needs a release`, { code: 'bug' });
  }
}

const signalledIn = ({ steps }: Plan): readonly string[] =>
  steps.flatMap((step) => (step.kind === 'refresh' && step.by.kind === 'signal' ? names(step) : []));

/** The files under the containers have changed already; whoever needs to be told nothing is told nothing. */
async function refresh({ by, containers }: Extract<Step, { kind: 'refresh' }>, engine: Parts['engine']): Promise<void> {
  if (by.kind === 'restart') await engine.restart(containers.map(({ id }) => id));
  if (by.kind === 'signal') await engine.signal(containers, by.signals);
}

const ids = ({ containers }: Extract<Step, { kind: 'stop' | 'start' | 'remove' }>): readonly string[] =>
  containers.map(({ id }) => id);
const names = ({ services }: Extract<Step, { kind: 'create' | 'replace' | 'refresh' }>): readonly string[] =>
  services.map(({ service }) => service);
