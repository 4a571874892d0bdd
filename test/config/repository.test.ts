import { expect, test } from 'vitest';
import { load } from './rig.ts';

async function repositories(text: string) {
  const { apps } = await load(text, { environment: { T: 'first-token', U: 'second-token' } });
  return apps.map(({ repository }) => repository);
}

test('apps that share url and credentials share the mirror, others do not', async () => {
  const ids = (
    await repositories(`
repositories: {shared: {url: https://a.example/x.git, token: "\${T}"}}
apps:
  a: {repository: shared}
  b: {url: https://a.example/x.git/, token: "\${T}"}
  c: {url: https://a.example/x.git, token: "\${U}"}
  d: {url: https://a.example/x.git, token: "\${T}", username: bob}
  e: {url: https://a.example/x.git}
  f: {url: https://a.example/x.git, certificate_authority: ca.pem}
  g: {url: git@a.example:x.git}
  h: {url: git@a.example:x.git, ssh_key: k}
`)
  ).map(({ id }) => id);
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(7);
});

test('an id survives another token in the same place, and a move of the file', async () => {
  const text = 'apps: {a: {url: https://a.example/x.git, token: "${T}", certificate_authority: ca.pem}}';
  const [first, second] = [
    await load(text, { environment: { T: 'old' } }),
    await load(text, { environment: { T: 'new' } }),
  ];
  expect(first.apps[0]?.repository.id).toBe(second.apps[0]?.repository.id);
});

test.each([
  ['https://a.example/Team/Shop.git', /^team-shop-[0-9a-f]{12}$/],
  ['git@a.example:shop.git', /^git-a-example-shop-[0-9a-f]{12}$/],
  ['/srv/git/x y.git'.replace(' ', '%20'), /^git-x-20y-[0-9a-f]{12}$/],
  [`https://a.example/${'long'.repeat(100)}/x`, /^[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{12}$/],
])('%s makes an id that is safe as a folder name', async (url, id) => {
  expect((await repositories(`apps: {a: {url: "${url}"}}`))[0]?.id).toMatch(id);
});

test('defaults give keys and authorities to the URLs that they fit, shared ones too', async () => {
  const found = await repositories(`
defaults: {ssh_key: /k, known_hosts: /h, certificate_authority: /c}
repositories: {shared: {url: ssh://git@a.example/x}}
apps:
  a: {repository: shared}
  b: {url: https://a.example/x}
  c: {url: a.example:x, ssh_key: /own}
`);
  expect(found).toMatchObject([
    { credentials: { kind: 'ssh', key: '/k', knownHosts: '/h' }, certificateAuthority: undefined },
    { credentials: { kind: 'none' }, certificateAuthority: '/c' },
    { credentials: { kind: 'ssh', key: '/own', knownHosts: '/h' } },
  ]);
});

test('a token comes with a user, `git` if none is named', async () => {
  const [found] = await repositories('apps: {a: {url: https://a.example/x, token: "${T}"}}');
  expect(found?.credentials).toMatchObject({ kind: 'token', username: 'git' });
  expect(found?.credentials.kind === 'token' && found.credentials.token.reveal()).toBe('first-token');
});
