import { posix } from 'node:path';
import { usualStaleAfter } from '../core/staleness.ts';
import { isVersionRange } from '../core/version-range.ts';
import { concerns } from '../core/windows.ts';
import type { App, Ref, Repository } from '../model/app.ts';
import { type MaybeSecret, Secret } from '../model/secret.ts';
import type { Verification } from '../model/verification.ts';
import { checkConfig } from './check-schema.ts';
import { milliseconds } from './duration.ts';
import type { Variable } from './environment-file.ts';
import { hooksOf } from './hook-schema.ts';
import { onChangeRules } from './on-change-schema.ts';
import { dependenciesOf } from './order-schema.ts';
import { type Access, repositoryFrom } from './repository.ts';
import { resolvePolicy } from './resolve-policy.ts';
import type { AppSettings, Config, DefaultSettings } from './schema.ts';
import { standardSigners } from './signers.ts';
import { child, entriesOf, type Node, nodeAt, type Path } from './tree.ts';
import { projectOf, tidyPath } from './values.ts';
import { resolveWindow } from './window-schema.ts';

export interface Loaded {
  readonly config: Config;
  readonly root: Node;
  /** Apps of this host, disabled ones too. */
  readonly declared: readonly string[];
  /** Variables of the files that an app's `environment_file` names, by app; `defaults` under undefined. */
  readonly fileVariables: (app: string | undefined) => readonly Variable[];
  readonly absolute: (path: string) => string;
  /** SHA-256 of a list of signers. */
  readonly signersDigest: (file: string) => string;
}

/** One app with every default resolved. */
export function resolveApp(name: string, app: AppSettings, loaded: Loaded): App {
  const { defaults } = loaded.config;
  const settings = { ...defaults, ...app };
  const health = { ...defaults.health, ...app.health };
  const { repository, ref, verify } = followedBy(['apps', name], app, loaded);
  const files = list(settings.compose_config).map(tidyPath);
  // Without a `path`, relative paths start where the first compose file is, as with `docker compose -f`.
  const path = app.path === undefined ? posix.dirname(files[0] ?? '.') : tidyPath(app.path);
  return {
    name,
    ...namesOf(name, app),
    repository,
    ref,
    path,
    composeFiles: app.path === undefined ? files.map((file) => posix.relative(path, file)) : files,
    profiles: list(settings.profiles),
    environment: environmentOf(name, loaded),
    unsetVariables: settings.unset_variables ?? 'error',
    submodules: settings.submodules ?? false,
    enabled: app.enabled ?? true,
    interval: milliseconds(settings.interval ?? '60s'),
    staleAfter: staleAfterOf(settings),
    health: { deadline: milliseconds(health.deadline ?? '2m'), minReady: milliseconds(health.min_ready ?? '10s') },
    strategy: settings.strategy ?? 'recreate',
    ...policiesOf(settings),
    verify,
    approval: approvalOf({ ...defaults.approval, ...app.approval }),
    hooks: hooksOf(app.hooks),
    checks: (app.checks ?? []).map(checkConfig),
    windows: loaded.config.windows.map(resolveWindow).filter((window) => concerns(window, name)),
    onChange: onChangeRules(path, app.on_change),
    // The order is one among the apps of a host: of others nobody here knows how they are.
    dependsOn: dependenciesOf(app.depends_on).filter((dependency) => loaded.declared.includes(dependency.app)),
    removal: {
      onRemove: settings.on_remove ?? 'down',
      grace: milliseconds(settings.removal_grace ?? '0s'),
    },
    policy: resolvePolicy(loaded.config.policy, app.allow, `apps.${name}.allow`),
  };
}

/** The project stays what it was when the name changes: volumes are of a project. */
function namesOf(name: string, { formerly, project }: AppSettings): Pick<App, 'formerly' | 'project'> {
  const former = list(formerly);
  const [first = name] = former;
  return { project: project ?? projectOf(first), ...(former.length > 0 && { formerly: former }) };
}

