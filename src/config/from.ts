import { dirname } from 'node:path';
import { isVersionRange } from '../core/version-range.ts';
import type { Ref } from '../model/app.ts';
import type { ConfigurationSource } from '../model/configuration.ts';
import type { Verification } from '../model/verification.ts';
import { milliseconds } from './duration.ts';
import type { Fence } from './fence.ts';
import type { Files } from './files.ts';
import type { Layer } from './layer.ts';
import { only } from './layers.ts';
import type { NotifierKind } from './notifier-schema.ts';
import { configInvalid } from './problems.ts';
import { repositoryFrom } from './repository.ts';
import type { Config, ConfigSchema } from './schema.ts';
import { judgeFrom } from './sense.ts';
import { shapeProblems } from './shape.ts';
import { readSigners, standardSigners } from './signers.ts';
import { child, type Node, nodeAt, type Path, scalarsOf, toValue } from './tree.ts';
import { tidyPath } from './values.ts';

const place: Path = ['config', 'from'];

type From = NonNullable<Config['config']['from']>;

export interface Elsewhere {
  readonly source: ConfigurationSource;
  readonly fence: Fence;
}

interface Input {
  readonly schema: ConfigSchema;
  readonly files: Files;
  /** This host's own file. */
  readonly file: string;
  readonly notifiers: readonly NotifierKind[];
}

/** Where the rest of the configuration is, by this host's own file; undefined: there is no rest. Throws what is wrong with `config` there. */
export async function elsewhereIn(
  own: Layer,
  { schema, files, file, notifiers }: Input,
): Promise<Elsewhere | undefined> {
  if (nodeAt(own.root, place) === undefined) return undefined;
  const root = withoutApps(own.root);
  const signers = await readSigners({ root, verified: [[[...place, 'verify']]], files });
  const problems = [
    ...own.problems,
    ...own.unfollowed.filter(({ path }) => path[0] === 'config'),
    ...shapeProblems(root, schema),
    ...judgeFrom(root),
    ...signers.problems,
  ];
  if (problems.length > 0) throw configInvalid(problems);
  const { config } = schema.parse(toValue(root));
  const { from } = config;
  if (from === undefined) return undefined;
  const source = sourceOf(from, { root, files, digestOf: signers.digestOf });
  const commands = notifiers.flatMap(({ type, runsPrograms }) => (runsPrograms ? [type] : []));
  return { source, fence: { file, folders: from.files ?? [dirname(file)], may: from.may ?? [], commands } };
}

/** The host's section alone, as a whole configuration. */
function withoutApps(root: Node): Node {
  if (root.kind !== 'map') return root;
  const apps = { at: root.at, node: { kind: 'map', at: root.at, entries: new Map() } } as const;
  const config = only(root, (key) => key === 'config');
  return { ...config, entries: new Map([...config.entries, ['apps', apps]]) };
}

interface Read {
  readonly root: Node;
  readonly files: Files;
  readonly digestOf: (file: string) => string;
}

function sourceOf(from: From, { root, files, digestOf }: Read): ConfigurationSource {
  const [token] = scalarsOf(child(nodeAt(root, place), 'token'));
  const repository = repositoryFrom({
    url: from.url,
    access: from,
    defaults: {},
    tokenFrom: token?.from ?? [],
    absolute: files.resolve,
  });
  const verify = verificationOf(from, digestOf);
  return {
    repository: verify ? { ...repository, id: `${repository.id}-whole`, whole: true } : repository,
    ref: refOf(from),
    path: tidyPath(from.path ?? 'harbormaster.yml'),
    interval: milliseconds(from.interval ?? '60s'),
    verify,
  };
}

function refOf({ branch, tag }: From): Ref {
  if (tag !== undefined) return { kind: isVersionRange(tag) ? 'range' : 'tag', name: tag };
  return { kind: 'branch', name: branch ?? 'main' };
}

function verificationOf({ verify }: From, digestOf: Read['digestOf']): Verification | undefined {
  if (verify === undefined || verify.mode === 'none') return undefined;
  const { mode = 'head', allowed_signers: file = standardSigners, descendants_only = true } = verify;
  return { mode, allowedSigners: { file, digest: digestOf(file) }, descendantsOnly: descendants_only };
}
