import { expect, test } from 'vitest';
import { verbs } from '../../src/cli/verbs/index.ts';
import { HarborError } from '../../src/errors.ts';
import { harbormaster } from './rig.ts';

const failing = (error: unknown) => ({
  harbor: {
    plan: async () => {
      throw error;
    },
  },
});

test.each([
  ['plam', "unknown command 'plam'", 'Did you mean plan?'],
  ['plan --jsn', "unknown option '--jsn'", 'Did you mean --json?'],
  ['log --sinse 2h', "unknown option '--sinse'", 'Did you mean --since?'],
  ['frobnicate', "unknown command 'frobnicate'", 'See: harbormaster --help'],
  ['log show', "missing required argument 'entry'", 'See: harbormaster log show --help'],
  ['log shwo', "too many arguments for 'log'. Expected 0 arguments but got 1.", 'See: harbormaster log --help'],
  ['log show four', "the number of an entry must be a whole number, not 'four'", undefined],
  ['--config', "option '--config <file>' argument missing", 'See: harbormaster --help'],
])('`harbormaster %s` is refused with what was meant', async (command, message, hint) => {
  const { stdout, stderr, exitCode } = await harbormaster(command);
  expect(stderr).toBe(`harbormaster: ${message}\n${hint === undefined ? '' : `→ ${hint}\n`}`);
  expect([stdout, exitCode]).toEqual(['', 4]);
});

test('wrong usage with --json is JSON too', async () => {
  const { stdout, exitCode } = await harbormaster('plam --json');
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'usage', hint: 'Did you mean plan?', exitCode: 4 });
  expect(exitCode).toBe(4);
});

test('without a verb the help is on stderr, for nothing was done', async () => {
  const { stdout, stderr, exitCode } = await harbormaster('');
  expect([stdout, exitCode]).toEqual(['', 4]);
  expect(stderr).toContain('Usage: harbormaster <verb> [options]');
});

test('help lists every verb in its group, the options of all verbs, and the exit codes', async () => {
  const { stdout, exitCode } = await harbormaster('--help');
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: harbormaster <verb> [options]

    Turns what Git declares into what Docker runs on this host, and writes down,
    provably, every time it tried.

    Options:
      -V, --version                 print the version
      --config <file>               configuration (HARBORMASTER_CONFIG;
                                    ./harbormaster.yml, else
                                    /etc/harbormaster/harbormaster.yml)
      --state-dir <dir>             state directory (HARBORMASTER_STATE_DIR;
                                    /var/lib/harbormaster for root, else
                                    ~/.local/state)
      --json                        results and errors as JSON on stdout
      --no-color                    no colours (NO_COLOR; FORCE_COLOR=1 for always)
      -h, --help                    print this help, or that of a verb

    Configuration from Git (each also as HARBORMASTER_CONFIG_…):
      --config-repo <url>           repository that the configuration comes from
                                    (more --config-…: harbormaster --help)
      --config-path <path>          the file in it (harbormaster.yml)
      --config-branch <branch>      branch to follow (main)
      --config-tag <tag>            tag to follow in its place, or a range of
                                    versions
      --config-interval <duration>  how often to look at it (60s)
      --config-ssh-key <file>       private key for an ssh URL
      --config-known-hosts <file>   host keys that an ssh URL may answer with
      --config-username <name>      user for an https URL with a token (git)
      --config-token-file <file>    file with the token for an https URL
      --config-ca <file>            certificate authorities for an https URL

    Set up:
      demo                          shows the main job on this machine, then removes
                                    what it made
      init                          writes a first configuration
      validate                      checks the configuration and shows every mistake
                                    at once
      policy [show|check]           what apps may ask of this host, and whose word
                                    that is
      schema                        prints the JSON Schema of harbormaster.yml
      doctor                        checks engine, Compose, Git, permissions, clock,
                                    disk and paths
      notify [test]                 tells every notifier something, and whether it
                                    arrived
      install                       sets Harbormaster up on this host: a systemd
                                    service, or a container
      backup                        writes what cannot be made again into one
                                    archive
      restore                       makes the state directory from a backup
      completion                    prints what completes commands in bash, zsh or
                                    fish

    Every day:
      plan                          what would happen, why, and what forbids it
      apply                         one pass now, over all apps or the named ones
      status                        the host in one sentence, its apps, and what
                                    lifts each trouble
      why                           why an app is as it is, and the command that
                                    lifts each block
      windows                       the windows of the next fourteen days, and which
                                    are on now

    By hand:
      approve                       agrees to a plan that waits under \`deploy:
                                    approve\`
      reject                        turns a plan down that waits under \`deploy:
                                    approve\`
      approve-removal               lets go apps that wait because too many left the
                                    configuration at once
      retry                         tries again what failed: lifts quarantine and
                                    waiting
      rollback                      goes back to an earlier release that is kept on
                                    disk
      hold                          keeps an app at what is deployed, until
                                    \`release\`
      release                       ends a hold: what Git asks for is deployed again
      suspend                       nothing acts on an app, or on the host, for a
                                    while
      resume                        ends a suspension: what waits is done
      accept-history                lets a rewritten history through, this once
      adopt                         takes over a project that somebody else started
      forget                        drops an app and leaves its containers running
      orphans                       what is left on this host of apps that are not
                                    declared, and what removes it

    The record:
      log [show|verify|…]           the deployment log: every attempt and how it
                                    ended
      history                       every attempt with one app, and what one can go
                                    back to
      audit                         what ran when, and what ran at one moment
      trace                         from an image, container or commit to who let it
                                    through

    The daemon:
      run                           keeps this host as Git declares, until it is
                                    stopped
      healthcheck                   exits with 0 if the daemon answers
      token [create|list|…]         who may ask the daemon over the network

    Help:
      help                          the help of a verb

    Exit codes:
      0   done, or nothing to do
      1   the world is at fault (network, registry, engine, time): trying again may help
      2   plan found changes
      3   a gate forbids it
      4   you have to act: arguments, configuration, repository, compose file
      70  a fault of Harbormaster itself
      130 interrupted

    \`harbormaster <verb> --help\` has examples. First steps: harbormaster init
    "
  `);
  expect(exitCode).toBe(0);
});

