import { diff } from '../core/diff.ts';
import { ownContainers } from '../core/ownership.ts';
import { HarborError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import { type Operation, operate } from './operate.ts';
import type { Context, Pass } from './pass.ts';
import { lookAgain, perform } from './perform.ts';
import type { Proposal } from './propose.ts';
import { serviceRecords } from './record.ts';
import { tidyUp } from './tidy.ts';

/** What is to be made; `restores` as in the pass's aim. */
type Intended = Proposal & { readonly restores: boolean };

/** Makes what was proposed, under an intent, and says how it ended. */
export async function deploy(pass: Pass, intended: Intended, context: Context): Promise<PassReport> {
  const { app, trigger, progress, signal } = pass;
  const { revision, release, plan, verdicts, restores } = intended;
  const wasDeployed = context.journal.of(app.name)?.deployed?.release === release.digest;
  const stored = await context.releases.save(release);
  const before = ownContainers(pass.observed, app, context.instance);
  const operation: Operation = {
    app: app.name,
    project: app.project,
    trigger,
    revision,
    plan,
    verdicts,
    restores,
    act: () => perform({ plan, deployment: { app, stored, revision }, progress, signal }, context),
    look: () => lookAfter(intended, before, context),
  };
  const entry = await operate(operation, context.journal, context.clock);
  const outcome: Outcome = entry.kind === 'finished' ? entry.outcome : { kind: 'unchanged' };
  if (outcome.kind === 'failed') context.retries.failed(app.name, release.digest);
  else if (wasDeployed) context.retries.mended(app.name, release.digest);
  else context.retries.succeeded(app.name);
  if (outcome.kind === 'applied') await tidyUp(app, release, context.retention(), context);
  return { app: app.name, outcome, entry: entry.seq, revision };
}

/** Success is what is found afterwards, not what a command returned. */
async function lookAfter({ app, release, changes }: Intended, before: readonly ObservedContainer[], context: Context) {
  const after = await lookAgain(app, context);
  const history = context.journal.of(app.name);
  // A rebuilt image has another id than the one deployed before: what runs now is what was deployed.
  const known = history && { ...history, deployed: undefined };
  const left = diff({ release, deployed: release, history: known, containers: after });
  return { services: serviceRecords(changes, release, before, after), amiss: notAsDeclared(left) };
}

function notAsDeclared(left: readonly Change[]): HarborError | undefined {
  if (left.length === 0) return undefined;
  const names = [...new Set(left.map(nameOf))].join(', ');
  return new HarborError(`after the deployment this is still not as declared: ${names}`, { code: 'engine-refused' });
}

function nameOf(change: Change): string {
  if ('to' in change) return change.to.name;
  return 'service' in change ? change.service : change.network.name;
}
