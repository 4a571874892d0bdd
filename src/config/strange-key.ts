import { nearest } from '../core/nearest.ts';
import type { JsonSchema } from './json-schema.ts';
import { knownKeys } from './json-schema.ts';
import { entryOf, type Node, nodeAt, type Path } from './tree.ts';

/** What to say of a key that the schema does not have at its place. */
export function strangeKey(path: Path, schema: JsonSchema, root: Node): string {
  const key = String(path.at(-1));
  const known = knownKeys(schema, path.slice(0, -1), root);
  const place = placeOf(path);
  const meant = nearest(key, known);
  if (meant !== undefined) return `unknown key; did you mean "${meant}"?`;
  return (
    departed[`${place}.${key}`] ??
    renamed(key, known) ??
    misplaced(key, place, schema) ??
    strayApp(path, root) ??
    unknown(known)
  );
}

/** `apps.web.health` → `apps.health`: names that the author chose do not matter for what belongs where. */
function placeOf(path: Path): string {
  const [section, , ...rest] = path.slice(0, -1);
  return section === 'apps' || section === 'repositories' ? [section, ...rest].join('.') : path.slice(0, -1).join('.');
}

/** Keys of the original Harbormaster that have no place here. */
const departed: Readonly<Record<string, string>> = {
  'apps.replacements': 'is not supported any more; write ${NAME} in the compose file and NAME under `environment`',
  'apps.replacements_file':
    'is not supported any more; write ${NAME} in the compose file and NAME in an `environment_file`',
  'apps.manage_volumes':
    'is not supported; mount ${HM_DATA_DIR} in the compose file: it is kept for ever and easy to back up',
  'defaults.allow': 'cannot have a default; what holds for every app stands in `policy`, at the top of the file',
  'apps.compose_filename': 'is not supported any more; it is called "compose_config"',
};

/** What the same thing is called elsewhere. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  url: ['repo', 'repository_url', 'git', 'git_url', 'remote', 'source', 'repo_url'],
  repository: ['repo'],
  branch: ['ref', 'reference', 'revision', 'target_revision', 'git_branch'],
  compose_config: ['file', 'files', 'compose', 'compose_file', 'compose_files', 'config_files'],
  path: ['dir', 'directory', 'folder', 'subdirectory', 'working_dir', 'context'],
  environment: ['env', 'vars', 'variables'],
  environment_file: ['env_file', 'env_files', 'envfile'],
  interval: ['poll', 'poll_interval', 'period', 'every', 'schedule'],
  project: ['project_name', 'name', 'compose_project_name'],
  hosts: ['host', 'nodes', 'servers'],
  ssh_key: ['key', 'private_key', 'deploy_key', 'identity_file'],
  token: ['password', 'access_token', 'pat'],
  username: ['user', 'login'],
  certificate_authority: ['ca', 'ca_file', 'ca_cert', 'cacert'],
  deploy: ['sync', 'sync_policy', 'auto_deploy', 'auto_sync'],
  drift: ['heal', 'self_heal', 'selfheal', 'on_drift'],
  on_remove: ['on_delete', 'deletion_policy', 'removal', 'remove'],
  removal_grace: ['grace', 'grace_period', 'remove_after', 'removal_delay'],
  depends_on: ['after', 'needs', 'requires', 'dependsOn'],
  on_failure: ['rollback', 'on_error', 'auto_rollback'],
  deadline: ['timeout', 'limit'],
  checks: ['tests', 'probes', 'smoke_tests', 'health_checks', 'healthchecks'],
  apps: ['stacks', 'projects', 'services', 'applications', 'deployments'],
  notifiers: ['notifications', 'notify', 'alerts'],
  webhooks: ['webhook', 'receivers'],
  on: ['events', 'when'],
};

function renamed(key: string, known: readonly string[]): string | undefined {
  const names = known.filter((candidate) => synonyms[candidate]?.includes(key.toLowerCase()));
  return names.length === 0
    ? undefined
    : `unknown key; here it is called ${names.map((name) => `"${name}"`).join(' or ')}`;
}

const homes = ['', 'config', 'apps', 'apps.health', 'apps.allow', 'policy', 'repositories', 'defaults'];

/** A key that exists, but elsewhere. */
function misplaced(key: string, place: string, schema: JsonSchema): string | undefined {
  if (place === 'defaults' && keysOf('apps', schema).includes(key))
    return 'cannot have a default; write it at each app that needs it';
  const home = homes.find((candidate) => candidate !== place && keysOf(candidate, schema).includes(key));
  if (home === undefined) return undefined;
  return home === ''
    ? 'is indented too deep; it stands at the top of the file'
    : `unknown key; it belongs in ${homeName(home)}`;
}

const homeName = (home: string): string =>
  ({
    apps: 'an app',
    repositories: 'an entry of `repositories`',
    'apps.health': '`health` of an app',
    'apps.allow': '`allow` of an app',
  })[home] ?? `\`${home}\``;

function keysOf(home: string, schema: JsonSchema): readonly string[] {
  const found = home.split('.').reduce<JsonSchema | undefined>((at, part) => {
    const below = part === '' ? at : at?.properties?.[part];
    if (typeof below !== 'object') return undefined;
    return typeof below.additionalProperties === 'object' ? below.additionalProperties : below;
  }, schema);
  return Object.keys(found?.properties ?? {});
}

/** An app that slipped out from under `apps:`. */
function strayApp(path: Path, root: Node): string | undefined {
  const node = nodeAt(root, path);
  const looksLikeApp = ['url', 'repository', 'branch', 'compose_config'].some((key) => entryOf(node, key));
  return path.length === 1 && looksLikeApp ? 'unknown key; if it is an app, indent it below `apps:`' : undefined;
}

function unknown(known: readonly string[]): string {
  return known.length === 0 ? 'unknown key; nothing can stand here' : `unknown key; known here: ${known.join(', ')}`;
}
