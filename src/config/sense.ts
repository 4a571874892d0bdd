import { nearest } from '../core/nearest.ts';
import { milliseconds } from './duration.ts';
import { isHttp, isSsh, urlFault } from './git-url.ts';
import { type Problem, printable, problemAt } from './problems.ts';
import { discoveryPlaces, modeFor, verificationPlaces } from './signers.ts';
import { child, entriesOf, entryOf, type Node, nodeAt, type Path, textOf, textsOf } from './tree.ts';
import { projectOf } from './values.ts';

/**
 * What one key demands of another. Works on the tree, not on validated values, so that it is said together with everything
 * else that is wrong; and so it keeps quiet about values whose shape is wrong already. `isOpen`: more apps may be found than are named.
 */
export function judgeSense(root: Node, runsHere: (app: Node) => boolean, isOpen: boolean): readonly Problem[] {
  const apps = entriesOf(child(root, 'apps')).map(([name, { node }]) => ({ name, node }));
  return [
    ...entriesOf(child(root, 'repositories')).flatMap(([name, { node }]) => access(root, node, ['repositories', name])),
    ...entriesOf(child(child(root, 'defaults'), 'environment')).flatMap(([name]) =>
      variable(root, name, ['defaults', 'environment', name]),
    ),
    ...witness(root, child(root, 'log')),
    ...repositoryOf(root, child(root, 'defaults'), ['defaults']),
    ...apps.flatMap(({ name, node }) => oneApp(root, node, ['apps', name], verificationPlaces(name))),
    ...discovered(root),
    ...projects(
      root,
      apps.filter(({ node }) => runsHere(node)),
    ),
    ...forgeTokens(root),
    ...(isOpen
      ? []
      : notified(
          root,
          apps.map(({ name }) => name),
        )),
  ];
}

/** Nothing leaves this host before somebody elsewhere vouches for it. */
function witness(root: Node, log: Node | undefined): readonly Problem[] {
  const own = child(log, 'witness');
  const limits = entriesOf(child(log, 'keep')).map(([key]) => key);
  return [
    ...(own === undefined ? [] : access(root, own, ['log', 'witness'])),
    ...(own === undefined && limits.length > 0
      ? [
          problemAt(
            root,
            ['log', 'keep', ...limits.slice(0, 1)],
            'needs a `witness` in `log`: nothing leaves before somebody elsewhere vouches for it',
          ),
        ]
      : []),
  ];
}

/** Entries of `discover`, each as an app without a folder. */
function discovered(root: Node): readonly Problem[] {
  const list = child(root, 'discover');
  return (list?.kind === 'list' ? list.items : []).flatMap((node, index) => {
    const path: Path = ['discover', index];
    return oneApp(root, node, path, discoveryPlaces(index));
  });
}

function oneApp(root: Node, app: Node, path: Path, places: readonly Path[]): readonly Problem[] {
  if (app.kind !== 'map') return [];
  return [
    ...source(root, app, path),
    ...repositoryOf(root, app, path),
    ...refs(root, app, path),
    ...access(root, app, path),
    ...health(root, app, path),
    ...freshness(root, app, path),
    ...verified(root, app, path, places),
    ...entriesOf(child(app, 'environment')).flatMap(([name]) => variable(root, name, [...path, 'environment', name])),
  ];
}

/** The same of the repository that the configuration comes from. */
export function judgeFrom(root: Node): readonly Problem[] {
  const path: Path = ['config', 'from'];
  const from = nodeAt(root, path);
  if (from?.kind !== 'map') return [];
  return [...refs(root, from, path), ...access(root, from, path), ...verified(root, from, path, [[...path, 'verify']])];
}

function source(root: Node, app: Node, path: Path): readonly Problem[] {
  const own = ['url', 'repository'].filter((key) => entryOf(app, key));
  if (own.length === 2)
    return [problemAt(root, [...path, 'repository'], 'cannot stand beside `url`; keep one of them')];
  if (own.length === 1 || entryOf(child(root, 'defaults'), 'repository')) return [];
  return [
    problemAt(
      root,
      path,
      'has no repository; add `url: https://…`, or `repository: NAME` with a name from `repositories`',
    ),
  ];
}

