import { diff } from '../core/diff.ts';
import { ownContainers } from '../core/ownership.ts';
import { subjectOf } from '../core/subject.ts';
import { HarborError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { PassReport } from '../model/report.ts';
import { baselines } from './baselines.ts';
import { type Cause, operate } from './operate.ts';
import type { Context, Pass } from './pass.ts';
import { lookAgain, perform } from './perform.ts';
import type { Proposal } from './propose.ts';
import { serviceRecords } from './record.ts';
import { whileSuspended } from './suspend.ts';
import { tidyUp } from './tidy.ts';

/** What is to be made, and why. */
export type Intended = Proposal & { readonly cause: Cause };

type Maker = Pick<Pass, 'app' | 'observed' | 'trigger' | 'progress' | 'signal'>;

/** Makes what was proposed, under an intent, and says how it ended. */
export async function deploy(pass: Maker, intended: Intended, context: Context): Promise<PassReport> {
  const { app, trigger, signal } = pass;
  // It may have waited for others: what was said meanwhile counts.
  const blocked = whileSuspended(pass, context);
  if (blocked) return blocked;
  const { revision, release, plan, verdicts, cause } = intended;
  const stored = await context.releases.save(release);
  const before = ownContainers(pass.observed, app, context.instance);
  using work = context.running.begin(app.name, release.digest, cause.purpose !== 'rollback');
  const progress = (message: string) => {
    work.say(message);
    pass.progress(message);
  };
  const { superseded } = work;
  const { seq, outcome } = await operate(
    {
      app: app.name,
      project: app.project,
      trigger,
      revision,
      plan,
      verdicts,
      cause,
      act: (begins) =>
        perform({ plan, deployment: { app, stored, revision }, progress, signal, superseded, begins }, context),
      look: () => lookAfter(intended, before, context),
    },
    context.journal,
    context.clock,
  );
  if (outcome.kind === 'failed') context.retries.failed(app.name, release.digest);
  if (outcome.kind === 'applied') {
    context.retries.succeeded(app.name, release.digest);
    await tidyUp(app, release, context);
  }
  return { app: app.name, outcome, entry: seq, revision };
}

/** Success is what is found afterwards, not what a command returned. */
async function lookAfter({ app, release, changes }: Intended, before: readonly ObservedContainer[], context: Context) {
  const after = await lookAgain(app, context);
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
