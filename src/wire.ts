/** The composition root: config → live ports → Harbor. The one file that knows every registry of parts. */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Serve, Serving } from './api/serving.ts';
import * as webhookKinds from './api/webhooks/index.ts';
import type { CheckRequest, InstallRequest, Invocation, NotifierTrial, Wired } from './cli/wired.ts';
import { jsonSchema } from './config/json-schema.ts';
import { starter } from './config/starter.ts';
import { projectOf } from './config/values.ts';
import { followingsOf, sourceName } from './core/configuration.ts';
import { originText } from './core/configuration-words.ts';
import { policyOf } from './core/policy.ts';
import { repositoryName } from './core/repository-name.ts';
import { usualPaths } from './core/systemd-unit.ts';
import { runDemo } from './demo/demo.ts';
import { backup } from './edges/backup/backup.ts';
import { restore } from './edges/backup/restore.ts';
import * as checkKinds from './edges/checks/index.ts';
import { systemClock } from './edges/clock.ts';
import { watchConfiguration } from './edges/config-watch.ts';
import { follow } from './edges/deployment-log/follow.ts';
import type { LogOptions } from './edges/deployment-log/open-log.ts';
import { keyIn } from './edges/deployment-log/read-log.ts';
import { sift } from './edges/deployment-log/sift.ts';
import { doctor } from './edges/doctor/checks.ts';
import { composeEngine } from './edges/engines/engine.ts';
import { engineRegistry } from './edges/engines/registry/registry.ts';
import { every } from './edges/every.ts';
import { folderSource } from './edges/folder/source.ts';
import { commitStatusTargets } from './edges/forges/targets.ts';
import { startHeartbeat } from './edges/heartbeat.ts';
import { instanceOf, loadHostKey } from './edges/host-key.ts';
import { commandsOf, filesOf, type InstallOrder, install } from './edges/installer/install.ts';
import { keptComparisons } from './edges/kept-comparisons.ts';
import { keptFolders } from './edges/kept-folders.ts';
import { keyTraces } from './edges/key-traces.ts';
import { liveFiles } from './edges/live/live-files.ts';
import { acquireLock, type HeldLock } from './edges/lock.ts';
import { createLogger } from './edges/logger.ts';
import * as notifierKinds from './edges/notifiers/index.ts';
import { notificationTargets } from './edges/notifiers/route.ts';
import { deliveriesIn } from './edges/outbox/cursor.ts';
import { factsAfter } from './edges/outbox/facts.ts';
import { joinedTargets } from './edges/outbox/joined.ts';
import { noOutbox, openOutbox } from './edges/outbox/outbox.ts';
import { peerOf } from './edges/peer.ts';
import { changeKey, letGoOn } from './edges/record/by-hand.ts';
import { openRecord, type RecordKeeper } from './edges/record/keeper.ts';
import { repositoryAt, verifyWith } from './edges/record/prove.ts';
import { releaseStore } from './edges/releases/release-store.ts';
import { openScratch } from './edges/scratch.ts';
import { serviceManager } from './edges/service-manager.ts';
import { prepareState, type StatePaths, statePaths } from './edges/state-folder.ts';
import { tokenVault } from './edges/token-vault.ts';
import { asHarborError, HarborError } from './errors.ts';
import type { Policy } from './model/policy.ts';
import type { CheckReport } from './model/report.ts';
import * as gates from './policies/index.ts';
import type { Logger, Meter, Outbox } from './ports.ts';
import { appOfFiles, checkPolicy, notCommitted } from './reconcile/check-policy.ts';
import { watchEvents } from './reconcile/event-watch.ts';
import { followConfiguration } from './reconcile/follow-configuration.ts';
import { createFreshness } from './reconcile/freshness.ts';
import type { Harbor } from './reconcile/harbor.ts';
import { createHearsay, type Hearsay, heardHarbor, heardLog } from './reconcile/hearsay.ts';
import { createHost } from './reconcile/host.ts';
import { createInstruments } from './reconcile/instruments.ts';
import { type Journal, openJournal } from './reconcile/journal.ts';
import { createLiftWatch } from './reconcile/lift-watch.ts';
import { startLoop } from './reconcile/loop.ts';
import { createMeansBook } from './reconcile/means.ts';
import { createMeter } from './reconcile/meter.ts';
import { meteredEngine, meteredHarbor } from './reconcile/metered.ts';
import type { Parts } from './reconcile/parts.ts';
import { createStaleWatch } from './reconcile/stale-watch.ts';
import { createTakeUp } from './reconcile/take-up.ts';
import { createWaits } from './reconcile/waits.ts';
import * as strategies from './strategies/index.ts';
import { type Configuration, configuration } from './wire/configuration.ts';
import { type GitAtHand, gitAtHand } from './wire/git.ts';
import { preview } from './wire/preview.ts';

