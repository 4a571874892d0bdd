import { expect, test } from 'vitest';
import { apiOf, repositoryAt } from '../../src/core/forge.ts';

test.each([
  ['github', 'https://github.com', 'https://api.github.com'],
  ['github', 'https://ghe.example.com/', 'https://ghe.example.com/api/v3'],
  ['gitlab', 'https://example.com/gitlab', 'https://example.com/gitlab/api/v4'],
  ['gitea', 'https://git.example.com', 'https://git.example.com/api/v1'],
  ['forgejo', 'https://codeberg.org', 'https://codeberg.org/api/v1'],
] as const)('programs ask the %s at %s at %s', (kind, web, api) => {
  expect(apiOf(kind, web)).toBe(api);
});

test.each([
  ['https://github.com/team/shop.git', 'team/shop'],
  ['https://GitHub.com/team/shop/', 'team/shop'],
  ['git@github.com:team/shop.git', 'team/shop'],
  ['ssh://git@ssh.github.com:443/team/shop.git', 'team/shop'],
  ['ssh://git@git.internal/group/sub/shop.git', 'group/sub/shop'],
  // Whatever only looks like it gets no token.
  ['https://github.com.example.org/team/shop.git', undefined],
  ['https://example.org/github.com/team/shop.git', undefined],
  ['https://github.com/shop.git', undefined],
  ['/srv/github.com/team/shop.git', undefined],
  ['file:///srv/team/shop.git', undefined],
])('the repository %s is at the forge as %s', (url, path) => {
  expect(repositoryAt('https://github.com', ['git.internal'], url)).toBe(path);
});

test('a forge below a path is found over HTTP and over SSH', () => {
  const at = (url: string) => repositoryAt('https://example.com/gitea/', [], url);
  expect(at('https://example.com/gitea/team/shop.git')).toBe('team/shop');
  expect(at('git@example.com:team/shop.git')).toBe('team/shop');
});
