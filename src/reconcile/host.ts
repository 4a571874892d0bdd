import { createLane, createQueues, mapLimit } from '../core/concurrency.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { Observed } from '../model/observed.ts';
import type { AppStatus, PlanReport } from '../model/report.ts';
import type { Harbor } from './harbor.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';
import { atOnce, createPasses, type FindTarget, lookAt } from './passes.ts';
import { createPinBook } from './pins.ts';
import { propose } from './propose.ts';
import { createRemovals } from './removals.ts';
import { createRetries } from './retries.ts';
import { appStatus } from './status.ts';
import { createTargets, type Target } from './target.ts';

export interface HostOptions {
  readonly config: () => HostConfig;
  readonly parts: Parts;
  readonly journal: Journal;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** In [0, 1). */
  readonly random: () => number;
  /** The daemon that this runs in, if it does. */
  readonly daemon: { readonly pid: number; readonly since: string } | undefined;
}

/** Comparing is cheap; deploying is as quick as the engine, which has only so many cores. */
const operationsAtOnce = 4;

/** Everything that one host's Harbormaster does, over a configuration that may change while it runs. */
export function createHost(options: HostOptions): Harbor {
  const { config, parts, journal, signal, daemon, random } = options;
  const targets = createTargets({
    ...parts,
    pins: createPinBook({ ...parts, interval: () => config().imageInterval }),
  });
  const find: FindTarget = (app, { commits }) =>
    targets.find(app, commits.get(app.name) ?? notLooked(app), journal.of(app.name)?.deployed?.release);
  const context = {
    ...parts,
    journal,
    retention: config,
    retries: createRetries(parts.clock, random),
    inLane: createLane(operationsAtOnce),
    stored: new Set<string>(),
  };
  const inTurn = createQueues();
  const removals = createRemovals({ config, context, signal, inTurn });
  const passes = createPasses({ find, removals, context, signal, inTurn });

  return {
    async apply(names, trigger, progress) {
      const { apps, gone } = select(config(), names, await removals.among(names));
      return passes.over(apps, names.length === 0 ? undefined : gone, { trigger, progress });
    },

    pass(names, trigger, progress, ended) {
      const apps = config().apps.filter(({ name }) => names.includes(name));
      return passes.over(apps, undefined, { trigger, progress, ended });
    },

    async plan(names) {
      const { apps, gone } = select(config(), names, await removals.among(names));
      const look = await lookAt(apps, parts);
      const plans = await mapLimit(apps, atOnce, async (app) => planOf(app, await find(app, look), look.observed));
      return [...plans, ...(await removals.plan(look.observed, names.length === 0 ? undefined : gone))];
    },

    async status(names) {
      const { apps } = select(config(), names, []);
      const observed = await parts.engine.observe();
      const statuses = await Promise.all(apps.map((app) => statusOf(app, observed)));
      return { host: config().host, daemon, apps: statuses };
    },
  };

  async function planOf(app: App, target: Target, observed: Observed): Promise<PlanReport> {
    try {
      if (target.kind === 'unknown') throw target.error;
      const { revision, release } = target;
      const situation = { app, revision, release, observed, history: journal.of(app.name) };
      const { changes, plan, verdicts } = await propose(situation, parts);
      const { digest, warnings } = release;
      return { kind: 'planned', app: app.name, revision, release: digest, changes, plan, verdicts, warnings };
    } catch (error) {
      const { code, message, hint } = asHarborError(error);
      return { kind: 'failed', app: app.name, code, message, hint };
    }
  }

  async function statusOf(app: App, observed: Observed): Promise<AppStatus> {
    const history = journal.of(app.name);
    const stored = history?.deployed && (await parts.releases.load(app.name, history.deployed.release));
    const operation = passes.operation(app.name);
    return appStatus({ app, history, deployed: stored?.release, observed, instance: parts.instance, operation });
  }
}

const notLooked = (app: App): Error =>
  new HarborError(`nothing is known of ${app.repository.url}`, { code: 'source-broken' });

/** The named apps, or all; a name that only a leftover has is one that left the configuration. */
function select(
  config: HostConfig,
  names: readonly string[],
  leftovers: readonly string[],
): { apps: readonly App[]; gone: readonly string[] } {
  if (names.length === 0) return { apps: config.apps, gone: [] };
  const apps = config.apps.filter(({ name }) => names.includes(name));
  const gone = names.filter((name) => leftovers.includes(name));
  const unknown = names.find((name) => !apps.some((app) => app.name === name) && !gone.includes(name));
  if (unknown === undefined) return { apps, gone };
  const isDisabled = config.declared.includes(unknown);
  throw new HarborError(isDisabled ? `the app ${unknown} is disabled` : `there is no app ${unknown}`, {
    code: 'app-unknown',
    hint: isDisabled
      ? `Set apps.${unknown}.enabled: true in ${config.file}.`
      : `Apps of this host: ${config.declared.join(', ') || 'none'}`,
  });
}
