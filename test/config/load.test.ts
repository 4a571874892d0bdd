import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { policyOf } from '../../src/core/policy.ts';
import { reveal, Secret } from '../../src/model/secret.ts';
import { catalogues, load, loadApp, problems, testLoader } from './rig.ts';

const revealed = (environment: Readonly<Record<string, string | Secret>>) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, reveal(value)]));

describe('the original Harbormaster', () => {
  const original = `\
config:
  prune: true
apps:
  myapp:
    url: https://github.com/someuser/somerepo.git
    branch: main
    environment:
      FOO: bar
      MYVAR: 1
    environment_file: "somefile.txt"
  otherapp:
    url: https://gitlab.com/otheruser/otherrepo.git
    compose_config:
      - apps/other/docker-compose.yml
      - docker-compose.harbormaster.yml
    environment_file: "somefile.yml"
  oldapp:
    enabled: false
    url: https://gitlab.com/otheruser/otherrepo.git
`;
  const files = { 'somefile.txt': 'FOO=weaker\nSECRET=a=b\n', 'somefile.yml': 'A: "1"\nB: two\n' };

  test('its configuration loads as it is', async () => {
    const { prune, apps, declared } = await load(original, { files });
    expect(prune).toBe(true);
    expect(declared).toEqual(['myapp', 'otherapp', 'oldapp']);
    expect(apps.map(({ name, ref }) => [name, ref.name])).toEqual([
      ['myapp', 'main'],
      ['otherapp', 'master'],
    ]);
    expect(apps.map(({ environment }) => revealed(environment))).toEqual([
      { FOO: 'bar', MYVAR: '1', SECRET: 'a=b' },
      { A: '1', B: 'two' },
    ]);
  });

  test('relative paths start from the first compose file, as with docker compose -f', async () => {
    const { apps } = await load(original, { files });
    expect(apps[1]).toMatchObject({
      path: 'apps/other',
      composeFiles: ['docker-compose.yml', '../../docker-compose.harbormaster.yml'],
    });
  });

  test('an app keeps the project name that Compose made of its folder', async () => {
    const { apps } = await load('apps: {My.App_1: {url: https://a.example/x.git}}');
    expect(apps[0]).toMatchObject({ name: 'My.App_1', project: 'myapp_1' });
  });
});

describe('defaults', () => {
  test('an app needs no more than a url', async () => {
    expect(await loadApp('')).toEqual({
      name: 'web',
      project: 'web',
      repository: {
        id: expect.stringMatching(/^team-web-[0-9a-f]{12}$/),
        url: 'https://git.example.com/team/web.git',
        credentials: { kind: 'none' },
        certificateAuthority: undefined,
      },
      ref: { kind: 'branch', name: 'master' },
      path: '.',
      composeFiles: [],
      profiles: [],
      environment: {},
      unsetVariables: 'error',
      submodules: false,
      enabled: true,
      interval: 60_000,
      staleAfter: 3_600_000,
      health: { deadline: 120_000, minReady: 10_000 },
      strategy: 'recreate',
      deploy: 'auto',
      approval: { approvals: 1, notByAuthor: true, expiresAfter: 86_400_000 },
      drift: 'correct',
      onFailure: 'rollback',
      hooks: [],
      checks: [],
      onChange: {},
      policy: policyOf('apps.web.allow'),
      windows: [],
      dependsOn: [],
      removal: { onRemove: 'down', grace: 0 },
    });
  });

  test('the host has defaults of its own', async () => {
    expect(await load('apps: {}')).toMatchObject({
      host: 'web-1',
      apps: [],
      declared: [],
      notifiers: [],
      commitStatus: [],
      imageInterval: 900_000,
      keepReleases: 5,
      removalGuard: 1,
      prune: false,
      logLevel: 'info',
      secrets: [],
    });
  });

  test('`defaults` hold where the app says nothing, health and variables key by key', async () => {
    const { apps } = await load(`
defaults:
  branch: main
  interval: 5m
  strategy: rolling
  health: {deadline: 3m, min_ready: 1s}
  environment: {TZ: UTC, LEVEL: info, GONE: "1"}
apps:
  plain: {url: https://a.example/x.git}
  own:
    url: https://a.example/x.git
    tag: v1
    interval: 1h30m
    health: {deadline: 500s}
    environment: {LEVEL: debug, GONE: }
`);
    expect(apps).toMatchObject([
      {
        ref: { kind: 'branch', name: 'main' },
        interval: 300_000,
        strategy: 'rolling',
        environment: { TZ: 'UTC', LEVEL: 'info', GONE: '1' },
      },
      { ref: { kind: 'tag', name: 'v1' }, interval: 5_400_000, health: { deadline: 500_000, minReady: 1_000 } },
    ]);
    expect(apps[1]?.environment).toEqual({ TZ: 'UTC', LEVEL: 'debug' });
  });

  test('what becomes of new releases, of drift and of failures is said by the app, or else by `defaults`', async () => {
    const { apps } = await load(`
defaults: {deploy: manual, drift: report, on_failure: hold}
apps:
  plain: {url: https://a.example/x.git}
  own: {url: https://a.example/x.git, deploy: auto, drift: ignore, on_failure: leave}
  some: {url: https://a.example/x.git, drift: correct}
`);
    expect(apps.map(({ deploy, drift, onFailure }) => [deploy, drift, onFailure])).toEqual([
      ['manual', 'report', 'hold'],
      ['auto', 'ignore', 'leave'],
      ['manual', 'correct', 'hold'],
    ]);
  });

  test('what an approval must be like is merged key by key', async () => {
    const { apps } = await load(`
defaults: {deploy: approve, approval: {approvals: 2, expires_after: 2h}}
apps:
  plain: {url: https://a.example/x.git}
  own: {url: https://a.example/x.git, approval: {approvals: 3, not_by_author: false}}
`);
    expect(apps.map(({ deploy, approval }) => [deploy, approval])).toEqual([
      ['approve', { approvals: 2, notByAuthor: true, expiresAfter: 7_200_000 }],
      ['approve', { approvals: 3, notByAuthor: false, expiresAfter: 7_200_000 }],
    ]);
  });

  test('a `path` of its own keeps the compose files relative to it', async () => {
    expect(await loadApp('path: ./apps/web/\ncompose_config: deploy/compose.yml')).toMatchObject({
      path: 'apps/web',
      composeFiles: ['deploy/compose.yml'],
    });
  });
});

