import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { HarborError } from '../../src/errors.ts';
import type { Discovery, Finding } from '../../src/model/configuration.ts';
import { revision } from '../cli/builders.ts';
import { catalogues, testLoader } from './rig.ts';

const url = 'https://git.example.com/ops/apps.git';
const commit = '8f3c1d0e5b7a49f26c1e0d9b8a7f6e5d4c3b2a19';

/** Folders, each with a compose.yaml or the files that are named, and what it says of itself. */
type Folders = Readonly<Record<string, string | readonly string[]>>;

const finding = (folders: Folders, of = commit): Finding => ({
  revision: revision({ repository: url, commit: of }),
  folders: Object.entries(folders).map(([folder, what]) => ({
    folder,
    files: typeof what === 'string' ? ['compose.yaml'] : what,
    ...(typeof what === 'string' && what !== '' && { settings: what }),
  })),
});

const bare = (...folders: string[]): Finding => finding(Object.fromEntries(folders.map((folder) => [folder, ''])));

interface Given {
  readonly newest: Finding | HarborError | readonly (Finding | HarborError)[];
  readonly kept?: Finding;
  readonly strict?: boolean;
  readonly host?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

async function load(text: string, { newest, kept, strict = false, host = 'web-1', environment = {} }: Given) {
  await using loader = await testLoader();
  await writeFile(loader.file, text);
  const asked: Discovery[] = [];
  const config = await loadConfig({
    file: loader.file,
    host,
    environment,
    catalogues,
    strict,
    git: {
      text: () => Promise.reject(new Error('this configuration is a file')),
      async folders(discovery) {
        asked.push(discovery);
        const index = Number(/\d+/.exec(discovery.of)?.[0]);
        const one = Array.isArray(newest) ? newest[index] : newest;
        return { newest: one as Finding | HarborError, kept };
      },
    },
  }).catch((error: unknown) => {
    if (error instanceof HarborError) throw new Error(error.message.replaceAll(`${loader.folder}/`, ''));
    throw error;
  });
  return { ...config, asked };
}

const entry = (more = '') => `apps: {}\ndiscover:\n  - url: ${url}\n    pattern: apps/*/compose.yaml\n${more}`;

test('each folder is an app, called like it, with the settings of the entry and of `defaults`', async () => {
  const { apps, asked, origin, findings } = await load(
    `defaults: {interval: 5m, branch: main}\n${entry('    deploy: manual\n    environment: {A: "1"}\n')}`,
    { newest: bare('apps/shop', 'apps/blog') },
  );
  expect(apps).toMatchObject([
    { name: 'shop', project: 'shop', path: 'apps/shop', composeFiles: [], deploy: 'manual', environment: { A: '1' } },
    { name: 'blog', path: 'apps/blog', ref: { kind: 'branch', name: 'main' }, interval: 300_000 },
  ]);
  expect(asked).toMatchObject([
    { of: 'discover[0]', search: { patterns: ['apps/*/compose.yaml'], exclude: [] }, interval: 300_000 },
  ]);
  // The same mirror and the same request as the apps that are found.
  expect(asked[0]?.repository.id).toBe(apps[0]?.repository.id);
  expect(origin.found).toMatchObject([{ commit }]);
  expect(Object.values(findings)).toHaveLength(1);
});

test('names are made as the entry says; patterns may name this host', async () => {
  const named = async (name: string, pattern = 'apps/*/compose.yaml') => {
    const text = `apps: {}\ndiscover: [{url: ${url}, pattern: "${pattern}", exclude: "{host}/_*", name: "${name}"}]`;
    const { apps, asked } = await load(text, { newest: bare('hosts/web-1/shop') });
    return [apps[0]?.name, asked[0]?.search];
  };
  expect((await named('x-{folder}'))[0]).toBe('x-shop');
  expect((await named('{parent}.{folder}'))[0]).toBe('web-1.shop');
  expect((await named('{path}'))[0]).toBe('hosts-web-1-shop');
  expect((await named('{folder}', 'hosts/{host}/*/c.yml'))[1]).toEqual({
    patterns: ['hosts/web-1/*/c.yml'],
    exclude: ['web-1/_*'],
  });
});

test('settings for single apps are strongest; what is said of one that is not found is no mistake', async () => {
  const { apps } = await load(
    entry('    deploy: manual\n    apps: {shop: {deploy: auto, allow: {privileged: [agent]}}, gone: {deploy: auto}}\n'),
    { newest: bare('apps/shop', 'apps/blog') },
  );
  expect(apps.map(({ deploy }) => deploy)).toEqual(['auto', 'manual']);
  expect(apps.map(({ policy }) => policy.own.privileged)).toEqual([['agent'], undefined]);
});

test('a folder says of itself only what the host left open', async () => {
  const own = 'health: {deadline: 9m, min_ready: 3s}\nenvironment: {A: folder, B: folder}\nprofiles: extra\n';
  const { apps } = await load(entry('    health: {deadline: 4m}\n    environment: {A: host}\n'), {
    newest: finding({ 'apps/shop': own }),
  });
  expect(apps[0]).toMatchObject({
    health: { deadline: 240_000, minReady: 3_000 },
    environment: { A: 'host', B: 'folder' },
    profiles: ['extra'],
  });
});

test('a folder leaves hosts out, and brings none in', async () => {
  const names = async (more: string, own: string, host: string) => {
    const { declared, elsewhere } = await load(entry(more), { newest: finding({ 'apps/shop': own }), host });
    return [declared, Object.keys(elsewhere)];
  };
  expect(await names('', 'hosts: web-*\n', 'web-1')).toEqual([['shop'], []]);
  expect(await names('', 'hosts: web-*\n', 'db-1')).toEqual([[], ['shop']]);
  expect(await names('    hosts: "*"\n', 'hosts: web-*\n', 'db-1')).toEqual([[], ['shop']]);
  expect(await names('    hosts: ["*", "!web-1"]\n', 'hosts: web-*\n', 'web-2')).toEqual([['shop'], []]);
  expect(await names('', 'enabled: false\n', 'web-1')).toEqual([['shop'], []]);
});

const file = `${url}@8f3c1d0e5b7a:apps/shop/harbormaster.app.yml`;

test.each([
  ['allow: {privileged: [web]}', `${file}:1:1: allow: unknown key`],
  ['url: https://evil.example/x.git', `${file}:1:1: url: unknown key`],
  ['environment_file: /etc/shadow', `${file}:1:1: environment_file: unknown key`],
  ['deploy: auto', `${file}:1:1: deploy: unknown key`],
  ['verify: {mode: none}', `${file}:1:1: verify: unknown key`],
  [
    'environment: {A: "${file:/etc/shadow}"}',
    `${file}:1:15: environment.A: holds a reference; only the configuration of the host reads variables and files`,
  ],
  ['environment: {COMPOSE_FILE: x}', 'steers Compose itself'],
  ['health: {deadline: soon}', `${file}:1:10: health.deadline: must be a duration`],
  ['a: [', `${file}:1:`],
])('it may not say %s', async (settings, words) => {
  await expect(load(entry(), { newest: finding({ 'apps/shop': settings }), strict: true })).rejects.toThrow(words);
});

test.each<[string, string, Finding]>([
  [
    'a name that is declared',
    `apps: {shop: {url: https://a.example/s.git}}\ndiscover: [{url: ${url}, pattern: "*/c"}]`,
    bare('apps/shop'),
  ],
  ['a name of two folders', entry(), bare('a/shop', 'b/shop')],
  ['a folder whose name is none', entry(), bare('apps/my shop')],
  ['several files that fit', entry(), finding({ 'apps/shop': ['a.yaml', 'b.yaml'] })],
  [
    'a project that is taken',
    'apps: {x: {url: https://a.example/s.git, project: shop}}\ndiscover: [{url: https://git.example.com/ops/apps.git, pattern: "*/c"}]',
    bare('apps/shop'),
  ],
])(
  '%s is a mistake with its place; what was found before stays, and so does everything else',
  async (_what, text, newest) => {
    await expect(load(text, { newest, strict: true })).rejects.toThrow(/^harbormaster\.yml:\d+:\d+: /);
    const before = bare('apps/before');
    const { declared, troubles, undiscovered } = await load(text, { newest, kept: before });
    expect(declared).toContain('before');
    expect(troubles).toMatchObject([{ of: `discover[0] (${url})`, code: 'config-invalid' }]);
    expect(undiscovered).toEqual([]);
  },
);

test('a failed look is no empty list: what was found last stays, and without any the rest is used and said to be less', async () => {
  const down = new HarborError('git.example.com does not answer', { code: 'source-unreachable' });
  const text = entry().replace('apps: {}', 'apps: {own: {url: https://a.example/x.git}}');
  const known = await load(text, { newest: down, kept: bare('apps/shop') });
  expect(known).toMatchObject({
    declared: ['own', 'shop'],
    undiscovered: [],
    troubles: [{ code: 'source-unreachable' }],
  });
  const unknown = await load(text, { newest: down });
  expect(unknown).toMatchObject({ declared: ['own'], undiscovered: [`discover[0] (${url})`] });
  await expect(load(text, { newest: down, strict: true })).rejects.toThrow('does not answer');
  // While an empty answer is one.
  expect(await load(text, { newest: bare(), kept: bare('apps/shop') })).toMatchObject({
    declared: ['own'],
    troubles: [],
  });
});

test('one place that is wrong keeps nothing from the others', async () => {
  const text = `apps: {}\ndiscover:\n  - {url: ${url}, pattern: "a/*/c"}\n  - {url: ${url}, pattern: "b/*/c"}\n`;
  const { declared, troubles } = await load(text, { newest: [bare('a/one'), bare('b/x y')] });
  expect(declared).toEqual(['one']);
  expect(troubles.map(({ of }) => of)).toEqual([`discover[1] (${url})`]);
});

test('mistakes in an entry are those of the configuration, and Git is not asked', async () => {
  const newest = new HarborError('Git was asked', { code: 'bug' });
  for (const [more, words] of [
    ['    brunch: x\n', 'discover[0].brunch: unknown key'],
    ['    path: x\n', 'discover[0].path:'],
    ['    branch: a\n    tag: b\n', 'discover[0].tag: cannot stand beside `branch`'],
    ['    token: abc\n', 'must not be written here'],
    ['    name: fixed\n', 'must hold {folder}, {parent} or {path}'],
    ['    exclude: ../x\n', 'must be a relative path inside the repository'],
    ['    apps: {shop: {url: https://a.example/x.git}}\n', 'discover[0].apps.shop.url:'],
  ] as const)
    await expect(load(entry(more), { newest })).rejects.toThrow(words);
});

test('an entry for other hosts is looked at by them, and what it reads need not be here', async () => {
  const text = `apps: {}\ndiscover:\n  - {url: ${url}, pattern: "x/*/c", hosts: db-*, token: "\${NOT_HERE}"}\n  - {url: ${url}, pattern: "y/*/c"}\n`;
  const { asked, declared } = await load(text, { newest: [bare('x/far'), bare('y/near')] });
  expect(asked.map(({ of }) => of)).toEqual(['discover[1]']);
  expect(declared).toEqual(['near']);
});

test('windows, notifiers and orders may name apps that come and go', async () => {
  const text = `${entry()}windows: [{name: w, kind: deny, cron: "0 0 1 1 *", duration: 1h, time_zone: UTC, apps: [shop]}]
notifiers: [{type: bell, url: https://a.example, apps: [shop]}]
`;
  expect((await load(text, { newest: bare('apps/shop') })).apps[0]?.windows).toHaveLength(1);
  expect((await load(text, { newest: bare() })).declared).toEqual([]);
});

test('a tag, a shared repository and secrets hold for all that are found', async () => {
  const text = `repositories: {r: {url: ${url}, token: "\${TOKEN}"}}
apps: {}
discover: [{repository: r, tag: ^1, pattern: "*/c", environment: {P: "\${P}"}}]`;
  const { apps, asked, secrets } = await load(text, {
    newest: bare('a/shop'),
    environment: { TOKEN: 'tok-4711', P: 'pw-4711' },
  });
  expect(asked[0]).toMatchObject({
    ref: { kind: 'range', name: '^1' },
    repository: { credentials: { kind: 'token' } },
  });
  expect(apps[0]).toMatchObject({ ref: { kind: 'range' }, repository: { id: asked[0]?.repository.id } });
  expect(String(apps[0]?.environment['P'])).toBe('***');
  expect(secrets).toEqual(expect.arrayContaining(['tok-4711', 'pw-4711']));
});
