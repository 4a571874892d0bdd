import { expect, test } from 'vitest';
import { concerned } from '../../src/core/concerned.ts';
import { app } from '../support/builders.ts';
import { testConfig } from '../support/fakes.ts';

const follows = (name: string, url: string) =>
  app({ name, repository: { id: name, url, credentials: { kind: 'none' }, certificateAuthority: undefined } });

const config = testConfig([
  follows('https', 'https://git.example.org/acme/shop.git'),
  follows('ssh', 'ssh://git@git.example.org:2222/acme/shop'),
  follows('scp', 'git@git.example.org:acme/shop.git'),
  follows('longer', 'https://git.example.org/acme/shop-admin.git'),
  follows('deeper', 'https://git.example.org/mirror/acme/shop.git'),
  follows('elsewhere', 'https://git.example.com/acme/shop.git'),
  follows('disk', '/srv/git/shop.git'),
]);

test.each([
  ['https://git.example.org/acme/shop.git', ['https', 'ssh', 'scp']],
  ['https://git.example.org/Acme/Shop', ['https', 'ssh', 'scp']],
  ['git@git.example.org:acme/shop.git', ['https', 'ssh', 'scp']],
  ['https://git.example.org/acme', []],
  ['https://git.example.org/acme/shop/', ['https', 'ssh', 'scp']],
  ['/srv/git/shop.git', ['disk']],
  ['file:///srv/git/shop.git', ['disk']],
  ['acme/shop', []],
  ['', []],
])('%j concerns whoever follows it, however it is reached', (url, apps) => {
  expect(concerned(config, { apps: [] }, [url])).toEqual({ apps, followings: [] });
});

test('of several addresses each counts, and nobody twice', () => {
  const urls = ['https://git.example.org/acme/shop.git', 'git@git.example.org:acme/shop.git', '/srv/git/shop.git'];
  expect(concerned(config, { apps: [] }, urls).apps).toEqual(['https', 'ssh', 'scp', 'disk']);
});

test('a webhook for named apps concerns those alone', () => {
  expect(concerned(config, { apps: ['s*', 'DISK'] }, ['https://git.example.com/acme/shop']).apps).toEqual([
    'ssh',
    'scp',
    'disk',
  ]);
});
