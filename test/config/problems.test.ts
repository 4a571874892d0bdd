import { describe, expect, test } from 'vitest';
import { problems } from './rig.ts';

const web = (lines: string): string =>
  `apps:\n  web:\n    url: https://a.example/x.git\n    ${lines.replaceAll('\n', '\n    ')}\n`;

test('all mistakes are told at once, in the order of the file, each with its place and what would be right', async () => {
  const text = `\
config:
  prune: yes
  keep_release: 3
  image_interval: 15
  log_level: verbose
repositories:
  infra:
    url: https://bob:s3cret@git.example.com/x.git
    token: abc
apps:
  web:
    url: https://git.example.com/web.git
    brunch: main
    branch: -evil
    tag: v1
    interval: "30"
    compose_config: [docker-compose.yml, 5]
    environment:
      COMPOSE_FILE: x
      A: [1]
    env_file: x.env
    deadline: 3m
    enabled: no
    ssh_key: k
  Web:
    repository: infre
    path: ../x
    replacements: {}
  "my app":
    url: github.com/foo/bar
  empty:
  shop:
    url: git@x.example.com:a/b.git
    environment_file: nope.env
    username: bob
    strategy: rollin
  shop:
    url: 5
notifiers:
  - type: bel
  - url: x
  - type: bell
    url: nope
    secret: short
    apps: [wob]
    on: []
  - 3
web2:
  url: x
`;
  expect((await problems(text)).replace(/\/\S*nope\.env/, 'nope.env')).toMatchInlineSnapshot(`
    "harbormaster.yml:2:3: config.prune: must be true or false, not "yes"; YAML reads this as text: write true
    harbormaster.yml:3:3: config.keep_release: unknown key; did you mean "keep_releases"?
    harbormaster.yml:4:3: config.image_interval: must be a duration such as 30s, 5m, 2h or 1d, not 15; the unit is missing
    harbormaster.yml:5:3: config.log_level: must be one of debug, info, warn, error, not "verbose"
    harbormaster.yml:8:5: repositories.infra.url: must not hold credentials, which would end up in logs: put \`username: NAME\` and \`token: \${GIT_TOKEN}\` beside it; write \`url: https://git.example.com/x.git\`
    harbormaster.yml:9:5: repositories.infra.token: must not be written here; take it from the environment (\`\${GIT_TOKEN}\`) or from a file (\`\${file:PATH}\`)
    harbormaster.yml:13:5: apps.web.brunch: unknown key; did you mean "branch"?
    harbormaster.yml:14:5: apps.web.branch: must be a branch name as Git knows it, without refs/ before it, not "-evil"
    harbormaster.yml:15:5: apps.web.tag: cannot stand beside \`branch\`; keep one of them
    harbormaster.yml:16:5: apps.web.interval: must be a duration such as 30s, 5m, 2h or 1d, not "30"; the unit is missing
    harbormaster.yml:17:42: apps.web.compose_config[1]: must be a relative path inside the repository, without "..", not 5
    harbormaster.yml:19:7: apps.web.environment.COMPOSE_FILE: steers Compose itself; use the key \`compose_config\` of the app
    harbormaster.yml:20:7: apps.web.environment.A: must be text, a number, true or false, not a list; nothing at all takes a default away
    harbormaster.yml:21:5: apps.web.env_file: unknown key; here it is called "environment_file"
    harbormaster.yml:22:5: apps.web.deadline: unknown key; it belongs in \`health\` of an app
    harbormaster.yml:23:5: apps.web.enabled: must be true or false, not "no"; YAML reads this as text: write false
    harbormaster.yml:24:5: apps.web.ssh_key: is for ssh URLs only, and this \`url\` is none
    harbormaster.yml:25:3: apps.Web: has the same Compose project as the app "web"; give one of them another with \`project\`
    harbormaster.yml:26:5: apps.Web.repository: must be a name from \`repositories\`; did you mean "infra"?
    harbormaster.yml:27:5: apps.Web.path: must be a relative path inside the repository, without "..", not "../x"
    harbormaster.yml:28:5: apps.Web.replacements: is not supported any more; write \${NAME} in the compose file and NAME under \`environment\`
    harbormaster.yml:29:3: apps."my app": is no name for an app: take letters, digits, "-", "_" and ".", with a letter or digit first, 63 at most
    harbormaster.yml:31:3: apps.empty: is empty; it must be a map of settings, at least \`url: https://…\`
    harbormaster.yml:34:23: apps.shop.environment_file: names the file nope.env, which does not exist
    harbormaster.yml:35:5: apps.shop.username: is for https URLs only, and this \`url\` is none
    harbormaster.yml:35:5: apps.shop.username: needs a \`token\` beside it, such as \`token: \${GIT_TOKEN}\`
    harbormaster.yml:36:5: apps.shop.strategy: must be recreate or rolling, not "rollin"
    harbormaster.yml:37:3: apps.shop: is there twice: first in line 32; keep one
    harbormaster.yml:40:5: notifiers[0].type: must be bell or flag, not "bel"; did you mean "bell"?
    harbormaster.yml:41:5: notifiers[1].type: is missing; it must be bell or flag
    harbormaster.yml:43:5: notifiers[2].url: must be a URL such as https://example.com/hook
    harbormaster.yml:44:5: notifiers[2].secret: must have at least 8 characters
    harbormaster.yml:45:12: notifiers[2].apps[0]: must be the name of an app; did you mean "web"?
    harbormaster.yml:46:5: notifiers[2].on: must not be an empty list; leave the key out instead
    harbormaster.yml:47:5: notifiers[3]: must be a map of keys and values
    harbormaster.yml:48:1: web2: unknown key; if it is an app, indent it below \`apps:\`"
  `);
});

