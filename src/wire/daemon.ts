import type { Serve, Serving } from '../api/serving.ts';
import { followingsOf, sourceName } from '../core/configuration.ts';
import { originText } from '../core/configuration-words.ts';
import { systemClock } from '../edges/clock.ts';
import { watchConfiguration } from '../edges/config-watch.ts';
import { every } from '../edges/every.ts';
import { startHeartbeat } from '../edges/heartbeat.ts';
import { keptComparisons } from '../edges/kept-comparisons.ts';
import { peerOf } from '../edges/peer.ts';
import { verifyWith } from '../edges/record/prove.ts';
import { serviceManager } from '../edges/service-manager.ts';
import { watchEvents } from '../reconcile/event-watch.ts';
import { followConfiguration } from '../reconcile/follow-configuration.ts';
import { createFreshness } from '../reconcile/freshness.ts';
import type { Harbor } from '../reconcile/harbor.ts';
import { heardHarbor } from '../reconcile/hearsay.ts';
import { createInstruments } from '../reconcile/instruments.ts';
import { createLiftWatch } from '../reconcile/lift-watch.ts';
import { startLoop } from '../reconcile/loop.ts';
import { meteredHarbor } from '../reconcile/metered.ts';
import { createStaleWatch } from '../reconcile/stale-watch.ts';
import { createTakeUp } from '../reconcile/take-up.ts';
import { createWaits } from '../reconcile/waits.ts';
import { examine } from './examine.ts';
import { type Frame, locked } from './frame.ts';
import { begun, harborOver, type Opened } from './opened.ts';

export async function daemon(frame: Frame, signal: AbortSignal, serve: Serve): Promise<void> {
  const { invocation, paths, config, git, logger, meter } = frame;
  await using lock = await locked(frame, 'run');
  await using opened = await begun(frame);
  const ending = AbortSignal.any([signal, lock.lost]);
  const agenda = new Map<string, Date>();
  const self = { pid: process.pid, since: new Date().toISOString() };
  const { hearsay } = opened;
  await using comparing = await watchComparisons(frame, opened);
  const { freshness } = comparing;
  const loopOf = { daemon: self, agenda, freshness };
  const metered = meteredHarbor(harborOver(frame, opened, ending, loopOf), meter, systemClock);
  const harbor = heardHarbor(metered, hearsay);
  const { origin, apps } = config.current();
  const { version, stateDir } = invocation;
  logger.info({ version, config: originText(origin), state: stateDir, apps: apps.length }, 'Harbormaster runs');
  const options = { config: config.current, clock: systemClock, logger, random: Math.random, signal: ending };
  const { environment } = frame;
  const manager = serviceManager({ environment, pid: process.pid, elapsed: systemClock.elapsed, logger });
  ending.addEventListener('abort', () => void manager.stopping());
  const lifted = createLiftWatch(opened.journal, systemClock);
  const waits = createWaits(() => config.current().apps, opened.journal);
  await using heart = startHeartbeat({ config: config.current, clock: systemClock, logger, redact: config.redact });
  const beats = (): void => {
    manager.alive();
    heart.turned();
  };
  const loop = startLoop({ harbor, agenda, ...options, lifted, waits, beats, moved: heart.moved });
  const { events } = opened.parts.engine;
  const notice = (apps: readonly string[]): void => {
    loop.notice(apps);
    hearsay.stir();
  };
  const listening = watchEvents({ ...options, events, apps: () => config.current().apps, notice });
  const { log, engine } = opened.parts;
  const build = { version, commit: invocation.commit };
  const told = { config: config.current, clock: systemClock, agenda, build, startedAt: new Date(self.since) };
  const instruments = createInstruments({ harbor, log, engine, meter, ...told });
  const { sightings } = git.open(true);
  const hint: Serving['hint'] = (trigger, { apps: named, followings }) => {
    loop.hint(trigger, named);
    sightings.hint(followings);
  };
  await using api = await serve(paths.socket, servingOf(frame, harbor, { hearsay, ending, instruments, hint }));
  const takeUp = createTakeUp({ config: config.current, logger, act: () => loop.wake({ kind: 'file-change' }) });
  const reloaded = (asked: boolean): void => {
    void api.reloaded();
    opened.outbox.reconfigured();
    takeUp(asked);
  };
  await using _keeping = opened.record.watch(opened.journal.record);
  await using watching = await watchConfiguration({ config, logger, reloaded });
  const follows = () => followingsOf(config.current());
  const following = followConfiguration({ ...options, sightings, follows, moved: watching.reload });
  await manager.ready(`keeps ${apps.length} apps as Git declares`);
  await Promise.all([loop.ended, listening, following]);
  logger.info({}, 'Harbormaster ends; what runs keeps running');
}

/** Milliseconds. */
const staleLook = 1_000;
const comparisonsKept = 60_000;

/** Looks after when apps were compared with Git last, over a restart, and tells when that is too long ago. */
async function watchComparisons({ config, paths, logger }: Frame, { journal }: Opened) {
  const kept = keptComparisons({ file: paths.comparisons, logger });
  const clock = systemClock;
  const freshness = createFreshness(clock, await kept.load());
  const keep = (): Promise<void> => kept.save(freshness.known(config.current().apps.map(({ name }) => name)));
  const looking = every(staleLook, createStaleWatch({ config: config.current, journal, freshness, clock, logger }));
  const keeping = every(comparisonsKept, keep);
  return {
    freshness,
    async [Symbol.asyncDispose]() {
      await looking[Symbol.asyncDispose]();
      await keeping[Symbol.asyncDispose]();
      await keep();
    },
  };
}

const servingOf = (
  frame: Frame,
  harbor: Harbor,
  live: Pick<Serving, 'hearsay' | 'ending' | 'instruments' | 'hint'>,
): Serving => ({
  harbor,
  ...live,
  version: frame.invocation.version,
  configFile: frame.invocation.configFile,
  from: () => sourceName(frame.config.current().source),
  config: frame.config.current,
  clock: systemClock,
  logger: frame.logger,
  peerOf: (socket) => peerOf(socket, frame.environment['PATH']),
  verify: () => verifyWith(frame.paths.log, {}),
  doctor: () => examine(frame),
});