const catalogues = {
  notifiers: Object.values(notifierKinds),
  checks: Object.values(checkKinds),
  strategies: Object.values(strategies).map(({ type }) => type),
  webhooks: Object.values(webhookKinds).map(({ type }) => type),
};

/** What every part of one call of the program shares. */
interface Frame {
  readonly invocation: Invocation;
  readonly paths: StatePaths;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Configuration;
  readonly git: GitAtHand;
  readonly logger: Logger;
  readonly meter: Meter;
}

export function wire(invocation: Invocation): Wired {
  const paths = statePaths(invocation.stateDir);
  const environment = definedOnly(invocation.environment);
  const config: Configuration = configuration({ invocation, catalogues, git: () => git.open(false) });
  const logger = createLogger({ level: config.logLevel, redact: config.redact });
  const meter = createMeter(systemClock);
  const git = gitAtHand({ paths, logger, meter, environment, follows: () => followingsOf(config.known()) });
  const frame: Frame = { invocation, paths, environment, config, git, logger, meter };
  const alone =
    <Result>(read: () => Promise<Result>) =>
    async (): Promise<Result> => {
      await using _git = git;
      return await read();
    };
  return {
    socketPath: paths.socket,
    loadConfig: alone(config.load),
    checkConfig: alone(config.check),
    reader: (signal) => reader(frame, signal),
    operator: (command, signal) => operator(frame, command, signal),
    daemon: (signal, serve) => daemon(frame, signal, serve),
    preview: (request) =>
      preview(request, { invocation, catalogues, engine: (instance) => engineOf(frame, instance), logger }),
    log: {
      read: (query, request) => sift(paths.log, query, request),
      follow: (after, signal) => follow(paths.log, after, signal),
      verify: async ({ directory = paths.log, witness, ...request } = {}) =>
        verifyWith(directory, { ...request, ...(witness && { witness: await witnessOf(frame, witness) }) }),
      key: () => keyIn(paths.log),
      acceptDamage: (reason, trigger) =>
        onTheLog(frame, 'log accept-damage', (options) => letGoOn(options, reason, trigger)),
      changeKey: (reason, trigger) =>
        onTheLog(frame, 'log change-key', (options) => changeKey(options, reason, trigger)),
    },
    doctor: alone(() => examine(frame)),
    check: (request) => checkFiles(frame, request),
    demo: (say, signal) => runDemo({ self: [process.execPath, process.argv[1] ?? ''], say, signal, environment }),
    tryNotifiers: () => tryNotifiers(frame),
    schema: () => jsonSchema(catalogues),
    starter,
    ...settingUp(frame),
  };
}