describe('an empty configuration is never "no apps"', () => {
  test.each([
    ['nothing', ''],
    ['comments', '# nothing\n'],
    ['a document mark', '---\n'],
    ['a byte order mark', '\ufeff'],
    ['no apps', 'config: {prune: true}\n'],
    ['apps without a value', 'apps:\n'],
    ['apps with null', 'apps: ~\n'],
    ['apps with commented-out entries', 'apps:\n  # web:\n'],
  ])('%s is refused, and `apps: {}` is named', async (_, text) => {
    expect(await problems(text)).toContain('write `apps: {}` if this host is meant to run no');
  });

  test('apps: {} means none', async () => {
    expect(await load('apps: {}')).toMatchObject({ apps: [], declared: [] });
  });
});

describe('hosts', () => {
  const text = `
apps:
  everywhere: {url: https://a.example/x.git}
  here: {url: https://a.example/x.git, hosts: "WEB-?"}
  there: {url: https://a.example/x.git, hosts: [db-*, cache]}
  asleep: {url: https://a.example/x.git, hosts: web-1, enabled: false}
`;

  test('an app runs on the hosts that it names; a disabled one is declared and not run', async () => {
    const { apps, declared } = await load(text);
    expect(apps.map(({ name }) => name)).toEqual(['everywhere', 'here']);
    expect(declared).toEqual(['everywhere', 'here', 'asleep']);
  });

  test('config.host counts before the name of the machine', async () => {
    const { host, declared } = await load(`config: {host: db-7}${text}`);
    expect({ host, declared }).toEqual({ host: 'db-7', declared: ['everywhere', 'there'] });
  });

  test('what begins with ! is left out, and a short name means a host by its full one', async () => {
    const apps = `
apps:
  short: {url: https://a.example/x.git, hosts: [web-*, "!web-3"]}
  long: {url: https://a.example/x.git, hosts: ["*.example.org", "!web-3.example.org"]}
  others: {url: https://a.example/x.git, hosts: "!web-*"}
`;
    const on = async (host: string) => (await load(apps, { host })).declared;
    expect(await on('web-1.example.org')).toEqual(['short', 'long']);
    expect(await on('web-3.example.org')).toEqual([]);
    expect(await on('db')).toEqual(['others']);
  });

  test('an app of other hosts is known by name, with the hosts that it is for', async () => {
    expect((await load(text)).elsewhere).toEqual({ there: ['db-*', 'cache'] });
    expect((await load(`defaults: {hosts: db-*}${text}`)).elsewhere).toEqual({
      everywhere: ['db-*'],
      there: ['db-*', 'cache'],
    });
  });

  test.each(['hosts: [web-*, !web-3]', 'hosts: !web-3'])('a ! without quotes is told as such: %s', async (line) => {
    expect(await problems(`apps: {web: {url: https://a.example/x.git, ${line}}}`)).toContain('needs quotes');
  });

  test('`defaults` say it for every app that does not', async () => {
    const { declared } = await load(`defaults: {hosts: db-*}${text}`);
    expect(declared).toEqual(['here', 'asleep']);
  });

  test('what only another host has need not exist here', async () => {
    const { apps } = await load(`
repositories:
  far: {url: https://a.example/x.git, token: "\${NOT_HERE}"}
apps:
  there:
    repository: far
    hosts: db-1
    branch: \${NOT_HERE}
    environment: {A: "\${file:not-here}"}
    environment_file: not-here.env
  asleep: {url: https://a.example/x.git, enabled: false, environment_file: not-here.env, branch: "\${NOT_HERE}"}
`);
    expect(apps).toEqual([]);
  });

  test('which host an app is for must be known everywhere: what seems to have left is removed', async () => {
    expect(await problems('apps: {web: {url: https://a.example/x.git, hosts: "${NOT_HERE}"}}')).toBe(
      'harbormaster.yml:1:51: apps.web.hosts: reads the variable NOT_HERE, which is not set; set it, or write ${NOT_HERE:-default}',
    );
  });

  test('mistakes in apps of other hosts are said here too', async () => {
    expect(await problems('apps: {web: {url: https://a.example/x.git, hosts: db-1, brunch: x}}')).toContain(
      'did you mean "branch"?',
    );
  });
});

