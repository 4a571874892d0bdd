import { expect, test } from 'vitest';
import { originOf, parseRemote, withoutCredentials } from '../../../src/edges/git/url.ts';

test.each([
  ['https://git.example.org/team/app.git', { kind: 'http', scheme: 'https', origin: 'https://git.example.org' }],
  ['http://127.0.0.1:8080/app.git', { kind: 'http', scheme: 'http', origin: 'http://127.0.0.1:8080' }],
  ['ssh://git@git.example.org:2222/team/app.git', { kind: 'ssh', user: 'git', host: 'git.example.org', port: 2222 }],
  ['ssh://git.example.org/app.git', { kind: 'ssh', user: undefined, port: 22 }],
  ['ssh://git@[::1]:22/app.git', { kind: 'ssh', host: '[::1]' }],
  ['git@git.example.org:team/app.git', { kind: 'ssh', user: 'git', host: 'git.example.org', port: 22 }],
  ['git.example.org:app.git', { kind: 'ssh', user: undefined, host: 'git.example.org' }],
  ['/srv/git/app.git', { kind: 'file', url: '/srv/git/app.git' }],
  ['file:///srv/git/my%20app.git', { kind: 'file', url: '/srv/git/my app.git' }],
])('%s is an address', (url, facts) => {
  expect(parseRemote(url)).toMatchObject(facts);
});

test.each([
  ['', 'it is empty'],
  ['-oProxyCommand=x', 'starts with "-"'],
  ['--upload-pack=touch x', 'starts with "-"'],
  ['ext::sh -c touch% /tmp/x', 'remote helpers'],
  ['fd::17', 'remote helpers'],
  ['https://user:secret@git.example.org/app.git', 'holds a password'],
  ['https://ghp_secret@git.example.org/app.git', 'holds a user name or token'],
  ['ssh://git:secret@git.example.org/app.git', 'holds a password'],
  ['ftp://git.example.org/app.git', 'not a way to reach'],
  ['git://git.example.org/app.git', 'not a way to reach'],
  ['file://other.host/app.git', 'not a way to reach'],
  ['https://git.example.org/', 'names no repository'],
  ['https://git.example.org/app.git?x=1', '"?" or "#"'],
  ['https://git.example.org/app.git\nhost=evil', 'control characters'],
  ['ssh://-oProxyCommand=x/app.git', 'host name'],
  ['ssh://git@host;id/app.git', ''],
  ['git@-host:app.git', 'host name'],
  ['-x@host:app.git', 'starts with "-"'],
  ['git@host:-app.git', 'its path starts with "-"'],
  ['git@host:', 'neither'],
  ['relative/path.git', 'neither'],
  ['file:///a%00b', 'cannot be decoded'],
  ['file:///a%zz', 'cannot be decoded'],
])('%j is refused', (url, because) => {
  expect(() => parseRemote(url)).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: expect.stringContaining(because),
      hint: expect.any(String),
    }),
  );
  expect(() => parseRemote(url)).not.toThrow(/secret/);
});

test('an address is printed without what may be a credential', () => {
  expect(withoutCredentials('https://user:secret@git.example.org/app.git')).toBe('https://git.example.org/app.git');
  expect(withoutCredentials('https://a@b:secret@git.example.org/app.git')).toBe('https://git.example.org/app.git');
  expect(withoutCredentials('ssh://git:secret@git.example.org/app.git')).toBe('ssh://git.example.org/app.git');
  expect(withoutCredentials('ssh://git@git.example.org/app.git')).toBe('ssh://git@git.example.org/app.git');
  expect(withoutCredentials('git@git.example.org:app.git')).toBe('git@git.example.org:app.git');
  expect(withoutCredentials('https://x/\u001b[31mred')).toBe('https://x/ [31mred');
});

test('an origin tells servers apart by scheme, host, port and, for ssh, user', () => {
  const urls = [
    'https://h/a',
    'https://h:444/a',
    'http://h/a',
    'ssh://git@h/a',
    'ssh://me@h/a',
    'ssh://git@h:23/a',
    '/a',
  ];
  expect(new Set(urls.map((url) => originOf(parseRemote(url)))).size).toBe(urls.length);
  expect(originOf(parseRemote('git@h:a'))).toBe(originOf(parseRemote('ssh://git@h/b')));
});