function repositoryOf(root: Node, settings: Node | undefined, path: Path): readonly Problem[] {
  const name = textOf(child(settings, 'repository'));
  const known = entriesOf(child(root, 'repositories')).map(([key]) => key);
  if (name === undefined || known.includes(name)) return [];
  return [problemAt(root, [...path, 'repository'], `must be a name from \`repositories\`${suggestion(name, known)}`)];
}

function refs(root: Node, app: Node, path: Path): readonly Problem[] {
  const [first, ...others] = ['branch', 'tag', 'commit'].filter((key) => entryOf(app, key));
  return others.map((key) => problemAt(root, [...path, key], `cannot stand beside \`${first}\`; keep one of them`));
}

const sshKeys = ['ssh_key', 'known_hosts'];
const httpKeys = ['username', 'token', 'certificate_authority'];

/** Credentials must fit the URL that stands beside them. */
function access(root: Node, settings: Node, path: Path): readonly Problem[] {
  const present = [...sshKeys, ...httpKeys].filter((key) => entryOf(settings, key));
  const url = textOf(child(settings, 'url'));
  const shares = ['apps', 'discover'].includes(String(path[0])) && !entryOf(settings, 'url');
  const misfits = shares ? present.map((key) => ({ key, text: sharedAccess(root, settings) })) : withUrl(url, present);
  return [
    ...misfits.map(({ key, text }) => problemAt(root, [...path, key], text)),
    ...(present.includes('username') && !present.includes('token')
      ? [problemAt(root, [...path, 'username'], 'needs a `token` beside it, such as `token: ${GIT_TOKEN}`')]
      : []),
    ...literalToken(root, child(settings, 'token'), [...path, 'token']),
  ];
}

interface Misfit {
  readonly key: string;
  readonly text: string;
}

function sharedAccess(root: Node, app: Node): string {
  const name = child(app, 'repository') ?? child(child(root, 'defaults'), 'repository');
  const isPublic = name?.kind === 'scalar' && name.from.length === 0 && name.text !== '';
  return `belongs beside the url it is for${isPublic ? `, in \`repositories.${printable(name.text)}\`` : ''}`;
}

function withUrl(url: string | undefined, present: readonly string[]): readonly Misfit[] {
  if (url === undefined || urlFault(url)) return [];
  return present
    .filter((key) => !(sshKeys.includes(key) ? isSsh(url) : isHttp(url)))
    .map((key) => ({
      key,
      text: `is for ${sshKeys.includes(key) ? 'ssh' : 'https'} URLs only, and this \`url\` is none`,
    }));
}

/** A token in the file would end up in Git, in backups and on screens; it is not repeated here either. */
function literalToken(root: Node, token: Node | undefined, path: Path): readonly Problem[] {
  const literal = token?.kind === 'scalar' && token.value !== null && token.resolved && token.from.length === 0;
  return literal
    ? [
        problemAt(
          root,
          path,
          'must not be written here; take it from the environment (`${GIT_TOKEN}`) or from a file (`${file:PATH}`)',
        ),
      ]
    : [];
}

function health(root: Node, app: Node, path: Path): readonly Problem[] {
  const limit = (key: string, fallback: string): number => {
    const [own, general] = [app, child(root, 'defaults')].map((settings) =>
      textOf(child(child(settings, 'health'), key)),
    );
    return milliseconds(own ?? general ?? fallback);
  };
  const deadline = limit('deadline', '2m');
  return limit('min_ready', '10s') >= deadline
    ? [
        problemAt(
          root,
          [...path, 'health'],
          '`min_ready` must be shorter than `deadline`, or nothing ever becomes healthy in time',
        ),
      ]
    : [];
}