describe('unknown keys', () => {
  test.each([
    ['brunch: main', 'did you mean "branch"?'],
    ['composeConfig: x.yml', 'did you mean "compose_config"?'],
    ['environmnet: {}', 'did you mean "environment"?'],
    ['repo: infra', 'here it is called "url" or "repository"'],
    ['self_heal: true', 'here it is called "drift"'],
    ['auto_deploy: true', 'here it is called "deploy"'],
    ['rollback: true', 'here it is called "on_failure"'],
    ['env_file: .env', 'here it is called "environment_file"'],
    ['timeout: 5m', 'known here: url, repository, branch'],
    ['health: {timeout: 5m}', 'here it is called "deadline"'],
    ['min_ready: 5s', 'it belongs in `health` of an app'],
    ['privileged: [a]', 'it belongs in `allow` of an app'],
    ['prune: true', 'it belongs in `config`'],
    ['stale_after: 60s', '`stale_after` (60s) must be longer than `interval` (60s)'],
    ['notifiers: []', 'it stands at the top of the file'],
    ['manage_volumes: true', 'mount ${HM_DATA_DIR}'],
    ['compose_filename: x.yml', 'it is called "compose_config"'],
    ['"\\e[31m": 1', 'apps.web."\\u001b[31m": unknown key'],
  ])('%s', async (line, text) => {
    expect(await problems(web(line))).toContain(text);
  });

  test('a key that cannot have a default says so', async () => {
    expect(await problems('defaults: {token: "${T:-x}", allow: {}}\napps: {}')).toBe(
      [
        'harbormaster.yml:1:12: defaults.token: cannot have a default; write it at each app that needs it',
        'harbormaster.yml:1:30: defaults.allow: cannot have a default; what holds for every app stands in `policy`, at the top of the file',
      ].join('\n'),
    );
  });

  test.each(['__proto__', 'constructor', 'prototype'])('%s cannot be a key anywhere', async (name) => {
    expect(await problems(`apps: {${name}: {url: https://a.example/x.git}}`)).toContain(`"${name}" cannot be a key`);
    expect(await problems(web(`environment: {${name}: x}`))).toContain(`"${name}" cannot be a key`);
  });
});

