import { diff } from '../core/diff.ts';
import { ownContainers } from '../core/ownership.ts';
import { removalPolicyOf, removalToTell } from '../core/removal.ts';
import { subjectOf } from '../core/subject.ts';
import { HarborError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import { baselines } from './baselines.ts';
import { dropJobs, dropJobsNow } from './drop-jobs.ts';
import { type Cause, operate } from './operate.ts';
import { type Context, type Pass, untouched } from './pass.ts';
import { afterFailure, type InTurn, perform } from './perform.ts';
import type { Proposal } from './propose.ts';
import { serviceRecords } from './record.ts';
import type { Work } from './running.ts';
import { barred, suspended } from './suspend.ts';
import { tidyUp } from './tidy.ts';

/** What is to be made, and why. `bars`: what people may have said against it since it was decided, besides that the app is suspended. */
export type Intended = Proposal & { readonly cause: Cause; readonly bars?: () => readonly BlockReason[] };

type Maker = Pick<Pass, 'app' | 'observed' | 'trigger' | 'progress' | 'signal'>;

/**
 * Makes what was proposed when it is its turn, under an intent, and says how it ended; what is superseded before waits no longer for its turn. What must
 * be fetched first waits for its turn only afterwards: a registry that hangs holds up nobody else.
 */
export async function deploy(pass: Maker, intended: Intended, context: Context): Promise<PassReport> {
  const { release, plan, cause } = intended;
  using work = context.running.begin(pass.app.name, release.digest, cause.purpose !== 'rollback');
  work.say('waits for its turn');
  const inTurn: InTurn = (act) => context.inLane(cause.purpose, act, work.superseded);
  const fetches = plan.steps.some(({ kind }) => kind === 'pull');
  if (fetches) return await make(pass, intended, { work, inTurn }, context);
  return await inTurn(() => make(pass, intended, { work, inTurn: atOnce }, context));
}

interface Turn {
  readonly work: Work;
  readonly inTurn: InTurn;
}

const atOnce: InTurn = (work) => work();

async function make(pass: Maker, intended: Intended, { work, inTurn }: Turn, context: Context): Promise<PassReport> {
  const { app, trigger, signal } = pass;
  // It may have waited for others: what was said meanwhile counts.
  const barredNow = (): PassReport | undefined => {
    if (!context.isDeclared(app.name)) return untouched(app);
    const reasons = [...suspended(app.name, context), ...(intended.bars?.() ?? [])];
    return reasons.length === 0 ? undefined : barred(app, reasons, context);
  };
  const kept = barredNow();
  if (kept) return kept;
  const { revision, release, plan, verdicts, ways, cause } = intended;
  const stored = await context.releases.save(release);
  const before = ownContainers(pass.observed, app, context.instance);
  const progress = (message: string) => {
    work.say(message);
    pass.progress(message);
  };
  const { superseded, stirred } = work;
  const task = { plan, deployment: { app, stored, revision, stirred, ways }, progress, signal, superseded };
  const ended = await operate(
    {
      app: app.name,
      project: app.project,
      trigger,
      revision,
      plan,
      verdicts,
      cause: { ...cause, ...removalToTell(removalPolicyOf(app)) },
      act: (desk) => perform({ ...task, desk, inTurn }, context),
      async failed(error, desk) {
        const ended = await afterFailure({ kind: 'failed', step: undefined, error }, { ...task, desk }, context);
        await dropJobsNow(app, context);
        return ended;
      },
      look: () => lookAfter(intended, before, context),
      barred: barredNow,
    },
    context.journal,
    context.clock,
  );
  if (ended.kind === 'barred') return ended.report;
  const { seq, outcome } = ended;
  // That the engine went away says nothing of the release: it is tried again as soon as it is back.
  if (outcome.kind === 'failed' && outcome.code !== 'engine-unreachable')
    context.retries.failed(app.name, release.digest);
  if (outcome.kind === 'applied') {
    context.retries.succeeded(app.name, release.digest);
    await tidyUp(app, release, context);
  }
  return { app: app.name, outcome, entry: seq, revision };
}

/** Success is what is found afterwards, not what a command returned. */
async function lookAfter({ app, release, changes }: Intended, before: readonly ObservedContainer[], context: Context) {
  const observed = await context.engine.observe();
  await dropJobs(app, observed, context);
  const after = ownContainers(observed, app, context.instance);
  const history = context.journal.of(app.name);
  // A rebuilt image has another id than the one deployed before: what runs now is what was deployed.
  const known = history && { ...history, deployed: undefined };
  const left = diff({ release, deployed: release, history: known, containers: after });
  const records = serviceRecords(changes, release, before, after);
  return { services: await baselines(records, history, after, context), amiss: notAsDeclared(left) };
}

function notAsDeclared(left: readonly Change[]): HarborError | undefined {
  if (left.length === 0) return undefined;
  const names = [...new Set(left.map(subjectOf))].join(', ');
  return new HarborError(`after the deployment this is still not as declared: ${names}`, { code: 'engine-refused' });
}
