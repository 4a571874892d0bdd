import { expect, test } from 'vitest';
import { load } from './rig.ts';

const digests = async (text: string, options?: Parameters<typeof load>[1]) => (await load(text, options)).digests;

const base = `
config: {removal_guard: 2}
defaults: {branch: main}
repositories: {infra: {url: https://a.example/infra.git}}
apps:
  shop: {repository: infra, path: shop}
  blog: {url: https://a.example/blog.git}
`;

test('comments and the order of lines change nothing, nor do hosts that are not this one', async () => {
  expect(
    await digests(`# the same
apps:
  blog: {url: https://a.example/blog.git, hosts: ["*"]}
  shop: {path: shop, repository: infra}
repositories: {infra: {url: https://a.example/infra.git}}
defaults: {branch: main}
config: {removal_guard: 2}
`),
  ).toEqual(await digests(base));
});

test.each<[string, string, string[], string[]]>([
  ['a key of one app', base.replace('path: shop', 'path: shop2'), ['shop'], []],
  ['a default', base.replace('branch: main', 'branch: next'), ['shop', 'blog'], []],
  ['a shared repository', base.replace('infra.git', 'other.git'), ['shop'], []],
  ['a setting of the host', base.replace('removal_guard: 2', 'removal_guard: 3'), [], ['config.removal_guard']],
  ['windows', `${base}windows: []\n`, [], ['windows']],
])('%s changes what it concerns, and nothing else', async (_what, text, apps, settings) => {
  const [before, after] = [await digests(base), await digests(text)];
  const differing = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) =>
    Object.keys(other).filter((key) => one[key] !== other[key]);
  expect(differing(before.apps, after.apps)).toEqual(apps);
  expect(differing(before.settings, after.settings)).toEqual(settings);
});

test('so do the content of a secret and of an environment file', async () => {
  const text = 'apps: {web: {url: https://a.example/x.git, environment: {A: "${file:pw}"}, environment_file: web.env}}';
  const of = (pw: string, env: string) => digests(text, { files: { pw, 'web.env': env } });
  const first = await of('one', 'B=1');
  expect(await of('one', 'B=1\n# a comment')).toEqual(first);
  expect(await of('two', 'B=1')).not.toEqual(first);
  expect(await of('one', 'B=2')).not.toEqual(first);
});