test.each(verbs.map(({ name }) => name))(
  '`harbormaster %s --help` has examples and the options of all verbs, on lines that fit',
  async (name) => {
    const { stdout, exitCode } = await harbormaster(`${name} --help`);
    expect(stdout).toContain(`Usage: harbormaster ${name} [options]`);
    expect(stdout).toContain(`Examples:\n  harbormaster ${name}`);
    expect(stdout).toContain('--state-dir <dir>');
    expect(exitCode).toBe(0);
  },
);

test('version names the commit that it was built from', async () => {
  expect(await harbormaster('--version')).toMatchObject({
    stdout: 'harbormaster 1.2.3\ncommit abc1234 of 2026-01-30T00:00:00.000Z; Node v20.20.2, linux x64\n',
    exitCode: 0,
  });
});

test.each([
  ['plan', {}, '/etc/harbormaster/harbormaster.yml', '/home/ada/.local/state/harbormaster'],
  ['plan', { XDG_STATE_HOME: '/state' }, '/etc/harbormaster/harbormaster.yml', '/state/harbormaster'],
  ['plan', { HARBORMASTER_CONFIG: 'h.yml', HARBORMASTER_STATE_DIR: 'state' }, '/srv/h.yml', '/srv/state'],
  [
    'plan --config a.yml --state-dir /b',
    { HARBORMASTER_CONFIG: 'h.yml', HARBORMASTER_STATE_DIR: 'state' },
    '/srv/a.yml',
    '/b',
  ],
  ['--config a.yml log verify --state-dir /b', {}, '/srv/a.yml', '/b'],
] as const)('`%s` with %o works on %s and %s', async (command, environment, configFile, stateDir) => {
  const { invocations } = await harbormaster(command, { ...failing(new Error('enough')), environment });
  expect(invocations).toMatchObject([{ configFile, stateDir }]);
});

test('a fault of ours never shows a stack, unless one asks for it', async () => {
  const bug = new TypeError('x is undefined');
  const { stderr, exitCode } = await harbormaster('plan', failing(bug));
  expect(stderr).toBe(`\
harbormaster: x is undefined
→ This is a fault of Harbormaster: please report it with the log lines around it.
→ Run it again with HARBORMASTER_DEBUG=1 to see where it happened.
`);
  expect(exitCode).toBe(70);
  const { stderr: debug } = await harbormaster('plan', { ...failing(bug), environment: { HARBORMASTER_DEBUG: '1' } });
  expect(debug).toContain('run.test.ts');
  expect(debug).not.toContain('HARBORMASTER_DEBUG');
});

test.each([
  ['engine-unreachable', 1],
  ['lock-held', 4],
  ['log-corrupt', 70],
] as const)('an error %s exits with %i', async (code, exitCode) => {
  expect((await harbormaster('plan', failing(new HarborError('no', { code })))).exitCode).toBe(exitCode);
});

test('an error of several lines stays readable, and harmless', async () => {
  const { stderr } = await harbormaster(
    'plan',
    failing(new HarborError('git failed:\n  fatal: \u001b]0;owned\u0007', { code: 'source-broken' })),
  );
  expect(stderr).toBe('harbormaster: git failed:\n  fatal: \\u001b]0;owned\\u0007\n');
});

test('a reading verb is left at once when somebody interrupts', async () => {
  const interrupting = new AbortController();
  const harbor = { plan: () => new Promise<never>(() => setImmediate(() => interrupting.abort())) };
  expect(await harbormaster('plan', { harbor, signal: interrupting.signal })).toMatchObject({
    exitCode: 130,
    stdout: '',
    stderr: '',
  });
});

test.each([
  ['plan', {}, false],
  ['plan', { FORCE_COLOR: '1' }, true],
  ['plan', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ['plan --no-color', { FORCE_COLOR: '1' }, false],
  ['plan', { FORCE_COLOR: '0' }, false],
])('`%s` in a pipe with %o: colours %s', async (command, environment, coloured) => {
  const { stderr } = await harbormaster(command, { ...failing(new HarborError('no', { code: 'usage' })), environment });
  expect(stderr.includes('\u001b[31m')).toBe(coloured);
});

test.each([
  [{}, true],
  [{ NO_COLOR: '' }, true],
  [{ NO_COLOR: '1' }, false],
  [{ TERM: 'dumb' }, false],
])('a terminal with %o: colours %s', async (environment, coloured) => {
  const { stderr } = await harbormaster('plan', {
    ...failing(new HarborError('no', { code: 'usage' })),
    environment,
    terminal: {},
  });
  expect(stderr.includes('\u001b[31m')).toBe(coloured);
});