describe('values', () => {
  test.each([
    ['interval: 30', 'must be a duration such as 30s, 5m, 2h or 1d, not 30; the unit is missing'],
    ['interval: 5 minutes', 'must be a duration such as 30s, 5m, 2h or 1d, not "5 minutes"'],
    ['interval: 0s', 'must be at least 1s'],
    ['interval: 21d', 'must be at most 20d'],
    ['interval: {}', 'must be a duration such as 30s, 5m, 2h or 1d, not a map'],
    ['branch: 1.10', 'must be a branch name as Git knows it, without refs/ before it, not 1.10'],
    ['branch: refs/heads/main', 'without refs/ before it'],
    ['branch: a..b', 'must be a branch name'],
    ['branch: "a b"', 'must be a branch name'],
    ['branch: "a\\u0007"', 'not "a\\u0007"'],
    ['branch:', 'is empty; it must be a branch name'],
    ['commit: 8f3c1d0', 'must be a full commit id'],
    ['commit: 1234567890123456789012345678901234567890', 'in quotes if they are all numbers'],
    ['path: /etc', 'a relative path inside the repository'],
    ['path: a/../..', 'a relative path inside the repository'],
    ['path: ./-x', 'a relative path inside the repository'],
    ['compose_config: ../x.yml', 'a relative path inside the repository'],
    ['compose_config: []', 'must not be an empty list; leave the key out instead'],
    ['compose_config: {}', 'must be the name of a compose file, or a list of names, not a map'],
    ['hosts: []', 'must not be an empty list'],
    ['submodules: on', 'must be true or false, not "on"; YAML reads this as text: write true'],
    ['unset_variables: ignore', 'must be error or warn, not "ignore"'],
    ['deploy: manually', 'must be one of auto, approve, manual, not "manually"'],
    ['deploy: false', 'must be one of auto, approve, manual, not false'],
    ['drift: off', 'must be one of ignore, report, correct, not "off"'],
    ['drift: false', 'must be one of ignore, report, correct, not false'],
    ['drift:', 'is empty; it must be one of ignore, report, correct'],
    ['on_failure: [rollback]', 'must be one of rollback, hold, leave, not a list'],
    ['project: My App', 'must be a Compose project name'],
    ['allow: {host_binds: [data]}', 'must be an absolute path on the host'],
    ['allow: {host_binds: [/a/../etc]}', 'must be an absolute path on the host'],
    ['allow: {privileged: true}', 'must be a list, not true'],
    ['environment: [A=1]', 'must be a map such as `NAME: value`, not a list'],
    ['environment: {"A B": 1}', 'is no name for a variable'],
    ['environment: {HM_DATA_DIR: /x}', 'is set by Harbormaster itself'],
    ['environment: {COMPOSE_PROJECT_NAME: x}', 'use the key `project` of the app'],
    ['environment: {COMPOSE_PARALLEL_LIMIT: 3}', 'steers Compose itself'],
    ['health: {deadline: 5s}', '`min_ready` must be shorter than `deadline`'],
    ['branch: a\ntag: b\ncommit: c', 'apps.web.commit: cannot stand beside `branch`'],
    ['repository: x', 'cannot stand beside `url`'],
    ['username: bob', 'needs a `token` beside it'],
    ['token: abc', 'must not be written here'],
    ['known_hosts: x', 'is for ssh URLs only'],
  ])('%s', async (lines, text) => {
    expect(await problems(web(lines))).toContain(text);
  });
});

test('a policy that does not exist is told where it stands, in `defaults` as in an app', async () => {
  const text = `\
defaults:
  drift: off
  on_failure: no
apps:
  web: {url: https://a.example/x.git, deploy: manually}
`;
  expect(await problems(text)).toBe(
    [
      'harbormaster.yml:2:3: defaults.drift: must be one of ignore, report, correct, not "off"',
      'harbormaster.yml:3:3: defaults.on_failure: must be one of rollback, hold, leave, not "no"',
      'harbormaster.yml:5:39: apps.web.deploy: must be one of auto, approve, manual, not "manually"',
    ].join('\n'),
  );
});

