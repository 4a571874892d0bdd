import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { GitRig, RigContent } from '../support/git-rig.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;
let repository: GitRig & { readonly url: string };

beforeEach(async () => {
  host = await world();
  image = await host.engine.image('web');
  repository = await host.repository('apps');
});

afterEach(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (version = 'one') =>
  stringify({ services: { web: { image, ...light, environment: { VERSION: version } } } });

/** Folders of apps by their short names; null takes one away. */
const push = (
  folders: Readonly<Record<string, string | null>>,
  more: Readonly<Record<string, RigContent | null>> = {},
) =>
  repository.commit({
    ...Object.fromEntries(Object.entries(folders).map(([name, content]) => [`apps/${name}/compose.yaml`, content])),
    ...more,
  });

const configure = (more: object = {}, rest: object = {}) =>
  writeFile(
    host.config,
    stringify({
      config: { removal_guard: 1 },
      defaults: { branch: 'main', interval: '1s', health: { deadline: '20s', min_ready: '1s' } },
      apps: {},
      discover: [
        { url: repository.url, pattern: 'apps/*/compose.yaml', name: `${host.engine.prefix}-{folder}`, ...more },
      ],
      ...rest,
    }),
  );

const told = async () =>
  (await host.log()).filter((entry) => entry.kind === 'configured' || entry.kind === 'configuration-failed');
const runs = (app: string) => eventually(async () => expect(await host.ids(app)).not.toEqual({}), 60);
const isGone = (app: string) => eventually(async () => expect(await host.ids(app)).toEqual({}), 60);

test('apps come and go with their folders, each change is an entry, and a person is asked before many go', async () => {
  await push({ shop: compose(), blog: compose() }, { 'apps/_draft/compose.yaml': compose() });
  await configure({ exclude: 'apps/_*' });
  await using _daemon = await host.daemon();
  await runs('shop');
  await runs('blog');
  const before = await host.lives('shop');
  const commit = await push({ wiki: compose() });
  await runs('wiki');
  expect((await told()).at(-1)).toMatchObject({ added: [host.named('wiki')], found: [{ commit }] });
  await push({ blog: null });
  await isGone('blog');
  expect((await told()).at(-1)).toMatchObject({ removed: [host.named('blog')], added: [] });
  // A commit that changes no folder is no change of the configuration.
  const entries = (await told()).length;
  await push({ wiki: compose('two') });
  await eventually(async () => expect(await host.version('wiki')).toBe('two'));
  expect(await told()).toHaveLength(entries);
  expect(await host.lives('shop')).toEqual(before);
  // Both at once: the guard waits for a person.
  await push({ shop: null, wiki: null });
  await eventually(async () =>
    expect((await host.log()).filter((entry) => entry.kind === 'refused')).toMatchObject(
      [1, 2].map(() => ({ outcome: { kind: 'blocked', reasons: [{ code: 'removal-guard' }] } })),
    ),
  );
  expect(await host.lives('shop')).toEqual(before);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('a failed look removes nothing, at a restart either; when Git is back all goes on', async () => {
  await push({ shop: compose() });
  await configure();
  {
    await using _daemon = await host.daemon();
    await runs('shop');
    host.git.behave(503);
    await eventually(async () => expect((await told()).at(-1)).toMatchObject({ kind: 'configuration-failed' }));
  }
  await using _daemon = await host.daemon();
  const { web = '' } = await host.ids('shop');
  await host.engine.kill(web);
  await eventually(async () => expect((await host.containers('shop')).map(({ state }) => state)).toEqual(['running']));
  expect((await host.run('status')).stdout).toContain('The newest discover[0]');
  host.git.behave('normal');
  await push({ blog: compose() });
  await runs('blog');
  expect((await told()).at(-1)).toMatchObject({ kind: 'configured', added: [host.named('blog')] });
});

test('what a folder may not say, and a name that is taken, keep what was found before, and are told with their place', async () => {
  const sibling = await host.repository('sibling');
  await sibling.commit({ 'compose.yaml': compose('declared') });
  const declared = { apps: { [host.named('taken')]: { url: sibling.url } } };
  await push({ shop: compose() }, { 'apps/shop/harbormaster.app.yml': 'environment: {X: one}\n' });
  await configure({}, declared);
  await using daemon = await host.daemon();
  await runs('shop');
  await runs('taken');
  const [shop, taken] = [await host.lives('shop'), await host.lives('taken')];
  const commit = await push({}, { 'apps/shop/harbormaster.app.yml': 'allow: {privileged: [web]}\n' });
  await eventually(() =>
    expect(daemon.output()).toContain(`@${commit.slice(0, 12)}:apps/shop/harbormaster.app.yml:1:1: allow: unknown key`),
  );
  await push({ taken: compose('hijacked') }, { 'apps/shop/harbormaster.app.yml': null });
  await eventually(() =>
    expect(daemon.output()).toContain(`as the app \\"${host.named('taken')}\\", whose name stands at`),
  );
  expect([await host.lives('shop'), await host.lives('taken')]).toEqual([shop, taken]);
  expect((await host.run('validate')).code).toBe(4);
});

test('folders cost no request of their own: one look at the repository finds out about apps and folders', async () => {
  await push({ shop: compose(), blog: compose() });
  await configure({
    interval: '2s',
    apps: { [host.named('shop')]: { interval: '1s' }, [host.named('blog')]: { interval: '10m' } },
  });
  await using _daemon = await host.daemon();
  await runs('shop');
  await runs('blog');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const [asked, calls] = [host.git.requests.length, (await host.composeCalls()).length];
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  const requests = host.git.requests.slice(asked).map(({ path }) => path.split('/').at(-1));
  expect(new Set(requests)).toEqual(new Set(['git-upload-pack']));
  // One app alone asks, at most once in 0.9 s. Where it is late the folders may ask for it, but never as often; both by themselves would be half as many more.
  const turns = Math.floor((performance.now() - began) / 900) + 1;
  expect(requests.length).toBeLessThanOrEqual(turns);
  expect((await host.composeCalls()).length).toBe(calls);
});