describe('secrets', () => {
  test('what is interpolated into variables is a secret, and masked in whatever is printed', async () => {
    const app = await loadApp('environment: {PLAIN: x, MIXED: "a-${TOKEN}-b", FILE: "${file:deep/pw}"}', {
      environment: { TOKEN: 'tok-4711' },
      files: { 'deep/pw': 'hunter2!\r\n' },
    });
    expect(revealed(app.environment)).toEqual({ PLAIN: 'x', MIXED: 'a-tok-4711-b', FILE: 'hunter2!' });
    expect(app.environment['PLAIN']).toBe('x');
    expect(`${JSON.stringify(app)}${inspect(app, { depth: 9 })}`).not.toMatch(/4711|hunter2/);
  });

  test('every value of an environment file is a secret', async () => {
    const { apps, secrets } = await load(
      'apps: {web: {url: https://a.example/x.git, environment_file: [a.env, b.json]}}',
      {
        files: { 'a.env': 'A=from-file-a\nB=weaker\n', 'b.json': '{"B": "from-file-b", "N": 0.10}' },
      },
    );
    expect(Object.values(apps[0]?.environment ?? {}).every((value) => value instanceof Secret)).toBe(true);
    expect(revealed(apps[0]?.environment ?? {})).toEqual({ A: 'from-file-a', B: 'from-file-b', N: '0.10' });
    expect(secrets).toEqual(expect.arrayContaining(['from-file-a', 'from-file-b']));
  });

  test('the list for redaction has every interpolated value, but neither defaults nor the host', async () => {
    const { secrets, host } = await load(
      `
config: {host: "\${HOST}"}
apps: {web: {url: "https://\${FORGE}/x.git", branch: "\${BRANCH:-production}", environment: {K: "\${file:key}", ON: "\${ON}"}}}
notifiers: [{type: bell, url: https://a.example, secret: "\${BELL}"}]`,
      {
        environment: { FORGE: 'git.internal.example', BELL: 'ring-ring-ring', HOST: 'hidden-host', ON: 'true' },
        files: { key: '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n' },
      },
    );
    expect(host).toBe('hidden-host');
    expect(secrets).toEqual([
      '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----',
      'git.internal.example',
      'ring-ring-ring',
    ]);
  });

  test('no value of a secret is in any message', async () => {
    const text = `
repositories: {r: {url: "https://bob:pa55word@a.example/x.git", token: pa55word}}
apps:
  web:
    url: \${URL}
    token: [pa55word]
    branch: \${PW}
    interval: \${PW}
    environment: {A: [pa55word], B: {c: pa55word}}
    environment_file: [bad.env, bad.json]
    enabled: \${PW}
    path: /\${PW}
  hidden: {repository: "\${PW}", token: "\${PW}", environment_file: ["\${PW}", "\${PW}.json"], project: "\${PW}"}
  hidden2: {repository: "\${PW}", project: "\${PW}", url: "git@\${PW}:x"}
notifiers: [{type: bell, url: pa55word, secret: pa55}, {type: "\${PW}"}, {type: flag, colours: [pa55word]}]`;
    const message = await problems(text, {
      environment: { URL: 'https://x:y@a.example/pa55word.git', PW: '-pa55word' },
      files: {
        '-pa55word.json': '[]',
        'bad.env': 'pa55word\nA="pa55word\n',
        'bad.json': '{"a": ["pa55word"], "b": {}}',
      },
    });
    expect(message.split('\n').length).toBeGreaterThan(15);
    expect(message).not.toContain('pa55');
  });
});

