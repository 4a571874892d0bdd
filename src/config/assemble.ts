import { canonical, sha256 } from '../core/digest.ts';
import type { ApiConfig, HostConfig } from '../model/config.ts';
import type { ConfigurationOrigin, Discovery } from '../model/configuration.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { Afar } from './afar.ts';
import { judgeApi, noTls, readTls, resolveApi } from './api.ts';
import { digestsOf } from './digests.ts';
import { discoveriesIn } from './discoveries.ts';
import { milliseconds } from './duration.ts';
import { type EnvironmentFiles, readEnvironmentFiles } from './environment-files.ts';
import type { Files } from './files.ts';
import { resolveHeartbeat } from './heartbeat-schema.ts';
import { judgeJobs } from './job-sense.ts';
import type { Layer } from './layer.ts';
import { resolveLog } from './log-schema.ts';
import { formerNamesIn, judgeNames } from './name-sense.ts';
import { notifierConfig } from './notifier-schema.ts';
import { judgeOrder } from './order-sense.ts';
import type { Problem } from './problems.ts';
import { type Relevance, relevance } from './relevance.ts';
import { resolveApp } from './resolve-app.ts';
import { resolvePolicy } from './resolve-policy.ts';
import type { Catalogues, Config, ConfigSchema } from './schema.ts';
import { redactable } from './secrets.ts';
import { judgeSense } from './sense.ts';
import { shapeProblems } from './shape.ts';
import { discoveryPlaces, readSigners, verificationPlaces } from './signers.ts';
import { child, type Node, nodeAt, scalarsOf, toValue } from './tree.ts';
import { judgeWebhooks, resolveWebhooks } from './webhook-schema.ts';
import { resolveWindow } from './window-schema.ts';
import { judgeWindows } from './window-sense.ts';

export interface Assembly {
  /** All layers as one. */
  readonly layer: Layer;
  /** What else is to be said of it, by the path that it is about. */
  readonly foreign: readonly Problem[];
  readonly origin: ConfigurationOrigin;
}

export interface Surroundings {
  /** This host's own file, absolute. */
  readonly file: string;
  readonly files: Files;
  /** The machine's host name. */
  readonly host: string;
  readonly catalogues: Catalogues;
  readonly schema: ConfigSchema;
  readonly afar?: Afar | undefined;
}

/** A configuration that was judged. */
export interface Examined {
  readonly problems: readonly Problem[];
  /** Where apps are found besides; only if there are no problems. */
  discoveries(): readonly Discovery[];
  /** What it means on this host; only if there are no problems. */
  resolved(): HostConfig;
}

/** Judges a configuration whose files are read. `isOpen`: apps may be found besides those that it names. */
export async function examine(
  { layer, foreign, origin }: Assembly,
  around: Surroundings,
  isOpen: boolean,
): Promise<Examined> {
  const { root } = layer;
  const { file, files, schema, afar } = around;
  const lacks = afar?.lacks;
  const here = relevance(root, around.host, afar);
  const forbidden = foreign.filter(({ path }) => here.reads(path));
  // What may not be read is not, not even to be told what is wrong with it.
  const readers = forbidden.length > 0 ? [] : here.active;
  const general = forbidden.length > 0 ? [] : [undefined];
  const looked = forbidden.length > 0 ? [] : here.looked;
  const variables = await readEnvironmentFiles({ root, apps: [...general, ...readers], files, file, lacks });
  const verified = [...readers.map(verificationPlaces), ...looked.map(discoveryPlaces)];
  const signers = await readSigners({ root, verified, files, lacks });
  // Whoever looks from afar has no key of the host.
  const { tls, problems: tlsProblems } = afar ? noTls : await readTls(root, files);
  const problems = [
    ...layer.problems,
    ...layer.unfollowed.filter(({ path }) => here.reads(path)),
    ...forbidden,
    ...shapeProblems(root, schema),
    // Apps of several hosts may share a project.
    ...judgeSense(root, afar?.everyHost ? () => false : here.runsHere, isOpen),
    ...judgeWindows(root, isOpen),
    ...judgeJobs(root),
    ...judgeApi(root),
    ...tlsProblems,
    ...judgeWebhooks(root),
    ...judgeOrder(root, isOpen),
    ...judgeNames(root),
    ...variables.problems,
    ...signers.problems,
  ];
  const read = { variables: variables.of, values: variables.values, signersDigest: signers.digestOf, tls };
  return {
    problems,
    discoveries: () =>
      discoveriesIn({
        config: validated(root, here, schema),
        root,
        absolute: files.resolve,
        signersDigest: signers.digestOf,
        host: here.host,
        indices: here.looked,
      }),
    resolved: () => resolved({ layer, origin, here, read }, around),
  };
}

