import { mapLimit } from '../core/concurrency.ts';
import { ownContainers } from '../core/ownership.ts';
import { hostSuspension, suspensionsOf } from '../core/suspension.ts';
import { asHarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Observed } from '../model/observed.ts';
import type { AppStatus, PlanReport } from '../model/report.ts';
import { atOnce } from './app-passes.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';
import { lookAt } from './looks.ts';
import { propose } from './propose.ts';
import { select } from './selection.ts';
import { appStatus } from './status.ts';
import { suspendedVerdicts } from './suspend.ts';
import type { Target } from './target.ts';

/** What only looks. */
export function reading(house: House): Pick<Harbor, 'plan' | 'status'> {
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
      const { apps } = select(config(), names, []);
      const observed = await context.engine.observe();
      const isNear = names.length > 0;
      const statuses = await mapLimit(apps, atOnce, async (app) =>
        statusOf(app, isNear ? await nearer(app, observed, house) : observed, house),
      );
      const suspension = hostSuspension(context.journal.all(), context.clock.now());
      return { host: config().host, daemon, ...(suspension && { suspension }), apps: statuses };
    },
  };
}

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
    const situation = { app, revision, release, observed: near, history: context.journal.of(app.name) };
    const { changes, plan, verdicts } = await propose(situation, context);
    const { digest, warnings } = release;
    const said = [...suspendedVerdicts(app.name, context), ...verdicts];
    return { kind: 'planned', app: app.name, revision, release: digest, changes, plan, verdicts: said, warnings };
  } catch (error) {
    const { code, message, hint } = asHarborError(error);
    return { kind: 'failed', app: app.name, code, message, hint };
  }
}

const nearer = async (app: App, observed: Observed, { inspections, context }: House): Promise<Observed> =>
  ownContainers(observed, app, context.instance).length > 0 ? inspections.within(observed, app) : observed;

async function statusOf(app: App, observed: Observed, { context, sights, agenda }: House): Promise<AppStatus> {
  const { journal, releases, retries, running, instance, clock } = context;
  const history = journal.of(app.name);
  const digest = history?.deployed?.release ?? history?.applied;
  const stored = digest === undefined ? undefined : await releases.load(app.name, digest);
  const newest = history?.desired?.release;
  return appStatus({
    app,
    history,
    release: stored?.release,
    observed,
    instance,
    operation: running.step(app.name),
    seen: sights.get(app.name),
    suspensions: suspensionsOf(journal.all(), app.name, clock.now()),
    retryAt: (newest === undefined ? undefined : retries.next(app.name, newest)) ?? agenda.get(app.name),
    now: clock.now(),
  });
}