describe('urls', () => {
  const say = async (url: string) =>
    (await problems(`apps: {web: {url: ${JSON.stringify(url)}}}`)).split('apps.web.url: ')[1];

  test('credentials are refused with the line to write instead', async () => {
    expect(await say('https://bob:s3cret@git.example.com/x.git')).toBe(
      'must not hold credentials, which would end up in logs: put `username: NAME` and `token: ${GIT_TOKEN}` beside it; write `url: https://git.example.com/x.git`',
    );
  });

  test.each([
    ['', 'must be a Git URL'],
    ['--upload-pack=x', 'must be a Git URL'],
    ['ext::sh -c id', 'must not hold blanks'],
    ['git://a.example/x', 'must start with https://'],
    ['https://a.example/x?a=b', 'must not have a ?query'],
    ['file://elsewhere/x', 'must be a Git URL'],
    ['ext::sh', 'must not name a remote helper'],
    ['ftp://a.example/x', 'must start with https://'],
    ['https://', 'must be a Git URL'],
    ['https://a.example', 'the path after the host is missing'],
    ['https://token@a.example/x', 'must not hold credentials'],
    ['ssh://git:pw@a.example/x', '`ssh_key: FILE`'],
    ['ssh://-oProxyCommand=x/y', 'must be a Git URL'],
    ['ssh://-x@a.example/y', 'must be a Git URL'],
    ['git:pw@a.example:x', 'must not hold a password'],
    ['-x@a.example:y', 'must be a Git URL'],
    ['git@-x:y', 'must be a Git URL'],
    ['git@a.example:-y', 'must be a Git URL'],
    ['https://a.example/x#main', 'name the branch with `branch`'],
    ['github.com/a/b', 'the scheme is missing; write `url: https://github.com/a/b`'],
    ['../x.git', 'must be a Git URL'],
    ['/srv/../x.git', 'must be a Git URL'],
    [`https://a.example/${'x'.repeat(3000)}`, 'must be a Git URL'],
  ])('%s', async (url, text) => {
    expect(await say(url)).toContain(text);
  });

  test.each([
    'https://a.example/x',
    'http://127.0.0.1:8080/x.git',
    'https://[::1]:443/x',
    'ssh://git@a.example:2222/x',
    'git@a.example:x/y.git',
    'a.example:x',
    'file:///srv/x.git',
    '/srv/x.git',
  ])('%s is one', async (url) => {
    await expect(problems(`apps: {web: {url: ${JSON.stringify(url)}}}`)).rejects.toThrow('loads');
  });
});

describe('what one key demands of another', () => {
  test('an app needs a repository', async () => {
    expect(await problems('apps: {web: {branch: main}}')).toBe(
      'harbormaster.yml:1:8: apps.web: has no repository; add `url: https://…`, or `repository: NAME` with a name from `repositories`',
    );
  });

  test('credentials of a shared repository stand with it', async () => {
    const text =
      'repositories: {infra: {url: https://a.example/x.git}}\ndefaults: {repository: infra}\napps: {web: {token: "${T:-x}"}}';
    expect(await problems(text)).toContain('apps.web.token: belongs beside the url it is for, in `repositories.infra`');
  });

  test('two apps on one project are refused, both named', async () => {
    const url = 'url: https://a.example/x.git';
    expect(await problems(`apps:\n  Shop: {${url}}\n  shop: {${url}}\n  other: {${url}, project: shop}\n`)).toBe(
      [
        'harbormaster.yml:3:3: apps.shop: has the same Compose project as the app "Shop"; give one of them another with `project`',
        'harbormaster.yml:4:41: apps.other.project: has the same Compose project as the app "Shop"; give one of them another with `project`',
      ].join('\n'),
    );
  });

  test('on different hosts they may share one', async () => {
    const text =
      'apps: {a: {url: https://a.example/x.git, project: x, hosts: web-1}, b: {url: https://a.example/x.git, project: x, hosts: web-2}}';
    await expect(problems(text)).rejects.toThrow('loads');
  });

  test('a notifier must name apps that exist', async () => {
    expect(await problems(`${web('')}notifiers: [{type: flag, colours: [red], apps: [wbe]}]`)).toContain(
      'notifiers[0].apps[0]: must be the name of an app; did you mean "web"?',
    );
  });
});

test('options of a notifier are as strict as the rest', async () => {
  expect(
    await problems(
      'apps: {}\nnotifiers: [{type: flag, colours: [red], colour: red}, {type: bell, url: https://a.example, colours: []}]',
    ),
  ).toBe(
    [
      'harbormaster.yml:2:42: notifiers[0].colour: unknown key; did you mean "colours"?',
      'harbormaster.yml:2:93: notifiers[1].colours: unknown key; known here: url, secret, type, name, on, severity, apps',
    ].join('\n'),
  );
});

test('a hundred mistakes are enough at once', async () => {
  const text = `apps:\n${Array.from({ length: 150 }, (_, index) => `  a${index}: {}\n`).join('')}`;
  const lines = (await problems(text)).split('\n');
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe('… and 50 more');
});
