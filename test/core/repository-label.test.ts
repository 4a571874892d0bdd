import { expect, test } from 'vitest';
import { repositoryLabel } from '../../src/core/repository-label.ts';

test.each([
  ['https://git.example.org/team/shop.git', 'git.example.org/team/shop'],
  ['https://Git.example.org:8443/team/shop', 'git.example.org/team/shop'],
  ['https://user:s3cret@git.example.org/team/shop', 'git.example.org/team/shop'],
  ['https://user:s3@cret@git.example.org/team/shop', 'git.example.org/team/shop'],
  ['https://git.example.org/shop?token=s3cret#s3cret', 'git.example.org/shop'],
  ['https://git.example.org/@scope/shop', 'git.example.org/@scope/shop'],
  ['ssh://git:s3cret@git.example.org:2222/team/shop.git', 'git.example.org/team/shop'],
  ['git@git.example.org:team/shop.git', 'git.example.org/team/shop'],
  ['https://user:s3cret/x@git.example.org/shop', '/git.example.org/shop'],
  ['file:///srv/git/shop.git', '/srv/git/shop'],
  ['/srv/git/shop.git', '/srv/git/shop'],
])('%s is called %s', (url, label) => {
  expect(repositoryLabel(url)).toBe(label);
});
