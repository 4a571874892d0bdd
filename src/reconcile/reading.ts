import { actsOf } from '../core/acts.ts';
import { createShared, mapLimit } from '../core/concurrency.ts';
import { ownContainers } from '../core/ownership.ts';
import { hostSuspension, suspensionsOf } from '../core/suspension.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { AppStatus, ConfigurationStatus, PlanReport } from '../model/report.ts';
import type { Objection, Verdict } from '../model/verdict.ts';
import type { Act } from '../model/window.ts';
import { atOnce } from './app-passes.ts';
import { hear } from './approval.ts';
import { deniedBy, outOfOrder } from './forbid.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';
import { lookAt } from './looks.ts';
import { objectionsTo } from './objections.ts';
import type { Order } from './order.ts';
import type { Context } from './pass.ts';
import { planFailure } from './plan-failure.ts';
import { type Proposal, propose, type Situation } from './propose.ts';
import { select } from './selection.ts';
import { appStatus } from './status.ts';
import { suspendedVerdicts } from './suspend.ts';
import type { Target } from './target.ts';
import { windowVerdicts } from './windows.ts';

/** What only looks. */
export function reading(house: House): Pick<Harbor, 'plan' | 'status'> {
  const { status, ...others } = readingEach(house);
  // Dashboards and scrapes ask for the whole host at the same time.
  const whole = createShared(() => status([]));
  return { ...others, status: (names) => (names.length === 0 ? whole() : status(names)) };
}

function readingEach(house: House): Pick<Harbor, 'plan' | 'status'> {
  const { config, daemon, context, removals, find } = house;
  return {
    async plan(names) {
      const { apps, gone } = select(config(), names, await removals.among(names));
      const look = await lookAt(apps, context);
      const plans = await mapLimit(apps, atOnce, async (app) =>
        planOf(app, await find(app, look), look.observed, house),
      );
      return [...plans, ...(await removals.plan(look.observed, names.length === 0 ? undefined : gone))];
    },
    async status(names) {
      const observed = await context.engine.observe();
      const leaving = removals.status(observed, names.length === 0 ? undefined : names);
      const { apps } = select(
        config(),
        names,
        leaving.filter(({ moved }) => !moved).map(({ app }) => app),
      );
      const isNear = names.length > 0;
      const statuses = await mapLimit(apps, atOnce, async (app) =>
        statusOf(app, isNear ? await nearer(app, observed, house) : observed, house),
      );
      const suspension = hostSuspension(context.journal.all(), context.clock.now());
      const record = await house.record?.();
      const deliveries = (await house.deliveries?.()) ?? [];
      const configuration = configurationStatus(config(), context.journal.all());
      return {
        host: config().host,
        daemon,
        ...(record && { record }),
        ...(deliveries.length > 0 && { deliveries }),
        ...(suspension && { suspension }),
        configuration,
        apps: statuses,
        ...(leaving.length > 0 && { leaving }),
      };
    },
  };
}

const configurationStatus = (
  { origin, troubles }: HostConfig,
  { configuration }: HostSnapshot,
): ConfigurationStatus => ({
  origin,
  since: configuration?.at,
  troubles,
  troubledSince: troubles.length > 0 ? configuration?.trouble?.since : undefined,
});

async function planOf(
  app: App,
  target: Target,
  observed: Observed,
  { context, inspections }: House,
): Promise<PlanReport> {
  try {
    if (target.kind === 'unknown') throw target.error;
    const { revision, release } = target;
    const near = await inspections.within(observed, app);
    const history = context.journal.of(app.name);
    const now = context.clock.now();
    const situation = { app, revision, release, observed: near, history };
    const proposal = await propose(situation, context);
    const approval = hear({ app, proposal, history, now });
    const { changes, plan } = proposal;
    const verdicts = [
      ...proposal.verdicts,
      ...(await waitsOfPlan(situation, plan, context)),
      ...windowsOfPlan(situation, { changes, plan }, now),
    ];
    const { digest, warnings } = release;
    const objections = plan.steps.length === 0 ? await objectionsTo(app, release, context) : [];
    const said = [...suspendedVerdicts(app.name, context), ...verdicts, ...objections];
    const planned = { app: app.name, revision, release: digest, changes, plan, verdicts: said, warnings };
    return { kind: 'planned', ...planned, ...(approval && { approval }) };
  } catch (error) {
    return planFailure(app.name, error, context.redact);
  }
}

/** What a window says of a plan that would begin now. */
function windowsOfPlan(
  { app, release, history }: Situation,
  { changes, plan }: Pick<Proposal, 'changes' | 'plan'>,
  now: Date,
) {
  if (plan.steps.length === 0 || history?.unfinished?.release === release.digest) return [];
  const acts: readonly Act[] = isHeal({ release, history }) ? ['heal'] : actsOf(changes);
  return windowVerdicts({ app, trigger: { kind: 'request' }, acts, now });
}

const isHeal = ({ release, history }: Pick<Situation, 'release' | 'history'>): boolean =>
  history?.deployed?.release === release.digest && history.applied === release.digest;

/** What other apps say of a plan that would begin now. */
async function waitsOfPlan(
  situation: Situation,
  { steps }: Plan,
  context: House['context'],
): Promise<readonly Verdict[]> {
  if (steps.length === 0 || isHeal(situation)) return [];
  const waits = await outOfOrder({ ...situation, trigger: { kind: 'request' } }, situation, context);
  return deniedBy(waits);
}

const nearer = async (app: App, observed: Observed, { inspections, context }: House): Promise<Observed> =>
  ownContainers(observed, app, context.instance).length > 0 ? inspections.within(observed, app) : observed;

async function statusOf(app: App, observed: Observed, house: House): Promise<AppStatus> {
  const { context, sights, agenda } = house;
  const { journal, retries, running, order, instance, clock } = context;
  const history = journal.of(app.name);
  const digest = history?.deployed?.release ?? history?.applied;
  const release = digest === undefined ? undefined : await releaseOf(app, digest, house);
  const newest = history?.desired?.release;
  return appStatus({
    app,
    history,
    release,
    objections: await objectionsNow(app, release, context),
    observed,
    instance,
    operation: running.step(app.name),
    seen: sights.get(app.name),
    suspensions: suspensionsOf(journal.all(), app.name, clock.now()),
    awaited: await awaitedNow(app, observed, order),
    retryAt: (newest === undefined ? undefined : retries.next(app.name, newest)) ?? agenda.get(app.name),
    now: clock.now(),
  });
}

/** A daemon knows by heart what an app runs, unless Git asks for something else. */
const releaseOf = async ({ name }: App, digest: string, { targets, context }: House): Promise<Release | undefined> =>
  targets.recall(name, digest) ?? (await context.releases.load(name, digest))?.release;

async function objectionsNow(app: App, release: Release | undefined, context: Context): Promise<readonly Objection[]> {
  const last = context.judged.get(app.name);
  return last?.app === app && last.release === release?.digest ? last.objections : objectionsTo(app, release, context);
}

async function awaitedNow({ dependsOn }: App, observed: Observed, order: Order): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    dependsOn.map(async ({ app }) => [app, await order.whyNotHealthy(app, observed)] as const),
  );
  return new Map(found.flatMap(([app, why]) => (why === undefined ? [] : [[app, why] as const])));
}