/** Told before the next look is due, it would be told all the time. */
function freshness(root: Node, app: Node, path: Path): readonly Problem[] {
  const text = (key: string): string | undefined =>
    textOf(child(app, key)) ?? textOf(child(child(root, 'defaults'), key));
  const [limit, interval] = [text('stale_after'), text('interval') ?? '60s'];
  if (limit === undefined || !(milliseconds(limit) <= milliseconds(interval))) return [];
  const where = child(app, 'stale_after') ? [...path, 'stale_after'] : path;
  return [problemAt(root, where, `\`stale_after\` (${limit}) must be longer than \`interval\` (${interval})`)];
}

/** Only an annotated tag bears a signature of its own. */
function verified(root: Node, app: Node, path: Path, places: readonly Path[]): readonly Problem[] {
  if (modeFor(root, places) !== 'tag' || entryOf(app, 'tag')) return [];
  const isOwn = entryOf(child(app, 'verify'), 'mode') !== undefined;
  const place = isOwn ? [...path, 'verify', 'mode'] : path;
  return [
    problemAt(
      root,
      place,
      'verifies by `verify.mode: tag`, but follows no tag; add `tag: …`, or set `verify.mode: head`',
    ),
  ];
}

const ours = ['HM_DATA_DIR', 'HM_CACHE_DIR', 'HM_REPO_DIR'];
const instead: Readonly<Record<string, string>> = {
  COMPOSE_PROJECT_NAME: 'project',
  COMPOSE_FILE: 'compose_config',
  COMPOSE_PROFILES: 'profiles',
};

/** Variables that Harbormaster itself sets. */
export function variableFault(name: string): string | undefined {
  if (ours.includes(name)) return 'is set by Harbormaster itself; take it out';
  if (!name.startsWith('COMPOSE_')) return undefined;
  const key = Object.hasOwn(instead, name) ? instead[name] : undefined;
  return key === undefined
    ? 'steers Compose itself, which Harbormaster does; take it out'
    : `steers Compose itself; use the key \`${key}\` of the app`;
}

function variable(root: Node, name: string, path: Path): readonly Problem[] {
  const fault = variableFault(name);
  return fault === undefined ? [] : [problemAt(root, path, fault)];
}

/** Two apps on one Compose project would remove each other's containers. */
function projects(root: Node, apps: readonly { name: string; node: Node }[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return apps.flatMap(({ name, node }) => {
    const own = textOf(child(node, 'project'));
    const [first = name] = textsOf(child(node, 'formerly'));
    const project = own ?? projectOf(first);
    const path: Path = ['apps', name, ...(own === undefined ? [] : ['project'])];
    if (project === '') return [];
    const owner = owners.get(project);
    if (owner === undefined) {
      owners.set(project, name);
      return [];
    }
    return [
      problemAt(
        root,
        path,
        `has the same Compose project as the app "${owner}"; give one of them another with \`project\``,
      ),
    ];
  });
}

function forgeTokens(root: Node): readonly Problem[] {
  const list = child(root, 'commit_status');
  const items = list?.kind === 'list' ? list.items : [];
  return items.flatMap((item, index) => literalToken(root, child(item, 'token'), ['commit_status', index, 'token']));
}

function notified(root: Node, known: readonly string[]): readonly Problem[] {
  return ['notifiers', 'commit_status'].flatMap((section) => appsNamedIn(root, section, known));
}

function appsNamedIn(root: Node, section: string, known: readonly string[]): readonly Problem[] {
  const list = child(root, section);
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((notifier, index) => {
    const apps = child(notifier, 'apps');
    return textsOf(apps?.kind === 'list' ? apps : undefined).flatMap((name, position) =>
      known.includes(name) || /[*?]/.test(name)
        ? []
        : [problemAt(root, [section, index, 'apps', position], `must be the name of an app${suggestion(name, known)}`)],
    );
  });
}

export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  return known.length === 0 ? '; there is none' : `; there are: ${known.slice(0, 20).join(', ')}`;
}