type Place = Pick<AppSettings, 'url' | 'repository' | 'branch' | 'tag' | 'commit' | 'verify'> & Access;

/** Which commits something follows, and what they must be; `path`: where that stands. */
export function followedBy(path: Path, settings: Place, loaded: Reading) {
  const verify = verificationOf(settings, loaded);
  const repository = repositoryOf(path, settings, loaded);
  return {
    repository: verify ? withHistory(repository) : repository,
    ref: refOf(settings, loaded.config.defaults.branch),
    verify,
  };
}

type Reading = Pick<Loaded, 'config' | 'root' | 'absolute' | 'signersDigest'>;

const staleAfterOf = ({ interval = '60s', stale_after }: Pick<DefaultSettings, 'interval' | 'stale_after'>): number =>
  stale_after === undefined ? usualStaleAfter(milliseconds(interval)) : milliseconds(stale_after);

type Policies = Pick<DefaultSettings, 'deploy' | 'drift' | 'on_failure'>;

const policiesOf = ({ deploy, drift, on_failure }: Policies): Pick<App, 'deploy' | 'drift' | 'onFailure'> => ({
  deploy: deploy ?? 'auto',
  drift: drift ?? 'correct',
  onFailure: on_failure ?? 'rollback',
});

/** Its own mirror: one that is shared with apps that take single commits would lose its history again. */
const withHistory = (repository: Repository): Repository => ({
  ...repository,
  id: `${repository.id}-whole`,
  whole: true,
});

function verificationOf({ verify }: Place, { config, signersDigest }: Reading): Verification | undefined {
  const general = config.defaults.verify;
  if (verify === undefined && general === undefined) return undefined;
  const { mode = 'head', allowed_signers: file = standardSigners, descendants_only } = { ...general, ...verify };
  if (mode === 'none') return undefined;
  return { mode, allowedSigners: { file, digest: signersDigest(file) }, descendantsOnly: descendants_only ?? true };
}

const approvalOf = (settings: NonNullable<DefaultSettings['approval']>): App['approval'] => ({
  approvals: settings.approvals ?? 1,
  notByAuthor: settings.not_by_author ?? true,
  expiresAfter: milliseconds(settings.expires_after ?? '24h'),
});

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** The original Harbormaster follows `master` unless told otherwise. */
function refOf({ branch, tag, commit }: Place, general: string | undefined): Ref {
  if (commit !== undefined) return { kind: 'commit', name: commit };
  if (tag !== undefined) return { kind: isVersionRange(tag) ? 'range' : 'tag', name: tag };
  return { kind: 'branch', name: branch ?? general ?? 'master' };
}

function repositoryOf(path: Path, app: Place, { config, root, absolute }: Reading): Repository {
  const { defaults, repositories } = config;
  const shared = app.url === undefined ? (app.repository ?? defaults.repository) : undefined;
  const access = shared === undefined ? app : repositories[shared];
  const place: Path = shared === undefined ? path : ['repositories', shared];
  const token = nodeAt(root, [...place, 'token']);
  const tokenFrom = token?.kind === 'scalar' ? token.from : [];
  return repositoryFrom({ url: access?.url ?? '', access: access ?? {}, defaults, tokenFrom, absolute });
}

/** From weak to strong: files and variables of `defaults`, then files and variables of the app. Nothing after the colon takes away. */
function environmentOf(name: string, { root, fileVariables }: Loaded): Readonly<Record<string, MaybeSecret>> {
  const result = new Map<string, MaybeSecret>();
  for (const [app, path] of [
    [undefined, ['defaults']],
    [name, ['apps', name]],
  ] as const) {
    for (const variable of fileVariables(app)) result.set(variable.name, new Secret(variable.value));
    for (const [key, { node }] of entriesOf(child(nodeAt(root, path), 'environment'))) {
      if (node.kind !== 'scalar' || node.value === null) result.delete(key);
      else result.set(key, node.from.length > 0 ? new Secret(node.text) : node.text);
    }
  }
  return Object.fromEntries(result);
}