describe('fingerprint', () => {
  test('changes with what the file says and with every file that it read', async () => {
    await using loader = await testLoader();
    const text = 'apps: {web: {url: https://a.example/x.git, environment_file: a.env, environment: {P: "${file:pw}"}}}';
    const first = await loader.load(text, { files: { 'a.env': 'A=1', pw: 'x' } });
    const again = await loader.load(`# the same\n${text}\n`);
    const others = [
      await loader.load(text.replace('x.git', 'y.git')),
      await loader.load(text, { files: { 'a.env': 'A=2' } }),
      await loader.load(text, { files: { 'a.env': 'A=1', pw: 'y' } }),
    ].map(({ fingerprint }) => fingerprint);
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(new Set([first.fingerprint, ...others]).size).toBe(4);
    expect(first.files.map((file) => file.slice(loader.folder.length + 1))).toEqual([
      'harbormaster.yml',
      'pw',
      'a.env',
    ]);
  });
});

describe('the file itself', () => {
  test('a missing one names the verb that writes it', async () => {
    await using loader = await testLoader();
    const attempt = loadConfig({ file: loader.file, host: 'h', environment: {}, catalogues });
    await expect(attempt).rejects.toMatchObject({
      code: 'config-missing',
      hint: expect.stringContaining('harbormaster init'),
    });
  });

  test.each([
    ['a folder', (folder: string) => folder, 'is not a regular file'],
    ['a device', () => '/dev/null', 'is not a regular file'],
  ])('%s is refused', async (_, fileOf, text) => {
    await using loader = await testLoader();
    const attempt = loadConfig({ file: fileOf(loader.folder), host: 'h', environment: {}, catalogues });
    await expect(attempt).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringContaining(text) });
  });

  test('too long a file is refused before it is parsed', async () => {
    expect(await problems(`apps: {}\n#${'x'.repeat(1024 * 1024)}`)).toContain('is larger than 1 MiB');
  });

  test('bytes that are no text are refused', async () => {
    expect(await problems(new Uint8Array([0x61, 0xff, 0xfe]))).toContain('is not UTF-8 text');
  });

  test('paths start from its folder, ~/ from the home folder', async () => {
    await using loader = await testLoader();
    const { apps } = await loader.load(
      'apps: {web: {url: "git@a.example:x/y.git", ssh_key: keys/k, known_hosts: ~/.ssh/known_hosts}}',
      { environment: { HOME: '/home/me' } },
    );
    expect(apps[0]?.repository.credentials).toEqual({
      kind: 'ssh',
      key: `${loader.folder}/keys/k`,
      knownHosts: '/home/me/.ssh/known_hosts',
    });
  });
});

test('notifiers keep their own options apart from the common keys', async () => {
  const { notifiers } = await load(`
apps: {web: {url: https://a.example/x.git}}
notifiers:
  - {type: bell, url: https://bell.example/ring}
  - {type: flag, colours: [red], on: [blocked], apps: [web]}`);
  expect(notifiers).toEqual([
    {
      type: 'bell',
      on: ['failed', 'blocked', 'drifted', 'stale', 'recovered'],
      severity: 'info',
      apps: [],
      options: { url: 'https://bell.example/ring' },
    },
    { type: 'flag', on: ['blocked'], severity: 'info', apps: ['web'], options: { colours: ['red'] } },
  ]);
});

test('an option that a notifier takes as a secret is one, however it was written', async () => {
  const { notifiers, secrets } = await load(
    'apps: {}\nnotifiers: [{type: bell, url: https://a.example, secret: plainly-written}]',
  );
  expect(inspect(notifiers, { depth: 9 })).not.toContain('plainly-written');
  expect(notifiers[0]?.options['secret']).toBeInstanceOf(Secret);
  expect(notifiers[0]?.options['url']).toBe('https://a.example');
  expect(secrets).toEqual(['plainly-written']);
});
