import { createQueues, type Queues } from '../core/concurrency.ts';
import { nameTrouble } from '../core/names.ts';
import { HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { DeliveryStatus } from '../model/delivery.ts';
import type { RecordStatus } from '../model/report.ts';
import type { Source } from '../ports.ts';
import { createAppPasses, type FindTarget } from './app-passes.ts';
import { createFreshness, type Freshness } from './freshness.ts';
import type { Journal } from './journal.ts';
import { createLanes } from './lanes.ts';
import { createInspections, type Inspections } from './looks.ts';
import { atHome, underNewNames } from './names.ts';
import { createNoteConfiguration } from './note-configuration.ts';
import { createOrder } from './order.ts';
import { owningEngine } from './owning-engine.ts';
import type { Parts } from './parts.ts';
import type { Context } from './pass.ts';
import { createPasses, type Passes } from './passes.ts';
import { createPinBook, type PinBook } from './pins.ts';
import { createRemovals, type Removals } from './removals.ts';
import { createRetries } from './retries.ts';
import { createRunning } from './running.ts';
import { createSearches } from './searches.ts';
import { type Sights, seeing } from './seeing.ts';
import { createTargets, type Targets } from './target.ts';

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
  /** How it is about the deployment log. */
  readonly record?: (() => Promise<RecordStatus>) | undefined;
  /** How it is about everybody who is told what the log says. */
  readonly deliveries?: (() => Promise<readonly DeliveryStatus[]>) | undefined;
  /** When apps were compared with Git last, if somebody looks after that. */
  readonly freshness?: Freshness | undefined;
  /** When the next pass over an app is due, while a loop looks after it. */
  readonly agenda: ReadonlyMap<string, Date>;
}

/** What everything that one host's Harbormaster does has at hand. */
export interface House extends Pick<HostOptions, 'config' | 'signal' | 'daemon' | 'agenda' | 'record' | 'deliveries'> {
  readonly context: Context;
  readonly sights: Sights;
  readonly targets: Targets;
  readonly find: FindTarget;
  readonly inspections: Inspections;
  readonly pins: PinBook;
  /** Looks at Git that nobody is told of. */
  readonly unseen: Source;
  readonly removals: Removals;
  readonly passes: Passes;
  /** One at a time for each project. */
  readonly inTurn: Queues;
}

export function furnish({
  config,
  parts: bare,
  journal: log,
  signal,
  random,
  daemon,
  agenda,
  record,
  deliveries,
  freshness,
}: HostOptions): House {
  const { journal, settle: takeNames } = underNewNames(log, config);
  const given = { ...bare, ...atHome(bare, journal) };
  const { source, sights } = seeing(given.source);
  const engine = owningEngine(given.engine, journal, given.instance);
  const parts = { ...given, source, engine };
  const pins = createPinBook({ ...parts, interval: () => config().imageInterval });
  const targets = createTargets({ ...parts, pins });
  const find: FindTarget = async (app, { commits }) => {
    const error = nameTrouble(journal.all(), app);
    if (error) return { kind: 'unknown', revision: undefined, error };
    const commit = (await commits.get(app.name)) ?? new HarborError(`${app.name} was not looked at`, { code: 'bug' });
    return targets.find(app, commit, journal.of(app.name));
  };
  const running = createRunning();
  const context = {
    ...parts,
    journal,
    retention: config,
    isDeclared: (app: string) => config().apps.some(({ name }) => name === app),
    retries: createRetries(parts.clock, random),
    running,
    order: createOrder({ ...parts, config, journal, running, targets }),
    searches: createSearches(signal),
    freshness: freshness ?? createFreshness(parts.clock),
    inLane: createLanes(),
    stored: new Set<string>(),
    judged: new Map(),
  };
  const inTurn = createQueues();
  const inspections = createInspections(parts);
  const removals = createRemovals({ config, context, signal, inTurn });
  const appPasses = createAppPasses({ find, inspections, context, signal, inTurn });
  const noteConfiguration = createNoteConfiguration(config, context);
  const passes = createPasses({ config, appPasses, removals, noteConfiguration, takeNames, context, inTurn });
  const { source: unseen } = given;
  return {
    config,
    signal,
    daemon,
    agenda,
    record,
    deliveries,
    context,
    sights,
    targets,
    find,
    inspections,
    removals,
    passes,
    inTurn,
    pins,
    unseen,
  };
}
