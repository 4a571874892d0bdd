import { pendingRuns, runOf, runsOf } from '../core/jobs.ts';
import { lastWords, secretsOf } from '../core/last-words.ts';
import { inWords } from '../core/windows.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { AppHistory } from '../model/history.ts';
import type { Hook, HookEnd, HookRun } from '../model/hook.ts';
import type { Step } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';
import { endOfJob, type JobEnd, type JobGround, prepareJob, ranFor } from './run-job.ts';

type HookStep = Extract<Step, { kind: 'hook' }>;
type Tools = Parts & { readonly journal: Journal };

/** Where and under which intent hooks run. */
export interface HookGround extends JobGround {
  readonly app: string;
  /** Digest of the release that the operation is for; undefined while an app is removed. */
  readonly target: string | undefined;
  readonly intent: number;
  readonly progress: (message: string) => void;
  /** Added to what a hook is told in its environment. */
  readonly told?: Readonly<Record<string, string>>;
}

/**
 * Runs a hook to its end, at most once in the operation that the intent belongs to: what was begun of it, also before a crash, counts. Throws
 * `hook-failed`, and `interrupted` at the signal; it goes on by itself then, and its end is found out later.
 */
export async function runHook(step: HookStep, ground: HookGround, tools: Tools): Promise<void> {
  const known = runOf(runsOf(tools.journal.of(ground.app), ground.target), step);
  if (known !== undefined) ground.progress(`${step.service} was begun already, and is not run again`);
  const run = known ?? (await begin(step, ground, tools));
  const end = run.end ?? (await endOf(run, ground, tools).catch((error: unknown) => notStopped(ground.app, error)));
  if (end.result === 'passed') return;
  throw failedHook(step, end, ground.app);
}

async function begin(step: HookStep, ground: HookGround, tools: Tools): Promise<HookRun> {
  const { app, intent } = ground;
  const { journal, engine } = tools;
  const { moment, service, limit, irreversible } = step;
  const environment = { ...environmentOf(step, ground), ...ground.told };
  const container = await prepareJob({ service, job: moment, run: String(intent), environment }, ground, tools);
  await journal.record({ kind: 'hook-begun', app, intent, moment, service, container, limit, irreversible });
  const run = runOf(runsOf(journal.of(app), ground.target), step);
  if (run === undefined) throw new HarborError(`the log forgot the hook ${service}`, { code: 'bug' });
  try {
    await engine.start([container.id]);
  } catch (thrown) {
    const error = asHarborError(thrown);
    if (error.code === 'engine-unreachable') throw error;
    await note(run, app, { result: 'failed', because: `could not be started: ${error.message}` }, tools);
    throw failedHook(step, { result: 'failed', because: `could not be started: ${error.message}` }, app);
  }
  return run;
}

/** What a hook is told of the operation that it runs in. */
function environmentOf({ moment }: Hook, { app, stored }: HookGround): Readonly<Record<string, string>> {
  return {
    HARBORMASTER_HOOK: moment,
    HARBORMASTER_APP: app,
    HARBORMASTER_RELEASE: stored.release.digest,
    HARBORMASTER_COMMIT: stored.release.revision.commit,
  };
}

type Awaited = Pick<JobGround, 'stirred' | 'signal'> & {
  readonly app: string;
  readonly stored: { readonly release: Release } | undefined;
};

/** Waits for the end of what was begun, and writes it down. */
async function endOf(run: HookRun, awaited: Awaited, tools: Tools): Promise<HookEnd> {
  const left = run.limit - (tools.clock.now().getTime() - Date.parse(run.begunAt));
  const limit = Math.min(run.limit, Math.max(0, left));
  const ended = await endOfJob(run.container.id, limit, awaited, tools).catch((error: unknown) => unending(run, error));
  const end = await judged(run, ended, awaited, tools);
  await note(run, awaited.app, end, tools);
  return end;
}

/** The engine refused to tell of it, or to stop it. */
function unending({ service, moment, container }: HookRun, thrown: unknown): never {
  const error = asHarborError(thrown);
  if (error.code !== 'engine-refused') throw error;
  throw new HarborError(`the hook ${service} (${moment}) has not ended, and could not be stopped: ${error.message}`, {
    code: error.code,
    hint: `Nothing else is done with this app before it has: see why it does not stop, or end it (docker kill ${container.name}).`,
    cause: error,
  });
}

