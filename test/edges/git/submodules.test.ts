import { expect, test } from 'vitest';
import { parseGitmodules, submoduleRepository } from '../../../src/edges/git/submodules.ts';
import { Secret } from '../../../src/model/secret.ts';
import { repository } from './fixture.ts';

const credentials = { kind: 'token', username: 'bot', token: new Secret('s3cret') } as const;
const parent = repository('https://git.example.org/team/app.git', { credentials, certificateAuthority: '/ca.pem' });

test('.gitmodules gives addresses by path', () => {
  const list =
    'submodule.lib.path\nvendor/lib\0submodule.lib.url\n../lib.git\0submodule.a.b.path\nx\0submodule.a.b.url\nhttps://h/x\ny\0core.x\nz\0submodule.half.path\nq\0';
  expect(parseGitmodules(list)).toEqual(
    new Map([
      ['vendor/lib', '../lib.git'],
      ['x', 'https://h/x\ny'],
    ]),
  );
});

test.each([
  ['../lib.git', 'https://git.example.org/team/lib.git'],
  ['../../other/lib.git', 'https://git.example.org/other/lib.git'],
  ['./lib.git', 'https://git.example.org/team/app.git/lib.git'],
  ['https://git.example.org/other/lib.git', 'https://git.example.org/other/lib.git'],
])('%s on the server of its repository gets the same credentials', (url, address) => {
  expect(submoduleRepository(parent, 'lib', url)).toMatchObject({
    url: address,
    credentials,
    certificateAuthority: '/ca.pem',
  });
});

test.each([
  ['git@h:team/app.git', '../lib.git', 'git@h:team/lib.git'],
  ['git@h:app.git', '../lib.git', 'git@h:lib.git'],
  ['ssh://git@h/team/app.git', '../lib.git', 'ssh://git@h/team/lib.git'],
  ['/srv/team/app.git', '../lib.git', '/srv/team/lib.git'],
])('from %s, %s is %s', (from, url, address) => {
  expect(submoduleRepository(repository(from), 'lib', url).url).toBe(address);
});

test('a submodule on another server gets no credentials', () => {
  expect(submoduleRepository(parent, 'lib', 'https://other.example.org/lib.git')).toMatchObject({
    credentials: { kind: 'none' },
    certificateAuthority: undefined,
  });
  expect(submoduleRepository(parent, 'lib', 'https://git.example.org:444/lib.git').credentials).toEqual({
    kind: 'none',
  });
});

test.each([
  undefined,
  'ext::sh -c id',
  '--upload-pack=id',
  'http://git.example.org/lib.git',
  'http://169.254.169.254/latest',
  'git@git.example.org:lib.git',
  '/var/lib/harbormaster/repos/other.git',
  'file:///etc',
  '../../../../x.git',
  'https://user:secret@git.example.org/lib.git',
])('a submodule at %j is refused', (url) => {
  expect(() => submoduleRepository(parent, 'lib', url)).toThrow(
    expect.objectContaining({ code: 'tree-refused', message: expect.stringContaining('"lib"') }),
  );
});

test('what one repository may see is mirrored for that one alone', () => {
  const other = repository(parent.url, { id: 'other' });
  const url = 'https://git.example.org/lib.git';
  expect(submoduleRepository(parent, 'lib', url).id).not.toBe(submoduleRepository(other, 'lib', url).id);
  expect(submoduleRepository(parent, 'a', url).id).toBe(submoduleRepository(parent, 'b', url).id);
});
