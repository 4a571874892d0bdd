import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetch, lsRemote } from '../../../src/edges/git/argv.ts';
import { type Access, inheritedFrom, localEnvironment, remoteEnvironment } from '../../../src/edges/git/environment.ts';
import { controlPath, prepareSsh, shellLine, sshCommand } from '../../../src/edges/git/ssh.ts';
import { parseRemote, type Remote } from '../../../src/edges/git/url.ts';
import type { Credentials } from '../../../src/model/app.ts';
import { Secret } from '../../../src/model/secret.ts';
import { none } from './fixture.ts';

const base = { PATH: '/bin' };
const place = { mirror: '/state/repos/app.git', runDir: '/state/run' };
const token: Credentials = { kind: 'token', username: 'bot', token: new Secret('s3cret') };
const access = (url: string, credentials: Credentials = none): Access => ({
  remote: parseRemote(url),
  credentials,
  authorities: undefined,
});

/** Settings as git sees them. */
function settings(environment: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const count = Number(environment['GIT_CONFIG_COUNT']);
  return new Map(
    Array.from({ length: count }, (_, index) => [
      environment[`GIT_CONFIG_KEY_${index}`] ?? '',
      environment[`GIT_CONFIG_VALUE_${index}`] ?? '',
    ]),
  );
}

test('a fetch asks for what it is told, and nothing that a name could turn into an option', () => {
  expect(fetch('https://h/a.git', ['+1234:refs/x'], { depth: 1, unshallow: false, prune: false }).join(' ')).toBe(
    'git fetch --quiet --force --no-tags --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules --no-show-forced-updates --depth=1 --end-of-options https://h/a.git +1234:refs/x',
  );
  expect(lsRemote('/srv/a.git', ['refs/heads/main']).join(' ')).toBe(
    'git ls-remote --quiet --end-of-options /srv/a.git refs/heads/main',
  );
});

test('git reads no configuration of the machine, asks nobody, runs no hook and follows no redirect', () => {
  const environment = remoteEnvironment(base, access('https://h/a.git'), place);
  expect(environment).toMatchObject({
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_DIR: '/state/repos/app.git',
    HOME: '/nonexistent',
  });
  expect(Object.fromEntries(settings(environment))).toMatchObject({
    'core.hooksPath': '/dev/null',
    'credential.helper': '',
    'fetch.fsckObjects': 'true',
    'gc.auto': '0',
    'http.followRedirects': 'false',
    'protocol.version': '2',
  });
});

test.each([
  ['https://h/a.git', 'https'],
  ['http://h/a.git', 'http'],
  ['git@h:a.git', 'ssh'],
  ['/srv/a.git', 'file'],
])('with %s, git may speak %s alone', (url, protocol) => {
  expect(remoteEnvironment(base, access(url), place)['GIT_ALLOW_PROTOCOL']).toBe(protocol);
});

test('git on a mirror alone may speak with nobody, and has no credential', () => {
  const environment = localEnvironment(base, '/state/repos/app.git');
  expect(environment['GIT_ALLOW_PROTOCOL']).toBe('none');
  expect(JSON.stringify(environment)).not.toContain('uthorization');
});

test('a token is bound to scheme, host and port of its repository, and goes nowhere but over http', () => {
  const header = `Authorization: Basic ${Buffer.from('bot:s3cret').toString('base64')}`;
  expect(
    settings(remoteEnvironment(base, access('https://h:8443/a/b.git', token), place)).get(
      'http.https://h:8443/.extraHeader',
    ),
  ).toBe(header);
  expect(JSON.stringify(remoteEnvironment(base, access('git@h:a.git', token), place))).not.toContain('uthorization');
});