/** Compose files on disk, judged as on a host; nothing of this one is needed but Compose. */
async function checkFiles(frame: Frame, request: CheckRequest): Promise<CheckReport> {
  const { files, preset, variables, profiles } = request;
  const absolute = files.map((file) => resolve(file));
  const folder = dirname(absolute[0] ?? '');
  const root = repositoryAbove(folder);
  const named = await policyFor(frame, request);
  const app = appOfFiles({
    name: named.name ?? basename(folder),
    project: projectOf(named.name ?? basename(folder)) || 'app',
    path: relative(root, folder) || '.',
    composeFiles: absolute.map((file) => relative(folder, file)),
    profiles,
    environment: variables,
    policy: preset === undefined ? named.policy : policyOf(named.policy.place, { preset }),
  });
  return checkPolicy(app, notCommitted, {
    source: folderSource(root),
    engine: engineOf(frame, ''),
    scratch: await openScratch(),
    live: { folders: liveFiles({ directory: frame.paths.apps }).folders, leads: async () => new Map() },
    gates: Object.values(gates),
    checks: catalogues.checks,
    redact: frame.config.redact,
    clock: systemClock,
    key: randomBytes(32),
    instance: '',
  });
}

interface Judging {
  readonly name: string | undefined;
  readonly policy: Policy;
}

async function policyFor({ config }: Frame, { configured, app: wanted }: CheckRequest): Promise<Judging> {
  if (!configured) return { name: wanted, policy: policyOf(`apps.${wanted ?? 'APP'}.allow`) };
  const { apps, policy } = await config.load();
  const app = apps.find(({ name }) => name === wanted);
  if (app === undefined && wanted !== undefined) {
    throw new HarborError(`there is no app ${wanted} on this host`, {
      code: 'app-unknown',
      hint: `There are: ${apps.map(({ name }) => name).join(', ')}.`,
    });
  }
  return { name: wanted, policy: app?.policy ?? { ...policy, place: 'apps.APP.allow' } };
}

/** Includes and build contexts may lie anywhere in the repository. */
function repositoryAbove(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return folder;
}

/** One after the other, each with its own limit; a test is for every one of them, whatever else it wants to hear. */
async function tryNotifiers({ config }: Frame): Promise<readonly NotifierTrial[]> {
  const { host } = await config.load();
  const summary = `A test from ${host}: this is where you hear of trouble.`;
  const notification = { event: 'test', host, app: undefined, summary, entry: undefined } as const;
  const trials: NotifierTrial[] = [];
  for (const { type, name, notifier } of config.routes()) {
    const failure = await notifier.notify(notification).then(() => undefined, asHarborError);
    trials.push({
      type: name ?? type,
      failure: failure && { message: config.redact(failure.message), hint: failure.hint },
    });
  }
  return trials;
}

/** What prepares a host, and takes it elsewhere. */
function settingUp({ invocation, environment }: Frame): Pick<Wired, 'installation' | 'install' | 'backup' | 'restore'> {
  const { stateDir, hostName, version } = invocation;
  const path = environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return {
    installation(request) {
      const order = orderOf(request, invocation, environment);
      const files = filesOf(order).map((file) => ({
        path: file.path,
        text: 'text' in file.content ? file.content.text : Object.values(file.content).join(''),
      }));
      return { files, commands: commandsOf(order).map((command) => command.join(' ')) };
    },
    install: (request) => install(orderOf(request, invocation, environment)),
    backup: (file) => backup({ stateDir, file, at: systemClock.now(), host: hostName, version, path }),
    restore: (file) => restore({ stateDir, file, path }),
  };
}

function orderOf(
  { kind, image, proxied, url, root, start, config }: InstallRequest,
  { stateDir, version }: Invocation,
  environment: Readonly<Record<string, string>>,
): InstallOrder {
  const { dockerHost } = dockerOptions(environment);
  const socket = dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : '/var/run/docker.sock';
  return {
    paths: { ...usualPaths, node: realpathSync(process.execPath), config, stateDir },
    running: realpathSync(process.argv[1] ?? usualPaths.program),
    starter: url === undefined ? undefined : starter({ url, app: repositoryName(url), branch: 'main' }),
    containment: kind === 'container' ? { image: image ?? `harbormaster:${version}`, socket, proxied } : undefined,
    root,
    start,
    environment,
  };
}

