import { canonical, sha256 } from '../core/digest.ts';
import type { HostConfig } from '../model/config.ts';
import type { ConfigurationOrigin } from '../model/configuration.ts';
import { reveal, Secret } from '../model/secret.ts';
import { digestsOf } from './digests.ts';
import { milliseconds } from './duration.ts';
import { readEnvironmentFiles } from './environment-files.ts';
import type { Files } from './files.ts';
import type { Layer } from './layer.ts';
import { notifierConfig } from './notifier-schema.ts';
import { judgeOrder } from './order-sense.ts';
import { configInvalid, type Problem } from './problems.ts';
import { type Relevance, relevance } from './relevance.ts';
import { resolveApp } from './resolve-app.ts';
import { resolvePolicy } from './resolve-policy.ts';
import type { Catalogues, Config, ConfigSchema } from './schema.ts';
import { redactable } from './secrets.ts';
import { judgeSense } from './sense.ts';
import { shapeProblems } from './shape.ts';
import { readSigners, verificationPlaces } from './signers.ts';
import { type Node, toValue } from './tree.ts';
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
}

/** Judges and resolves a configuration whose files are read. Throws `config-invalid` with every problem in the message. */
export async function assemble({ layer, foreign, origin }: Assembly, around: Surroundings): Promise<HostConfig> {
  const { root } = layer;
  const { file, files, catalogues, schema } = around;
  const here = relevance(root, around.host);
  const forbidden = foreign.filter(({ path }) => here.reads(path));
  // What may not be read is not, not even to be told what is wrong with it.
  const readers = forbidden.length > 0 ? [] : here.active;
  const general = forbidden.length > 0 ? [] : [undefined];
  const variables = await readEnvironmentFiles({ root, apps: [...general, ...readers], files, file });
  const signers = await readSigners({ root, verified: readers.map(verificationPlaces), files });
  const problems = [
    ...layer.problems,
    ...layer.unfollowed.filter(({ path }) => here.reads(path)),
    ...forbidden,
    ...shapeProblems(root, schema),
    ...judgeSense(root, here.runsHere),
    ...judgeWindows(root),
    ...judgeOrder(root),
    ...variables.problems,
    ...signers.problems,
  ];
  if (problems.length > 0) throw configInvalid(problems);
  const config = validated(root, here, schema);
  const notifiers = config.notifiers.map((notifier) => notifierConfig(notifier, catalogues.notifiers));
  const loaded = {
    config,
    root,
    declared: here.declared,
    fileVariables: variables.of,
    absolute: files.resolve,
    signersDigest: signers.digestOf,
  };
  const apps = Object.entries(config.apps).map(([name, app]) => resolveApp(name, app, loaded));
  const options = notifiers
    .flatMap((notifier) => Object.values(notifier.options))
    .filter((value) => value instanceof Secret);
  const interpolated = layer.secrets.filter(({ path }) => path[0] !== 'config' || path[1] === 'from');
  const signersOf = (name: string) => apps.find((app) => app.name === name)?.verify?.allowedSigners.digest;
  const digests = digestsOf(root, here, { variables: variables.of, signers: signersOf });
  return {
    ...hostConfig(config, here),
    notifiers,
    windows: config.windows.map(resolveWindow),
    policy: resolvePolicy(config.policy, undefined, 'policy'),
    apps,
    file,
    origin,
    digests,
    fingerprint: sha256(canonical(digests)),
    troubles: [],
    secrets: redactable([...interpolated.map(({ value }) => value), ...variables.values, ...options.map(reveal)]),
    files: files.paths(),
  };
}

/** The values that this host reads: whatever belongs to other hosts alone may hold references that cannot be followed here. */
function validated(root: Node, here: Relevance, schema: ConfigSchema): Config {
  const kept = toValue(root, (path) => path.length !== 2 || here.reads(path));
  return schema.parse(kept);
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