/** To run past its time is its own fault, whatever the engine can do about that. */
function notStopped(app: string, thrown: unknown): never {
  const error = asHarborError(thrown);
  if (error.code !== 'engine-refused') throw error;
  const hint = `${error.hint} This release is not tried again by itself. Push a fix, or try it once more: harbormaster retry ${app}`;
  throw new HarborError(error.message, { code: 'hook-failed', hint, cause: error });
}

async function judged(
  run: HookRun,
  ended: JobEnd,
  { stored }: Awaited,
  { engine, clock, redact }: Tools,
): Promise<HookEnd> {
  if (ended.kind === 'gone') return { result: 'lost', because: 'its container is gone, and nobody knows how it ended' };
  const { report, late } = ended;
  const { exitCode } = report;
  const duration = ranFor(report, clock.now());
  if (exitCode === 0 && !late) return { result: 'passed', exitCode, duration };
  const own = stored === undefined ? redact : secretsOf(stored.release, run.service);
  const output = lastWords(redact(own(await engine.tail(run.container.id, tailLines).catch(() => ''))));
  const killed = report.oomKilled ? ' (killed: out of memory)' : '';
  const because = late
    ? `did not end within ${inWords(run.limit)}, and was stopped`
    : `ended with exit code ${exitCode}${killed}`;
  return { result: 'failed', exitCode, because, duration, ...(output !== '' && { output }) };
}

/** Redacting may shorten a text, and never makes it longer by much. */
const tailLines = 40;

async function note({ moment, service, container, intent }: HookRun, app: string, end: HookEnd, { journal }: Tools) {
  await journal.record({ kind: 'hook-ended', app, intent, moment, service, container: container.id, end });
}

function failedHook(
  { moment, service }: Hook,
  { because = 'failed', output, result }: HookEnd,
  app: string,
): HarborError {
  const said = output === undefined ? '' : `\n${output}`;
  const hint =
    result === 'lost'
      ? `It may have done its work or not, and is not run again by itself. Find out, and then: harbormaster retry ${app}`
      : `This release is not tried again by itself. Push a fix, or try it once more: harbormaster retry ${app}`;
  const what = result === 'lost' ? `the hook ${service} (${moment}) is lost` : `the hook ${service} (${moment}) failed`;
  return new HarborError(`${what}: ${result === 'lost' ? because : `it ${because}`}${said}`, {
    code: 'hook-failed',
    hint,
  });
}

/** What is needed to look after the hooks of an app outside of an operation. */
export interface Unsettled extends Pick<JobGround, 'stirred' | 'signal'> {
  readonly app: string;
  readonly progress: (message: string) => void;
}

export const hasUnsettledHooks = (history: AppHistory | undefined): boolean => pendingRuns(history).length > 0;

/**
 * Finds out how hooks ended that a crash, a stop or an engine that went away left without an end: waits for one that runs, takes the result of one that
 * has ended, and removes one that never ran, so that it can run after all. A container that is gone makes it `lost`.
 */
export async function settleHooks({ app, progress, ...waiting }: Unsettled, tools: Tools): Promise<void> {
  const history = tools.journal.of(app);
  const release = history?.hooks?.release ?? history?.deployed?.release;
  const stored = release === undefined ? undefined : await tools.releases.load(app, release);
  for (const run of pendingRuns(history)) {
    progress(`looks after the hook ${run.service} (${run.moment}), which an operation before has left`);
    if (await neverRan(run, tools)) await note(run, app, { result: 'unstarted' }, tools);
    else await endOf(run, { ...waiting, app, stored }, tools);
  }
}

/** Its start may still be on its way: only when it is removed it is certain that it never runs. */
async function neverRan({ container }: HookRun, { engine }: Tools): Promise<boolean> {
  const [report] = await engine.inspect([container.id]);
  if (report === undefined || report.state !== 'created' || report.startedAt !== 0) return false;
  return engine.discard(container.id);
}