interface Opened extends AsyncDisposable {
  readonly record: RecordKeeper;
  readonly parts: Parts;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly hearsay: Hearsay;
}

/** Everything that a Harbor works with; `exclusive` for the holder of the state lock. */
async function open(frame: Frame, exclusive: boolean): Promise<Opened> {
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

const harborOver = ({ config, paths }: Frame, { parts, journal, record }: Opened, signal: AbortSignal, of = noLoop) =>
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

async function reader(frame: Frame, signal: AbortSignal): Promise<Harbor & AsyncDisposable> {
  await frame.config.load();
  const opened = await open(frame, false);
  return { ...harborOver(frame, opened, signal), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

async function operator(frame: Frame, command: string, signal: AbortSignal): Promise<Harbor & AsyncDisposable> {
  const lock = await locked(frame, command);
  const opened = await begun(frame).catch(async (error: unknown) => {
    await lock[Symbol.asyncDispose]();
    throw error;
  });
  const close = async (): Promise<void> => {
    await opened.outbox.settled();
    await opened.record.finish(opened.journal.record);
    await opened[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
  };
  return { ...harborOver(frame, opened, AbortSignal.any([signal, lock.lost])), [Symbol.asyncDispose]: close };
}

/** The work of the lock's holder. */
async function begun(frame: Frame): Promise<Opened> {
  frame.git.open(true);
  await frame.config.load();
  return open(frame, true);
}

async function daemon(frame: Frame, signal: AbortSignal, serve: Serve): Promise<void> {
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

/** By hand, on the log alone: nobody else may work with it meanwhile, and it may be damaged. */
async function onTheLog<Result>(
  frame: Frame,
  command: string,
  act: (options: LogOptions) => Promise<Result>,
): Promise<Result> {
  const { invocation, paths, config, logger } = frame;
  await config.load();
  await using _lock = await locked(frame, command);
  const instance = instanceOf(await hostKeyOf(frame));
  const { version } = invocation;
  const { host } = config.current();
  const { redact } = config;
  return act({ directory: paths.log, keys: paths.keys, host, instance, version, clock: systemClock, redact, logger });
}

/** With the configured credentials, if it is the configured one. */
async function witnessOf(
  { config, environment }: Frame,
  { url, branch }: { readonly url: string; readonly branch: string | undefined },
) {
  const configured = (await config.load().catch(() => undefined))?.log.witness;
  const same = configured?.repository.url === url ? configured : undefined;
  const repository = same?.repository ?? repositoryAt(url, environment['HARBORMASTER_WITNESS_TOKEN']);
  return { repository, branch: branch ?? same?.branch ?? 'harbormaster-witness', environment };
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

const examine = (frame: Frame) =>
  doctor({
    engine: engineOf(frame, ''),
    stateDir: frame.invocation.stateDir,
    loadConfig: frame.config.look,
    environment: frame.environment,
    user: userName(),
  });

async function locked({ invocation, paths }: Frame, command: string): Promise<HeldLock> {
  await prepareState(invocation.stateDir, 'write');
  const holder = { command: `harbormaster ${command}`, pid: process.pid, since: new Date().toISOString() };
  return acquireLock({ file: paths.lock, holder });
}

const engineOf = ({ paths, environment, logger }: Frame, instance: string) =>
  composeEngine({ ...dockerOptions(environment), runDirectory: paths.run, instance, logger });

const hostKeyOf = ({ paths }: Pick<Frame, 'paths'>): Promise<Buffer> => loadHostKey(paths.keys, () => keyTraces(paths));

const definedOnly = (environment: Invocation['environment']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

const dockerOptions = (environment: Readonly<Record<string, string>>) => ({
  dockerHost: environment['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
  dockerConfig: environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? '/root', '.docker'),
  environment,
});

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'this user';
  }
}
