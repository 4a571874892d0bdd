import { resolve } from 'node:path';
import { canonical, sha256 } from '../core/digest.ts';
import { placeholder } from '../core/placeholder.ts';
import { HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import { reveal, Secret } from '../model/secret.ts';
import { digestsOf } from './digests.ts';
import { milliseconds } from './duration.ts';
import { readEnvironmentFiles } from './environment-files.ts';
import { explain } from './explain.ts';
import { configFiles, type Files, missing } from './files.ts';
import { type Found, interpolate, type Lookup, type Reference } from './interpolate.ts';
import { annotatedSchema } from './json-schema.ts';
import { only } from './layers.ts';
import { notifierConfig } from './notifier-schema.ts';
import { judgeOrder } from './order-sense.ts';
import { parseTree } from './parse.ts';
import { configInvalid, type Problem } from './problems.ts';
import { type Relevance, relevance } from './relevance.ts';
import { resolveApp } from './resolve-app.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { type Catalogues, type Config, type ConfigSchema, configSchema } from './schema.ts';
import { redactable } from './secrets.ts';
import { judgeSense } from './sense.ts';
import { sentence } from './sentences.ts';
import { readSigners } from './signers.ts';
import { isNull, type Node, nodeAt, toValue } from './tree.ts';
import { resolveWindow } from './window-schema.ts';
import { judgeWindows } from './window-sense.ts';

export interface LoadRequest {
  readonly file: string;
  /** The machine's host name; the file may say another. */
  readonly host: string;
  /** What `${NAME}` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly catalogues: Catalogues;
  /** Told of each file that is read, by its absolute path: also of those that a load reads which fails. */
  readonly told?: (path: string) => void;
  /** It is looked at from elsewhere than from its host. */
  readonly afar?: Afar | undefined;
}

export interface Afar {
  /** Whatever hosts its apps are for. */
  readonly everyHost: boolean;
  /** What the host has and this machine lacks is not wrong: a placeholder stands for it. Told of each. */
  readonly lacks?: ((what: string) => void) | undefined;
}

/** Reads, judges and resolves a configuration. Throws `config-missing`, or `config-invalid` with every problem in the message. */
export async function loadConfig(request: LoadRequest): Promise<HostConfig> {
  const { file, host, catalogues } = request;
  const schema = configSchema(catalogues);
  const files = configFiles(file, request.environment['HOME'], request.told);
  const written = await readTree(file, files);
  const { afar } = request;
  // Nobody is told of anything from afar.
  const { root: whole } = written;
  const concerned = afar && whole.kind === 'map' ? only(whole, (key) => key !== 'notifiers') : whole;
  const { root, problems: unfollowed, secrets } = await interpolate(concerned, lookupIn(request, files));
  const here = relevance(root, host, afar);
  const variables = await readEnvironmentFiles({ root, apps: here.active, files, file, lacks: afar?.lacks });
  const signers = await readSigners({ root, apps: here.active, files, lacks: afar?.lacks });
  const problems = [
    ...written.problems,
    ...unfollowed.filter(({ path }) => here.reads(path)),
    ...shapeProblems(root, schema),
    // Apps of several hosts may share a project.
    ...judgeSense(root, afar?.everyHost ? () => false : here.runsHere),
    ...judgeWindows(root),
    ...judgeOrder(root),
    ...variables.problems,
    ...signers.problems,
  ];
  if (problems.length > 0) throw configInvalid(problems);
  const config = validated(root, here, schema);
  const notifiers = config.notifiers.map((notifier) => notifierConfig(notifier, catalogues.notifiers));
  const options = notifiers
    .flatMap((notifier) => Object.values(notifier.options))
    .filter((value) => value instanceof Secret);
  const interpolated = secrets.filter(({ path }) => path[0] !== 'config').map(({ value }) => value);
  const apps = Object.entries(config.apps).map(([name, app]) =>
    resolveApp(name, app, {
      config,
      root,
      declared: here.declared,
      fileVariables: variables.of,
      absolute: files.resolve,
      signersDigest: signers.digestOf,
    }),
  );
  const signersOf = (name: string) => apps.find((app) => app.name === name)?.verify?.allowedSigners.digest;
  const digests = digestsOf(root, here, { variables: variables.of, signers: signersOf });
  return {
    ...hostConfig(config, here),
    notifiers,
    windows: config.windows.map(resolveWindow),
    policy: resolvePolicy(config.policy, undefined, 'policy'),
    apps,
    file: resolve(file),
    origin: { file: resolve(file) },
    digests,
    fingerprint: sha256(canonical(digests)),
    troubles: [],
    secrets: redactable([...interpolated, ...variables.values, ...options.map(reveal)]),
    files: files.paths(),
  };
}

async function readTree(file: string, files: Files): Promise<{ root: Node; problems: readonly Problem[] }> {
  const content = await files.read(resolve(file));
  if ('fault' in content) throw unreadable(file, content.fault);
  const { root, problems } = parseTree(content.text, file);
  if (root && !isNull(root)) return { root, problems };
  const text = 'holds no configuration; write `apps: {}` if this host is meant to run nothing';
  throw configInvalid([
    ...problems,
    ...(problems.length === 0 ? [{ at: { file, line: 1, column: 1 }, path: [], text }] : []),
  ]);
}

function unreadable(file: string, fault: string): HarborError {
  if (fault !== missing)
    return new HarborError(`the configuration ${file} ${fault}`, {
      code: 'config-invalid',
      hint: 'Name another file with --config FILE.',
    });
  return new HarborError(`there is no configuration at ${file}`, {
    code: 'config-missing',
    hint: 'Write one with `harbormaster init`, or name another with --config FILE.',
  });
}

const lookupIn =
  (request: LoadRequest, files: Files): Lookup =>
  async (reference): Promise<Found> => {
    const found = reference.kind === 'file' ? await inFile(reference.path, files) : inEnvironment(reference, request);
    const { lacks } = request.afar ?? {};
    if (found.kind !== 'fault' || lacks === undefined) return found;
    return standIn(reference.kind === 'file' ? `the file ${reference.path}` : `the variable ${reference.name}`, lacks);
  };

async function inFile(path: string, files: Files): Promise<Found> {
  const content = await files.read(path);
  if ('fault' in content)
    return { kind: 'fault', text: `reads the file ${files.resolve(path)}, which ${content.fault}` };
  return { kind: 'secret', value: content.text.replace(/[\r\n]+$/, '') };
}

function inEnvironment(
  { name, fallback }: Extract<Reference, { kind: 'variable' }>,
  { environment }: LoadRequest,
): Found {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && (value !== '' || fallback === undefined)) return { kind: 'secret', value };
  if (fallback !== undefined) return { kind: 'plain', value: fallback };
  return {
    kind: 'fault',
    text: `reads the variable ${name}, which is not set; set it, or write \${${name}:-default}`,
  };
}

function standIn(what: string, lacks: (what: string) => void): Found {
  lacks(what);
  return { kind: 'secret', value: placeholder(what) };
}

function shapeProblems(root: Node, schema: ConfigSchema): readonly Problem[] {
  const { error } = schema.safeParse(toValue(root), { error: sentence });
  if (!error) return [];
  return explain(error.issues, root, annotatedSchema(schema)).filter(({ path }) => isResolved(nodeAt(root, path)));
}

const isResolved = (node: Node | undefined): boolean => node?.kind !== 'scalar' || node.resolved;

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
