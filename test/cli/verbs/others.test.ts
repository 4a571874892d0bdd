import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HarborError } from '../../../src/errors.ts';
import type { App } from '../../../src/model/app.ts';
import { hostConfig } from '../builders.ts';
import { harbormaster } from '../rig.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hm-cli-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('validate tells which apps the configuration means for this host', async () => {
  const config = hostConfig({
    apps: [{ name: 'shop' }, { name: 'blog' }] as App[],
    declared: ['shop', 'blog', 'wiki'],
  });
  const { stdout, exitCode } = await harbormaster('validate', { config });
  expect(stdout).toBe(
    '/srv/harbormaster.yml is valid: 2 apps for the host prod-1 (shop, blog).\nDisabled: wiki.\n→ harbormaster plan\n',
  );
  expect(exitCode).toBe(0);
  expect(JSON.parse((await harbormaster('validate --json', { config })).stdout)).toEqual({
    valid: true,
    file: '/srv/harbormaster.yml',
    origin: { file: '/srv/harbormaster.yml' },
    host: 'prod-1',
    apps: ['shop', 'blog'],
    disabled: ['wiki'],
    elsewhere: [],
  });
});

const invalid = new HarborError(
  'harbormaster.yml:3:5: apps.shop.url: is missing\nharbormaster.yml:9:1: appz: unknown key; did you mean apps?',
  {
    code: 'config-invalid',
    hint: 'docs/configuration.md lists every key.',
    at: 'harbormaster.yml:3:5',
  },
);

test('validate shows every mistake, one a line', async () => {
  const { stdout, stderr, exitCode } = await harbormaster('validate', { config: invalid });
  expect(stderr).toBe(`\
harbormaster: harbormaster.yml:3:5: apps.shop.url: is missing
harbormaster.yml:9:1: appz: unknown key; did you mean apps?
→ docs/configuration.md lists every key.
`);
  expect([stdout, exitCode]).toEqual(['', 4]);
});

test('with --json an error is JSON on stdout', async () => {
  const { stdout, stderr, exitCode } = await harbormaster('validate --json', { config: invalid });
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'config-invalid',
      fault: 'user',
      message: invalid.message,
      hint: invalid.hint,
      at: invalid.at,
      exitCode: 4,
    },
  });
  expect([stderr, exitCode]).toEqual(['', 4]);
});

test('schema prints JSON', async () => {
  expect((await harbormaster('schema')).stdout).toBe('{\n  "title": "harbormaster.yml"\n}\n');
});

test('doctor shows each check, and what to do about those that are not well', async () => {
  const checks = [
    { name: 'engine', state: 'ok', detail: 'Docker 20.10.24 answers', hint: undefined },
    { name: 'clock', state: 'warn', detail: 'is 4 s behind', hint: 'Run a time service.' },
    { name: 'git', state: 'fail', detail: 'is not installed', hint: 'apt-get install git' },
  ] as const;
  const { stdout, exitCode } = await harbormaster('doctor', { checks });
  expect(stdout).toBe(`\
✓ engine  Docker 20.10.24 answers
! clock   is 4 s behind
          → Run a time service.
✗ git     is not installed
          → apt-get install git

1 check failed. Harbormaster cannot work like this.
`);
  expect(exitCode).toBe(1);
  const { stdout: better, exitCode: ok } = await harbormaster('doctor', { checks: checks.slice(0, 2) });
  expect([better.trimEnd().split('\n').at(-1), ok]).toEqual(['1 warning. Harbormaster works, but look at it.', 0]);
  expect(JSON.parse((await harbormaster('doctor --json', { checks: checks.slice(1, 2) })).stdout)).toEqual({
    checks: [checks[1]],
  });
});

test('healthcheck without a daemon exits with 1', async () => {
  const { stderr, exitCode } = await harbormaster('healthcheck');
  expect([stderr, exitCode]).toEqual([
    'harbormaster: no daemon answers on /nowhere/socket\n→ Start one: harbormaster run\n',
    1,
  ]);
});