interface Judged {
  readonly layer: Layer;
  readonly origin: ConfigurationOrigin;
  readonly here: Relevance;
  readonly read: {
    readonly variables: EnvironmentFiles['of'];
    readonly values: readonly string[];
    readonly signersDigest: (file: string) => string;
    readonly tls: ApiConfig['tls'];
  };
}

function resolved(
  { layer, origin, here, read }: Judged,
  { file, files, catalogues, schema }: Surroundings,
): HostConfig {
  const { root } = layer;
  const config = validated(root, here, schema);
  const notifiers = config.notifiers.map((notifier) => notifierConfig(notifier, catalogues.notifiers));
  const heartbeat = resolveHeartbeat(config.heartbeat);
  const webhooks = resolveWebhooks(config.webhooks);
  const loaded = {
    config,
    root,
    declared: here.declared,
    fileVariables: read.variables,
    absolute: files.resolve,
    signersDigest: read.signersDigest,
  };
  const apps = Object.entries(config.apps).map(([name, app]) => resolveApp(name, app, loaded));
  const options = notifiers
    .flatMap((notifier) => Object.values(notifier.options))
    .filter((value) => value instanceof Secret);
  const interpolated = layer.secrets.filter(({ path }) => path[0] !== 'config' || path[1] === 'from');
  const signersOf = (name: string) => apps.find((app) => app.name === name)?.verify?.allowedSigners.digest;
  const digests = digestsOf(root, here, { variables: read.variables, signers: signersOf });
  return {
    ...hostConfig(config, here),
    formerly: formerNamesIn(root, here.declared),
    api: resolveApi(config.api, read.tls),
    webhooks,
    log: resolveLog(config, tokenFromOf(root), files.resolve),
    heartbeat,
    notifiers,
    windows: config.windows.map(resolveWindow),
    policy: resolvePolicy(config.policy, undefined, 'policy'),
    apps,
    file,
    origin,
    digests,
    fingerprint: sha256(canonical(digests)),
    troubles: [],
    discoveries: [],
    findings: {},
    undiscovered: [],
    secrets: redactable([
      ...interpolated.map(({ value }) => value),
      ...read.values,
      ...options.map(reveal),
      ...(heartbeat ? [heartbeat.url.reveal()] : []),
      ...Object.values(webhooks).map(({ secret }) => secret.reveal()),
    ]),
    files: files.paths(),
  };
}

/** The values that this host reads: whatever belongs to other hosts alone may hold references that cannot be followed here. */
function validated(root: Node, here: Relevance, schema: ConfigSchema): Config {
  const kept = toValue(withoutOthers(root, here), (path) => path.length !== 2 || here.reads(path));
  return schema.parse(kept);
}

/** Entries of `discover` for other hosts are no matter here. */
function withoutOthers(root: Node, { looked }: Relevance): Node {
  const list = child(root, 'discover');
  if (root.kind !== 'map' || list?.kind !== 'list') return root;
  const items = list.items.filter((_, index) => looked.includes(index));
  return { ...root, entries: new Map([...root.entries, ['discover', { at: list.at, node: { ...list, items } }]]) };
}

function tokenFromOf(root: Node): readonly string[] {
  const [token] = scalarsOf(nodeAt(root, ['log', 'witness', 'token']));
  return token?.from ?? [];
}

function hostConfig({ config }: Config, { host, declared, elsewhere }: Relevance) {
  return {
    host,
    declared,
    elsewhere,
    imageInterval: milliseconds(config.image_interval),
    keepReleases: config.keep_releases,
    removalGuard: config.removal_guard,
    prune: config.prune,
    logLevel: config.log_level,
  };
}
