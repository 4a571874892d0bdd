/** The composition root: config → live ports → Harbor. The one file that knows every registry of parts. */
import { realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type {
  CheckoutPreview,
  CheckoutRequest,
  InstallRequest,
  Invocation,
  NotifierTrial,
  Serve,
  Wired,
} from './cli/wired.ts';
import { type InForce, inForce } from './config/in-force.ts';
import { jsonSchema } from './config/json-schema.ts';
import { loadConfig as load } from './config/load.ts';
import { starter } from './config/starter.ts';
import { mapLimit } from './core/concurrency.ts';
import { saysOtherwise } from './core/configuration.ts';
import { redactor } from './core/redact.ts';
import { repositoryName } from './core/repository-name.ts';
import { usualPaths } from './core/systemd-unit.ts';
import { runDemo } from './demo/demo.ts';
import { backup } from './edges/backup/backup.ts';
import { restore } from './edges/backup/restore.ts';
import { systemClock } from './edges/clock.ts';
import { watchConfiguration } from './edges/config-watch.ts';
import { readDeployed } from './edges/deployed-file.ts';
import { follow } from './edges/deployment-log/follow.ts';
import { openLog } from './edges/deployment-log/open-log.ts';
import { sift } from './edges/deployment-log/sift.ts';
import { verify } from './edges/deployment-log/verify.ts';
import { doctor } from './edges/doctor/checks.ts';
import { composeEngine } from './edges/engines/engine.ts';
import { engineRegistry } from './edges/engines/registry/registry.ts';
import { openCheckout } from './edges/git/checkout.ts';
import { gitSource } from './edges/git/source.ts';
import { instanceOf, loadHostKey } from './edges/host-key.ts';
import { commandsOf, filesOf, type InstallOrder, install } from './edges/installer/install.ts';
import { liveFiles } from './edges/live/live-files.ts';
import { acquireLock, type HeldLock } from './edges/lock.ts';
import { createLogger } from './edges/logger.ts';
import { fanOut, type Route } from './edges/notifiers/fan-out.ts';
import * as notifierKinds from './edges/notifiers/index.ts';
import { peerOf } from './edges/peer.ts';
import { releaseStore } from './edges/releases/release-store.ts';
import { openScratch } from './edges/scratch.ts';
import { serviceManager } from './edges/service-manager.ts';
import { prepareState, type StatePaths, statePaths } from './edges/state-folder.ts';
import { asHarborError } from './errors.ts';
import type { HostConfig, NotifierConfig } from './model/config.ts';
import type { PlanReport } from './model/report.ts';
import * as gates from './policies/index.ts';
import type { Logger } from './ports.ts';
import { previewCheckout } from './reconcile/checkout-preview.ts';
import { type Against, comparisonsOf } from './reconcile/comparisons.ts';
import { watchEvents } from './reconcile/event-watch.ts';
import type { Harbor } from './reconcile/harbor.ts';
import { createHost } from './reconcile/host.ts';
import { type Journal, openJournal } from './reconcile/journal.ts';
import { createLiftWatch } from './reconcile/lift-watch.ts';
import { startLoop } from './reconcile/loop.ts';
import { createMeansBook } from './reconcile/means.ts';
import type { Parts } from './reconcile/parts.ts';
import { createWaits } from './reconcile/waits.ts';
import * as strategies from './strategies/index.ts';

const catalogues = {
  notifiers: Object.values(notifierKinds),
  strategies: Object.values(strategies).map(({ type }) => type),
};

/** What every part of one call of the program shares. */
interface Frame {
  readonly invocation: Invocation;
  readonly paths: StatePaths;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Configuration;
  readonly logger: Logger;
}

export function wire(invocation: Invocation): Wired {
  const { configFile, stateDir } = invocation;
  const paths = statePaths(stateDir);
  const environment = definedOnly(invocation.environment);
  const config = configuration(invocation);
  const logger = createLogger({ level: config.logLevel, redact: config.redact });
  const frame: Frame = { invocation, paths, environment, config, logger };
  return {
    socketPath: paths.socket,
    loadConfig: config.load,
    reader: (signal) => reader(frame, signal),
    operator: (command, signal) => operator(frame, command, signal),
    daemon: (signal, serve) => daemon(frame, signal, serve),
    peerOf: (socket) => peerOf(socket, environment['PATH']),
    preview: (request) => preview(frame, request),
    log: {
      read: (query, request) => sift(paths.log, query, request),
      follow: (after, signal) => follow(paths.log, after, signal),
      verify: () => verify(paths.log),
    },
    doctor: () =>
      doctor({
        engine: engineOf(frame, ''),
        stateDir,
        configFile,
        loadConfig: config.load,
        environment,
        user: userName(),
      }),
    demo: (say, signal) => runDemo({ self: [process.execPath, process.argv[1] ?? ''], say, signal, environment }),
    tryNotifiers: () => tryNotifiers(frame),
    schema: () => jsonSchema(catalogues),
    starter,
    ...settingUp(frame),
  };
}

/** Where a host has its state, unless it was told otherwise: plans speak of these paths. */
const usualState = '/var/lib/harbormaster';

/** Nothing of this machine goes into it but the checkout, the configuration, and Compose. */
async function preview({ invocation, environment, logger }: Frame, request: CheckoutRequest): Promise<CheckoutPreview> {
  const { folder, againstRef, againstFile, againstConfig, placeholders, host } = request;
  const missing = new Set<string>();
  const lacks = placeholders ? (what: string) => void missing.add(what) : undefined;
  const afar = { everyHost: host === undefined, lacks };
  const read = (file: string) => load({ file, host: host ?? invocation.hostName, environment, catalogues, afar });
  const config = await read(invocation.configFile);
  const before = againstConfig === undefined ? config : await read(againstConfig);
  await using checkout = await openCheckout({ folder, logger, environment });
  const instance = 'preview';
  const docker = { ...dockerOptions(environment), dockerHost: 'unix:///nonexistent/docker.sock' };
  const parts = {
    source: checkout,
    engine: composeEngine({ ...docker, runDirectory: '/nonexistent', instance, logger }),
    live: liveFiles({ directory: statePaths(usualState).apps }),
    scratch: await openScratch(),
    clock: systemClock,
    strategies: Object.values(strategies),
    gates: Object.values(gates),
    // No digest of it is ever compared with one of a host.
    key: Buffer.from(instance),
    instance,
  };
  const against = await againstOf(againstRef, againstFile);
  const compared = await comparisonsOf({ ...request, against }, { config, before }, checkout);
  const plans = await mapLimit(compared, 4, (comparison) => previewCheckout(comparison, { parts, lacks }));
  const redact = redactor([...config.secrets, ...before.secrets]);
  return { plans: plans.map((plan) => redactFailure(plan, redact)), placeholders: [...missing].sort() };
}

async function againstOf(ref: string | undefined, file: string | undefined): Promise<Against> {
  if (ref !== undefined) return { kind: 'ref', name: ref };
  if (file === undefined) return { kind: 'nothing' };
  return { kind: 'deployed', commits: await readDeployed(file), from: file };
}

/** What Compose says of a file may quote it. */
const redactFailure = (plan: PlanReport, redact: (text: string) => string): PlanReport =>
  plan.kind === 'failed' ? { ...plan, message: redact(plan.message), hint: plan.hint && redact(plan.hint) } : plan;

/** One after the other, each with its own limit; a test is for every one of them, whatever else it wants to hear. */
async function tryNotifiers({ config }: Frame): Promise<readonly NotifierTrial[]> {
  const { host } = await config.load();
  const summary = `A test from ${host}: this is where you hear of trouble.`;
  const notification = { event: 'test', host, app: undefined, summary, entry: undefined } as const;
  const trials: NotifierTrial[] = [];
  for (const { type, notifier } of config.routes()) {
    const failure = await notifier.notify(notification).then(() => undefined, asHarborError);
    trials.push({ type, failure: failure && { message: config.redact(failure.message), hint: failure.hint } });
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
  readonly parts: Parts;
  readonly journal: Journal;
}

/** Everything that a Harbor works with; `exclusive` for the holder of the state lock. */
async function open(frame: Frame, exclusive: boolean): Promise<Opened> {
  const { invocation, paths, environment, config, logger } = frame;
  for (const warning of await prepareState(invocation.stateDir, exclusive ? 'write' : 'read')) logger.warn({}, warning);
  const key = await loadHostKey(paths.keys);
  const instance = instanceOf(key);
  const source = gitSource({ reposDir: paths.repos, runDir: paths.run, logger, exclusive, environment });
  const log = await openLog({
    directory: paths.log,
    host: config.current().host,
    instance,
    version: invocation.version,
    clock: systemClock,
    exclusive,
    redact: config.redact,
  });
  const notifier = fanOut(config.routes, logger);
  const parts: Parts = {
    source,
    engine: engineOf(frame, instance),
    registry: engineRegistry(dockerOptions(environment)),
    releases: releaseStore({ directory: paths.apps, logger }),
    live: liveFiles({ directory: paths.apps }),
    scratch: await openScratch(),
    log,
    notifier,
    clock: systemClock,
    logger,
    strategies: Object.values(strategies),
    gates: Object.values(gates),
    key,
    instance,
  };
  const { version, commit } = invocation;
  const means = createMeansBook({ ...parts, harbormaster: { version, commit }, config: config.current });
  const journal = await openJournal({ log, notifier, logger, redact: config.redact, means });
  const close = async (): Promise<void> => {
    await journal.settled();
    await source[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  };
  return { parts, journal, [Symbol.asyncDispose]: close };
}

type Loop = Pick<Parameters<typeof createHost>[0], 'daemon' | 'agenda'>;
const noLoop: Loop = { daemon: undefined, agenda: new Map() };

const harborOver = ({ config }: Frame, { parts, journal }: Opened, signal: AbortSignal, of = noLoop): Harbor =>
  createHost({ config: config.current, parts, journal, signal, random: Math.random, ...of });

async function reader(frame: Frame, signal: AbortSignal): Promise<Harbor & AsyncDisposable> {
  await frame.config.load();
  const opened = await open(frame, false);
  return { ...harborOver(frame, opened, signal), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

async function operator(frame: Frame, command: string, signal: AbortSignal): Promise<Harbor & AsyncDisposable> {
  await frame.config.load();
  const lock = await locked(frame, command);
  const opened = await open(frame, true).catch(async (error: unknown) => {
    await lock[Symbol.asyncDispose]();
    throw error;
  });
  const close = async (): Promise<void> => {
    await opened[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
  };
  return { ...harborOver(frame, opened, AbortSignal.any([signal, lock.lost])), [Symbol.asyncDispose]: close };
}

async function daemon(frame: Frame, signal: AbortSignal, serve: Serve): Promise<void> {
  const { invocation, paths, config, logger } = frame;
  await config.load();
  await using lock = await locked(frame, 'run');
  await using opened = await open(frame, true);
  const ending = AbortSignal.any([signal, lock.lost]);
  const agenda = new Map<string, Date>();
  const self = { pid: process.pid, since: new Date().toISOString() };
  const harbor = harborOver(frame, opened, ending, { daemon: self, agenda });
  const { file, apps } = config.current();
  const { version, stateDir } = invocation;
  logger.info({ version, config: file, state: stateDir, apps: apps.length }, 'Harbormaster runs');
  const options = { config: config.current, clock: systemClock, logger, random: Math.random, signal: ending };
  const { environment } = frame;
  const manager = serviceManager({ environment, pid: process.pid, elapsed: systemClock.elapsed, logger });
  ending.addEventListener('abort', () => void manager.stopping());
  const lifted = createLiftWatch(opened.journal, systemClock);
  const waits = createWaits(() => config.current().apps, opened.journal);
  const loop = startLoop({ harbor, agenda, ...options, lifted, waits, beats: manager.alive });
  const { events } = opened.parts.engine;
  const listening = watchEvents({ ...options, events, apps: () => config.current().apps, notice: loop.notice });
  let acted: HostConfig = config.current();
  const reloaded = (asked: boolean): void => {
    const before = acted;
    acted = config.current();
    if (asked || saysOtherwise(before, acted)) loop.wake({ kind: 'file-change' });
  };
  await using _watching = await watchConfiguration({ config, logger, reloaded });
  await using _api = await serve(harbor, paths.socket);
  await manager.ready(`keeps ${apps.length} apps as Git declares`);
  await Promise.all([loop.ended, listening]);
  logger.info({}, 'Harbormaster ends; what runs keeps running');
}

async function locked({ invocation, paths }: Frame, command: string): Promise<HeldLock> {
  await prepareState(invocation.stateDir, 'write');
  const holder = { command: `harbormaster ${command}`, pid: process.pid, since: new Date().toISOString() };
  return acquireLock({ file: paths.lock, holder });
}

const engineOf = ({ paths, environment, logger }: Frame, instance: string) =>
  composeEngine({ ...dockerOptions(environment), runDirectory: paths.run, instance, logger });

interface Configuration extends InForce {
  redact(text: string): string;
  logLevel(): HostConfig['logLevel'];
  /** The notifiers of the configuration in force. */
  routes(): readonly Route[];
}

function configuration({ configFile, hostName, environment }: Invocation): Configuration {
  const held = inForce((told) => load({ file: configFile, host: hostName, environment, catalogues, told }));
  const redact = latest(held, (config) => redactor(config?.secrets ?? []));
  const routes = latest(held, (config) => config?.notifiers.flatMap(routeOf) ?? []);
  return { ...held, redact: (text) => redact()(text), logLevel: () => held.known()?.logLevel ?? 'info', routes };
}

/** Made from the configuration in force, anew only when another one is. */
function latest<Made>({ known }: InForce, make: (config: HostConfig | undefined) => Made): () => Made {
  let [of, made] = [known(), make(known())];
  return () => {
    if (known() !== of) [of, made] = [known(), make(known())];
    return made;
  };
}

const routeOf = ({ type, options, on, apps }: NotifierConfig): readonly Route[] =>
  Object.values(notifierKinds)
    .filter((kind) => kind.type === type)
    .map((kind) => ({ type, on, apps, notifier: kind.make(options) }));

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
