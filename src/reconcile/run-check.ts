import { lastWords, secretsOf } from '../core/last-words.ts';
import { ownContainers } from '../core/ownership.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { CheckResult } from '../model/check.ts';
import type { Step } from '../model/plan.ts';
import type { CheckAnswer, CheckGround, Executed } from '../ports.ts';
import { type AppCheck, checksOf } from './checks.ts';
import type { Parts } from './parts.ts';
import { endOfJob, type JobGround, prepareJob } from './run-job.ts';

type CheckStep = Extract<Step, { kind: 'check' }>;

interface Examined extends JobGround {
  readonly app: App;
  readonly intent: number;
  readonly progress: (message: string) => void;
  readonly checked: (result: CheckResult) => void;
}

/** Asks a check until it passes or its patience is over. Throws `check-failed` unless nothing hangs on it; `interrupted` at the signal. */
export async function runCheck(step: CheckStep, examined: Examined, parts: Parts): Promise<void> {
  const { app, progress, checked } = examined;
  const check = checksOf(app, parts).find(({ title }) => title === step.check);
  if (check === undefined) throw new HarborError(`${app.name} has no check "${step.check}"`, { code: 'bug' });
  const result = await patiently(check, step, examined, parts);
  checked(result);
  if (result.passed) return;
  const said = result.output === undefined ? '' : `\n${result.output}`;
  const message = `the check "${step.check}" failed: ${result.detail}${said}`;
  if (step.advisory) return progress(message);
  throw new HarborError(message, {
    code: 'check-failed',
    hint: `This release is not tried again by itself. Push a fix, or try it once more: harbormaster retry ${app.name}`,
  });
}

async function patiently(check: AppCheck, step: CheckStep, examined: Examined, parts: Parts): Promise<CheckResult> {
  const { clock } = parts;
  const { retries, pause } = check.config;
  const begun = clock.elapsed();
  for (let attempts = 1; ; attempts += 1) {
    const answer = await check.attempt(groundOf(check, attempts, examined, parts));
    throwIfEnded(examined);
    if (answer.passed || attempts > retries) {
      const duration = Math.round(clock.elapsed() - begun);
      return resultOf(answer, { check: step.check, advisory: step.advisory, attempts, duration }, parts);
    }
    examined.progress(`${step.check}: ${answer.detail}; asked again`);
    await clock.sleep(pause, examined.signal).catch(() => undefined);
    throwIfEnded(examined);
  }
}

function throwIfEnded({ signal }: Examined): void {
  if (signal.aborted) throw new HarborError('the check was ended', { code: 'interrupted' });
}

type About = Pick<CheckResult, 'check' | 'attempts' | 'duration'> & { readonly advisory: boolean };

function resultOf(
  { passed, detail, output }: CheckAnswer,
  { advisory, ...about }: About,
  { redact }: Parts,
): CheckResult {
  const words = passed ? '' : lastWords(redact(output));
  return {
    ...about,
    passed,
    detail: redact(detail),
    ...(advisory && { advisory }),
    ...(words !== '' && { output: words }),
  };
}

function groundOf({ config }: AppCheck, attempt: number, examined: Examined, parts: Parts): CheckGround {
  const { app, signal, stored } = examined;
  const { engine, instance } = parts;
  const { limit } = config;
  return {
    services: stored.release.services.map(({ name }) => name),
    async reach(service) {
      const own = ownContainers(await engine.observe(), app, instance);
      return engine.reach(own.filter((container) => container.service === service).map(({ id }) => id));
    },
    exec: (id, command) => engine.exec(id, command, { limit, signal }),
    run: (job) => runOnce(job, { attempt, limit }, examined, parts),
    limit,
    signal,
  };
}

/** A check may be asked as often as one likes: it needs no entry before, and its container goes at once. */
async function runOnce(
  job: string,
  { attempt, limit }: { readonly attempt: number; readonly limit: number },
  examined: Examined,
  parts: Parts,
): Promise<Executed | undefined> {
  const { engine } = parts;
  const run = `${examined.intent}-${attempt}`;
  const { id } = await prepareJob({ service: job, job: 'check', run, environment: {} }, examined, parts);
  try {
    const refusal = await engine.start([id]).catch(refusalIn);
    if (refusal !== undefined) return { exitCode: 127, output: refusal };
    const ended = await endOfJob(id, limit, examined, parts);
    if (ended.kind === 'gone') return { exitCode: 137, output: 'its container was removed meanwhile' };
    const output = secretsOf(examined.stored.release, job)(await engine.tail(id, tailLines));
    return ended.late ? undefined : { exitCode: ended.report.exitCode, output };
  } finally {
    await engine.remove([id]).catch(() => undefined);
  }
}

/** A program that is not there is the release's fault, not the engine's. */
function refusalIn(thrown: unknown): string {
  const error = asHarborError(thrown);
  if (error.code !== 'engine-refused') throw error;
  return `it could not be started: ${error.message}`;
}

const tailLines = 40;