test('init writes what the options say, and says what comes next', async () => {
  const file = join(await folder(), 'etc', 'harbormaster.yml');
  const { stdout, exitCode } = await harbormaster(['init', '--url', 'https://git.example.com/team/shop.git', file]);
  expect(await readFile(file, 'utf8')).toBe(
    'apps: {shop: {url: https://git.example.com/team/shop.git, branch: main}}\n',
  );
  expect(stdout).toMatch(new RegExp(`^Wrote ${file}. Next:\n.*validate`));
  expect(exitCode).toBe(0);
});

test('init on a terminal asks for what it was not told, with a default', async () => {
  const file = join(await folder(), 'h.yml');
  const { asked } = await harbormaster(['init', file], {
    terminal: { answers: [' git@git.example.com:team/shop.git ', '', 'live'] },
  });
  expect(asked).toEqual([
    'Git repository with the compose file (URL): ',
    'Name of the app [shop]: ',
    'Branch to follow [main]: ',
  ]);
  expect(await readFile(file, 'utf8')).toBe('apps: {shop: {url: git@git.example.com:team/shop.git, branch: live}}\n');
});

test('init never overwrites', async () => {
  const file = join(await folder(), 'h.yml');
  await writeFile(file, 'mine');
  const { stderr, exitCode } = await harbormaster(['init', '--url', 'https://git.example.com/x.git', file]);
  expect([stderr, exitCode]).toEqual([
    `harbormaster: ${file} is already there and stays as it is\n→ Name another file, or edit this one.\n`,
    4,
  ]);
  expect(await readFile(file, 'utf8')).toBe('mine');
});

test('init where nobody can answer says which option to give', async () => {
  const { stderr, exitCode } = await harbormaster('init');
  expect([stderr, exitCode]).toEqual([
    'harbormaster: init needs the URL of a Git repository\n→ Say it with --url URL.\n',
    4,
  ]);
});

test('init --json tells what it wrote', async () => {
  const file = join(await folder(), 'h.yml');
  const { stdout } = await harbormaster([
    'init',
    '--json',
    '--url',
    'https://git.example.com/x.git',
    '--app',
    'x',
    '--branch',
    'b',
    '--config',
    file,
  ]);
  expect(JSON.parse(stdout)).toEqual({ file, url: 'https://git.example.com/x.git', app: 'x', branch: 'b' });
});

test('run hands the signal and the API to the daemon, and ends well', async () => {
  const interrupting = new AbortController();
  const daemon = async (signal: AbortSignal) => {
    interrupting.abort();
    expect(signal.aborted).toBe(true);
  };
  const { stderr, exitCode } = await harbormaster('run', { wired: { daemon }, signal: interrupting.signal });
  expect([stderr, exitCode]).toEqual(['Finishing the current step; once more to leave at once.\n', 0]);
});

test('notify test tells which notifier took it, and ends badly if one did not', async () => {
  const failure = { message: 'the webhook at x was not delivered: it answered 401', hint: 'Check the url.' };
  const tryNotifiers = async () => [
    { type: 'slack', failure: undefined },
    { type: 'webhook', failure },
  ];
  expect(await harbormaster('notify test', { wired: { tryNotifiers } })).toMatchObject({
    stdout: `✓ slack: taken; look whether it arrived\n✗ webhook: ${failure.message}\n  → Check the url.\n`,
    exitCode: 1,
  });
  expect(await harbormaster('notify test', { wired: { tryNotifiers: async () => [] } })).toMatchObject({
    stdout: expect.stringContaining('There are no notifiers'),
    exitCode: 0,
  });
});

test('backup and restore take the archive from where somebody stands', async () => {
  const backup = async (file: string) => ({ file, files: 3, bytes: 2048, seq: 7 });
  const made = await harbormaster('backup b.tar.gz', { wired: { backup } });
  expect(made.stdout).toMatch(/^Wrote .*\/b\.tar\.gz: 3 files, 2 KB, the log up to entry 7\.\n/);
  expect((await harbormaster('backup')).exitCode).toBe(4);
});

test('install refuses what belongs to another kind of installation', async () => {
  const { stderr, exitCode } = await harbormaster('install --image x');
  expect([stderr, exitCode]).toEqual([
    'harbormaster: --image and --socket-proxy are for an installation in a container\n→ Say --container, too.\n',
    4,
  ]);
});
