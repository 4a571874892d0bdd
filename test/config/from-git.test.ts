import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FromOptions, loadConfig } from '../../src/config/load.ts';
import { HarborError } from '../../src/errors.ts';
import type { ConfigurationSource, ConfigurationText } from '../../src/model/configuration.ts';
import { revision } from '../cli/builders.ts';
import { catalogues, type Loader, testLoader } from './rig.ts';

const url = 'https://git.example.com/ops/hosts.git';
const commit = '8f3c1d0e5b7a49f26c1e0d9b8a7f6e5d4c3b2a19';
const text = (content: string, of = commit): ConfigurationText => ({
  text: content,
  revision: revision({ repository: url, commit: of }),
});

interface Given {
  readonly own?: string;
  readonly newest?: string | HarborError;
  readonly kept?: string;
  readonly from?: FromOptions;
  readonly strict?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const ownFrom = `config: {host: web-1, from: {url: ${url}}}\n`;
const shared = 'apps: {shop: {url: https://a.example/shop.git}}\n';
const runsPrograms = [{ ...catalogues.notifiers[0], type: 'bell', runsPrograms: true }, catalogues.notifiers[1]];

/** What a host has in force whose own file is `own`, while Git has `newest` and had `kept`. */
async function loaded(loader: Loader, { own = ownFrom, newest = shared, kept, ...rest }: Given) {
  const { files = {}, from, strict = false, environment = {} } = rest;
  if (own !== '') await writeFile(loader.file, own);
  for (const [path, content] of Object.entries(files)) await writeFile(join(loader.folder, path), content);
  const asked: ConfigurationSource[] = [];
  const older = kept === undefined ? undefined : text(kept, '0'.repeat(40));
  const config = await loadConfig({
    file: loader.file,
    host: 'machine',
    environment,
    catalogues: { ...catalogues, notifiers: runsPrograms as typeof catalogues.notifiers },
    from,
    strict,
    git: {
      text: async (source) => {
        asked.push(source);
        return { newest: newest instanceof HarborError ? newest : text(newest), kept: older };
      },
      folders: () => Promise.reject(new Error('nothing is to be found in this test')),
    },
  });
  return { ...config, asked };
}

async function load(given: Given) {
  await using loader = await testLoader();
  return await loaded(loader, given);
}

const fault = async (given: Given): Promise<string> => {
  await using loader = await testLoader();
  const error: unknown = await loaded(loader, given).catch((caught: unknown) => caught);
  if (!(error instanceof HarborError)) throw new Error('it loads');
  return error.message.replaceAll(`${loader.folder}/`, '').replaceAll(loader.folder, '.');
};

test('the host says where, the repository what', async () => {
  const config = await load({});
  expect(config).toMatchObject({
    host: 'web-1',
    declared: ['shop'],
    origin: { revision: { repository: url, commit }, path: 'harbormaster.yml' },
    source: { ref: { kind: 'branch', name: 'main' }, path: 'harbormaster.yml', interval: 60_000 },
    troubles: [],
  });
  expect(config.asked).toHaveLength(1);
});

test('what the host says itself is stronger, key by key; its windows and notifiers come on top', async () => {
  const window = (name: string) => `{name: ${name}, kind: deny, cron: "0 0 1 1 *", duration: 1h, time_zone: UTC}`;
  const config = await load({
    own: `${ownFrom.replace('from:', 'removal_guard: 7, from:')}
windows: [${window('ours')}]
apps: {shop: {deploy: manual, allow: {privileged: [agent]}}, extra: {url: https://a.example/x.git}}`,
    newest: `config: {removal_guard: 3, keep_releases: 9}
windows: [${window('theirs')}]
apps: {shop: {url: https://a.example/shop.git, deploy: auto, branch: next}}`,
  });
  expect(config).toMatchObject({ removalGuard: 7, keepReleases: 9, declared: ['shop', 'extra'] });
  expect(config.windows.map(({ name }) => name)).toEqual(['theirs', 'ours']);
  expect(config.apps[0]).toMatchObject({
    deploy: 'manual',
    ref: { name: 'next' },
    policy: { own: { privileged: ['agent'] } },
  });
});

test('a mistake is told with repository, commit, path, line and column; what is missing, of the shared file', async () => {
  expect(await fault({ newest: 'apps:\n  shop: {url: https://a.example/s.git, brunch: x}\n' })).toBe(
    `${url}@8f3c1d0e5b7a:harbormaster.yml:2:40: apps.shop.brunch: unknown key; did you mean "branch"?`,
  );
  expect(await fault({ newest: 'defaults: {}\n' })).toContain(
    `${url}@8f3c1d0e5b7a:harbormaster.yml:1:1: apps: is missing`,
  );
  expect(await fault({ own: `${ownFrom}apps: {shop: {deploy: later}}\n` })).toMatch(
    /^harbormaster\.yml:2:15: apps\.shop\.deploy/,
  );
  expect(await fault({ newest: '' })).toContain('harbormaster.yml:1:1: holds no configuration');
});

test('secrets come from this host: its variables, and its files below the folder of its own file', async () => {
  const config = await load({
    newest: `apps: {shop: {url: https://a.example/s.git, environment: {A: "\${A}", B: "\${file:pw}"}, environment_file: s.env}}`,
    files: { pw: 'from here', 's.env': 'C=env' },
    environment: { A: 'ours' },
  });
  expect(Object.entries(config.apps[0]?.environment ?? {}).map(([key, value]) => [key, String(value)])).toEqual([
    ['C', '***'],
    ['A', '***'],
    ['B', '***'],
  ]);
  expect(config.secrets).toEqual(expect.arrayContaining(['ours', 'from here', 'env']));
});

const within =
  'and a repository may name only what is below .; add its folder to config.from.files in harbormaster.yml';

test.each([
  [
    'environment: {A: "${file:/etc/shadow}"}',
    `apps.shop.environment.A: names the file /etc/shadow of this host, ${within}`,
  ],
  ['environment: {A: "${file:../x}"}', `apps.shop.environment.A: names the file ../x of this host, ${within}`],
  ['environment_file: /root/.env', `apps.shop.environment_file: names the file /root/.env of this host, ${within}`],
  ['environment_file: "${NAME}"', `apps.shop.environment_file: names a file of this host, ${within}`],
  [
    'verify: {allowed_signers: /tmp/signers}',
    `apps.shop.verify.allowed_signers: names the file /tmp/signers of this host, ${within}`,
  ],
])('it names no other file of the host: %s', async (line, words) => {
  const message = await fault({
    newest: `apps:\n  shop:\n    url: https://a.example/s.git\n    ${line}\n`,
    environment: { NAME: '/etc/passwd' },
  });
  expect(message).toContain(words);
  expect(message).not.toContain('passwd');
});

test('what it may not name is not read: not even the names in it are told', async () => {
  await using loader = await testLoader();
  const message = await loaded(loader, {
    own: `config: {from: {url: ${url}, files: [/nowhere]}}\n`,
    newest: 'apps: {shop: {url: https://a.example/s.git, environment_file: secret.env}}',
    files: { 'secret.env': 'TELLING_NAME="open' },
  }).catch((error: Error) => error.message);
  expect(message).toContain('names the file secret.env');
  expect(message).not.toContain('TELLING_NAME');
});

test.each([
  ['apps: {shop: {url: /srv/git/shop.git}}', 'apps.shop.url: names the file /srv/git/shop.git'],
  ['apps: {shop: {url: "file:///srv/git%2Fshop.git"}}', 'apps.shop.url: names the file /srv/git/shop.git'],
  [
    'apps: {shop: {url: "git@a.example:s.git", ssh_key: /root/key, known_hosts: /k}}',
    'apps.shop.ssh_key: names the file /root/key',
  ],
  [
    'repositories: {r: {url: "https://a.example/s.git", certificate_authority: /ca}}\napps: {s: {repository: r}}',
    'repositories.r.certificate_authority: names',
  ],
  ['defaults: {environment_file: /e}\napps: {}', 'defaults.environment_file: names the file /e'],
  ['policy: {preset: trusted}\napps: {}', 'policy: is what this host lets its apps do, which a repository may not say'],
  ['config: {host: db}\napps: {}', 'config.host: is a matter of each host; it belongs in'],
  [`config: {from: {url: ${url}}}\napps: {}`, 'config.from: is a matter of each host'],
  [
    'apps: {shop: {url: https://a.example/s.git, allow: {privileged: [web]}}}',
    'apps.shop.allow: says what the app may ask of this host, which a repository may not',
  ],
  [
    'apps: {}\nnotifiers: [{type: bell, url: https://a.example}]',
    'notifiers[0]: runs a program on this host, which a repository may not say',
  ],
])('it does not say what only the host may say: %s', async (newest, words) => {
  expect(await fault({ newest })).toContain(words);
});

test('unless the host lets it; and what is for other hosts is no matter here', async () => {
  const from = (more: string) => `config: {host: web-1, from: {url: ${url}, ${more}}}\n`;
  const newest = `apps: {shop: {url: https://a.example/s.git, allow: {privileged: [web]}, environment_file: /etc/hostname}}
notifiers: [{type: bell, url: https://a.example}]`;
  const config = await load({
    own: from('may: [allow, commands], files: [/etc]'),
    newest: newest.replace('/etc/hostname', '/etc/../etc/os-release'),
  });
  expect(config.apps[0]?.policy.own.privileged).toEqual(['web']);
  const far = `apps: {far: {url: /srv/far.git, hosts: db, allow: {privileged: [web]}, environment_file: /nowhere}}`;
  expect((await load({ newest: far })).elsewhere).toEqual({ far: ['db'] });
});

test('a newest one that is wrong, or cannot be had, leaves the last good one in force, which says why', async () => {
  const broken = await load({ newest: 'apps: {shop: {}}\n', kept: shared });
  expect(broken).toMatchObject({
    declared: ['shop'],
    origin: { revision: { commit: '0'.repeat(40) } },
    troubles: [
      {
        of: 'configuration',
        code: 'config-invalid',
        message: expect.stringContaining('@8f3c1d0e5b7a:harbormaster.yml:1:8: apps.shop: has no repository'),
      },
    ],
  });
  const down = new HarborError('git.example.com does not answer', { code: 'source-unreachable', hint: 'Is it up?' });
  expect(await load({ newest: down, kept: shared })).toMatchObject({
    declared: ['shop'],
    troubles: [{ code: 'source-unreachable', hint: 'Is it up?' }],
  });
  expect(await fault({ newest: down })).toBe('git.example.com does not answer');
  expect(await fault({ newest: 'apps: {shop: {}}\n', kept: shared, strict: true })).toContain('has no repository');
  // What is wrong with the host's own file is not put right by an older commit.
  expect(await fault({ own: `${ownFrom}windows: 7\n`, kept: shared })).toContain('harbormaster.yml:2:1: windows');
});

const values = (more: Readonly<Record<string, string>> = {}): FromOptions => ({
  values: { url, ...more },
  names: {
    url: '--config-repo',
    ...Object.fromEntries(Object.keys(more).map((key) => [key, `--config-${key.replaceAll('_', '-')}`])),
  },
  ownIsChosen: false,
});

test('the command line says it all for a host without a file of its own', async () => {
  await using loader = await testLoader();
  const token = join(loader.folder, 'token');
  await writeFile(token, 'tok-4711\n');
  const config = await loaded(loader, {
    own: '',
    from: values({ branch: 'next', path: 'a$b/hosts.yml', interval: '5s', token_file: token, username: 'deploy' }),
  });
  expect(config.asked).toMatchObject([
    {
      ref: { name: 'next' },
      path: 'a$b/hosts.yml',
      interval: 5_000,
      repository: { credentials: { kind: 'token', username: 'deploy' } },
    },
  ]);
  expect(config.secrets).toContain('tok-4711');
  expect(config.origin.file).toBeUndefined();
  expect(config.files).toEqual([loader.file, token]);
});

test('a mistake on the command line is told by its option, and it stands beside no other repository', async () => {
  expect(await fault({ own: '', from: values({ branch: 'a..b' }) })).toBe(
    '--config-branch: config.from.branch: must be a branch name as Git knows it, without refs/ before it, not "a..b"',
  );
  expect(await fault({ own: '', from: values({ token_file: '/nowhere' }) })).toContain(
    '--config-token-file: config.from.token: reads the file /nowhere, which does not exist',
  );
  expect(await fault({ from: values() })).toContain('config.from: cannot stand beside --config-repo; keep one of them');
  expect(await fault({ own: '', from: { ...values(), ownIsChosen: true } })).toContain('there is no configuration at');
});

test('mistakes in `config` of the host are told before Git is asked', async () => {
  const git = new HarborError('Git was asked', { code: 'bug' });
  for (const [own, words] of [
    [`config: {from: {url: ${url}, token: abc}}`, 'must not be written here'],
    [`config: {from: {url: ${url}, branch: a, tag: b}}`, 'config.from.tag: cannot stand beside `branch`'],
    [`config: {from: {branch: a}}`, 'config.from.url: is missing'],
    [`config: {from: {url: ${url}, verify: {allowed_signers: /nowhere}}}`, 'which does not exist'],
    [`config: {from: {url: ${url}, ssh_key: k}}`, 'is for ssh URLs only'],
    [`config: {from: {url: ${url}, files: [etc]}}`, 'must be the absolute path of a folder'],
  ] as const)
    expect(await fault({ own, newest: git })).toContain(words);
});