test('of our own environment, a child sees the way to programs, proxies and the key agent alone', () => {
  const ambient = {
    PATH: '/p',
    HOME: '/root',
    TOKEN: 'x',
    GIT_SSH_COMMAND: 'evil',
    LD_PRELOAD: 'x',
    HTTPS_PROXY: 'http://p',
    SSH_AUTH_SOCK: '/s',
    no_proxy: undefined,
  };
  expect(inheritedFrom(ambient)).toEqual({ PATH: '/p', HTTPS_PROXY: 'http://p', SSH_AUTH_SOCK: '/s' });
  expect(inheritedFrom({})['PATH']).toContain('/usr/bin');
});

const remote = parseRemote('ssh://git@h:2222/a.git') as Extract<Remote, { kind: 'ssh' }>;
const key: Credentials = { kind: 'ssh', key: '/etc/keys/100%', knownHosts: '/etc/known hosts' };

test('ssh trusts the named known hosts alone, learns none, uses the one key and asks nobody', () => {
  expect(sshCommand(remote, key, place).join(' ')).toBe(
    'ssh -F none -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 ' +
      '-o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o CheckHostIP=no -o VerifyHostKeyDNS=no ' +
      '-o UserKnownHostsFile="/etc/known hosts" -o GlobalKnownHostsFile=/dev/null ' +
      '-o PasswordAuthentication=no -o KbdInteractiveAuthentication=no ' +
      '-o IdentitiesOnly=yes -o IdentityAgent=none -o IdentityFile="/etc/keys/100%%" ' +
      '-o ForwardAgent=no -o ForwardX11=no -o ClearAllForwardings=yes -o PermitLocalCommand=no ' +
      `-o ControlMaster=auto -o ControlPersist=90 -o ControlPath="${controlPath(remote, key, place)}"`,
  );
});

test('without files of its own, ssh goes by the known hosts of the system, still strictly', () => {
  const words = sshCommand(remote, none, place).join(' ');
  expect(words).toContain('StrictHostKeyChecking=yes');
  expect(words).not.toContain('KnownHostsFile');
});

test('connections are shared by what has the same key and known hosts only, over a path that fits a socket', () => {
  const paths = [key, none, { ...key, key: '/other' }, { ...key, knownHosts: '/other' }].map((credentials) =>
    controlPath(remote, credentials, place),
  );
  expect(new Set(paths).size).toBe(4);
  expect(paths.every((path) => path !== undefined && path.length < 100)).toBe(true);
  expect(controlPath(remote, key, { runDir: `/${'x'.repeat(90)}` })).toBeUndefined();
  expect(sshCommand(remote, key, { runDir: `/${'x'.repeat(90)}` }).join(' ')).toContain('ControlPath=none');
});

test('the line for the shell keeps every word whole', () => {
  expect(shellLine(['ssh', '-o', 'X="a b"', "it's", '$(id)'])).toBe(`'ssh' '-o' 'X="a b"' 'it'\\''s' '$(id)'`);
});

test('a key or known_hosts file that cannot be read is named before ssh is asked', async () => {
  const runDir = await mkdtemp(join(tmpdir(), 'hm-ssh-'));
  const file = join(runDir, 'file');
  await writeFile(file, '');
  const credentials = (facts: object): Credentials => ({ kind: 'ssh', key: file, knownHosts: file, ...facts });
  await prepareSsh(credentials({}), { runDir });
  await expect(prepareSsh(credentials({ key: '/nonexistent/key' }), { runDir })).rejects.toMatchObject({
    code: 'source-refused',
    message: 'The SSH key /nonexistent/key cannot be read',
  });
  await expect(prepareSsh(credentials({ knownHosts: '/nonexistent/kh' }), { runDir })).rejects.toMatchObject({
    code: 'source-refused',
    message: 'The known_hosts file /nonexistent/kh cannot be read',
  });
  for (const path of ['/a"b', '/a\nb', '/a$' + '{HOME}', '/a\\b']) {
    await expect(prepareSsh(credentials({ key: path }), { runDir })).rejects.toMatchObject({ code: 'source-refused' });
  }
  await rm(runDir, { recursive: true });
});
