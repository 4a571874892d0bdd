import { join } from 'node:path';
import { systemClock } from '../edges/clock.ts';
import { engineRegistry } from '../edges/engines/registry/registry.ts';
import { commitStatusTargets } from '../edges/forges/targets.ts';
import { instanceOf } from '../edges/host-key.ts';
import { keptFolders } from '../edges/kept-folders.ts';
import { liveFiles } from '../edges/live/live-files.ts';
import { notificationTargets } from '../edges/notifiers/route.ts';
import { deliveriesIn } from '../edges/outbox/cursor.ts';
import { factsAfter } from '../edges/outbox/facts.ts';
import { joinedTargets } from '../edges/outbox/joined.ts';
import { noOutbox, openOutbox } from '../edges/outbox/outbox.ts';
import { openRecord, type RecordKeeper } from '../edges/record/keeper.ts';
import { releaseStore } from '../edges/releases/release-store.ts';
import { openScratch } from '../edges/scratch.ts';
import { prepareState } from '../edges/state-folder.ts';
import { tokenVault } from '../edges/token-vault.ts';
import * as gates from '../policies/index.ts';
import type { Outbox } from '../ports.ts';
import { createHearsay, type Hearsay, heardLog } from '../reconcile/hearsay.ts';
import { createHost } from '../reconcile/host.ts';
import { type Journal, openJournal } from '../reconcile/journal.ts';
import { createMeansBook } from '../reconcile/means.ts';
import { meteredEngine } from '../reconcile/metered.ts';
import type { Parts } from '../reconcile/parts.ts';
import * as strategies from '../strategies/index.ts';
import { catalogues } from './catalogues.ts';
import { dockerOptions, engineOf, type Frame, hostKeyOf } from './frame.ts';

export interface Opened extends AsyncDisposable {
  readonly record: RecordKeeper;
  readonly parts: Parts;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly hearsay: Hearsay;
}

/** Everything that a Harbor works with; `exclusive` for the holder of the state lock. */
export async function open(frame: Frame, exclusive: boolean): Promise<Opened> {
  const { invocation, paths, environment, config, git, logger } = frame;
  for (const warning of await prepareState(invocation.stateDir, exclusive ? 'write' : 'read')) logger.warn({}, warning);
  const key = await hostKeyOf(frame);
  const instance = instanceOf(key);
  const { source } = git.open(exclusive).sightings;
  const record = await openRecord({
    paths,
    config: config.current,
    instance,
    version: invocation.version,
    clock: systemClock,
    exclusive,
    redact: config.redact,
    logger,
    environment,
    random: Math.random,
  });
  const hearsay = createHearsay();
  const log = heardLog(record.log, hearsay);
  const parts: Parts = {
    source,
    engine: meteredEngine(engineOf(frame, instance), frame.meter),
    registry: engineRegistry(dockerOptions(environment)),
    releases: releaseStore({ directory: paths.apps, logger }),
    live: liveFiles({ directory: paths.apps }),
    kept: keptFolders({ directory: paths.apps }),
    scratch: await openScratch(),
    log,
    tokens: tokenVault(join(paths.keys, 'tokens')),
    clock: systemClock,
    logger,
    strategies: Object.values(strategies),
    gates: Object.values(gates),
    checks: catalogues.checks,
    redact: config.redact,
    key,
    instance,
  };
  const { version, commit } = invocation;
  const means = createMeansBook({ ...parts, harbormaster: { version, commit }, config: config.current });
  const outbox = exclusive ? await outboxOf(frame, parts) : noOutbox;
  const journal = await openJournal({ log, outbox, redact: config.redact, means });
  const close = async (): Promise<void> => {
    await outbox[Symbol.asyncDispose]();
    await git[Symbol.asyncDispose]();
    await record[Symbol.asyncDispose]();
  };
  return { record, parts, journal, outbox, hearsay, [Symbol.asyncDispose]: close };
}

/** The work of the lock's holder. */
export async function begun(frame: Frame): Promise<Opened> {
  frame.git.open(true);
  await frame.config.load();
  return open(frame, true);
}

async function outboxOf({ config, paths, logger }: Frame, { log, key, clock }: Parts) {
  const [last] = (await log.page({}, { order: 'newest', before: undefined, limit: 1 })).entries;
  return openOutbox({
    targets: joinedTargets(notificationTargets(config.routes, key), commitStatusTargets(config.forges, clock)),
    folder: paths.outbox,
    head: last?.seq ?? 0,
    factsAfter: (seq) => factsAfter(paths.log, seq),
    redact: config.redact,
    clock,
    logger,
    random: Math.random,
  });
}

type Loop = Pick<Parameters<typeof createHost>[0], 'daemon' | 'agenda' | 'freshness'>;
const noLoop: Loop = { daemon: undefined, agenda: new Map() };

export const harborOver = (
  { config, paths }: Frame,
  { parts, journal, record }: Opened,
  signal: AbortSignal,
  of = noLoop,
) =>
  createHost({
    config: config.current,
    parts,
    journal,
    signal,
    random: Math.random,
    record: record.status,
    deliveries: () => deliveriesIn(paths.outbox),
    ...of,
  });
