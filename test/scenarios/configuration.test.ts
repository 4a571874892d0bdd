import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EntryOf } from '../../src/model/entry.ts';
import type { GitRig } from '../support/git-rig.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;
let repository: GitRig & { readonly url: string };

beforeEach(async () => {
  host = await world();
  image = await host.engine.image('web');
  repository = await host.repository('apps');
  await repository.commit({
    'compose.yaml': stringify({
      services: { web: { image, ...light, environment: { VERSION: '${VERSION:-none}' } } },
    }),
  });
});

afterEach(async () => {
  await host[Symbol.asyncDispose]();
});

const told = async () =>
  (await host.log()).filter((entry) => entry.kind === 'configured' || entry.kind === 'configuration-failed');

const app = (more: object = {}) => ({
  branch: 'main',
  url: repository.url,
  interval: '1s',
  health: { deadline: '20s', min_ready: '1s' },
  ...more,
});

const file = (more: object = {}) => stringify({ apps: { [host.named('shop')]: app(more) } });

test('each change of the file is one entry that names apps and no values, also over a restart; a broken one is one, too', async () => {
  await host.configure({ shop: app({ environment: { VERSION: 'hunter2-one' } }) });
  {
    await using daemon = await host.daemon();
    await eventually(async () => expect(await host.version('shop')).toBe('hunter2-one'));
    await writeFile(host.config, 'apps:\n');
    await eventually(async () => expect((await told()).at(-1)).toMatchObject({ kind: 'configuration-failed' }));
    // The same mistake, looked at again: no news.
    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.output().match(/last good one stays in force/g)).toHaveLength(2));
    expect((await host.run('status')).stdout).toContain('apps: is empty');
  }
  await host.configure({ shop: app({ environment: { VERSION: 'hunter2-one' } }) });
  {
    await using daemon = await host.daemon();
    await eventually(async () => expect((await told()).at(-1)).toMatchObject({ kind: 'configured' }));
    await host.configure(
      { shop: app({ environment: { VERSION: 'hunter2-two' } }), blog: app() },
      { config: { removal_guard: 3 } },
    );
    await eventually(async () => expect(await host.version('shop')).toBe('hunter2-two'));
    await eventually(async () => expect(await host.ids('blog')).not.toEqual({}));
    daemon.signal('SIGHUP');
    await eventually(() => expect(daemon.output()).toContain('the configuration was read anew'));
  }
  const entries = await told();
  const [shop, blog] = [host.named('shop'), host.named('blog')];
  expect(entries).toMatchObject([
    { kind: 'configured', file: host.config, added: [shop], changed: [], removed: [], trigger: { kind: 'start' } },
    {
      kind: 'configuration-failed',
      troubles: [{ message: expect.stringContaining('harbormaster.yml:1:1: apps: is empty') }],
    },
    { kind: 'configured', added: [], changed: [], removed: [], trigger: { kind: 'start' } },
    {
      kind: 'configured',
      added: [blog],
      changed: [shop],
      removed: [],
      keys: ['config.removal_guard'],
      trigger: { kind: 'file-change' },
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain('hunter2');
  const { seq } = entries.at(-1) as EntryOf<'configured'>;
  const shown = (await host.run('log', 'show', String(seq))).stdout;
  expect(shown).toContain(`added ${blog}`);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('whoever applies by hand under a changed configuration is in its entry', async () => {
  await host.configure({ shop: app() });
  await host.apply();
  await host.configure({ shop: app({ environment: { VERSION: 'two' } }) });
  await host.apply();
  await host.apply();
  expect(await told()).toMatchObject([
    { added: [host.named('shop')], trigger: { kind: 'request' } },
    { changed: [host.named('shop')], trigger: { kind: 'request' } },
  ]);
});

test('links that are swapped as Kubernetes does, and secrets beside the file, are taken over', async () => {
  const mount = join(host.folder, 'mount');
  await mkdir(mount);
  const swap = async (name: string, files: Readonly<Record<string, string>>) => {
    await mkdir(join(mount, name));
    for (const [path, content] of Object.entries(files)) await writeFile(join(mount, name, path), content);
    await symlink(name, join(mount, '..tmp'));
    await rename(join(mount, '..tmp'), join(mount, '..data'));
  };
  const yaml = (more: object) => ({
    'harbormaster.yml': file(more),
    secret: 'from a file',
    'app.env': 'VERSION=env\n',
  });
  await swap('..1', yaml({ environment: { VERSION: 'one' } }));
  for (const name of ['harbormaster.yml', 'secret', 'app.env']) await symlink(`..data/${name}`, join(mount, name));
  host.environment['HARBORMASTER_CONFIG'] = join(mount, 'harbormaster.yml');
  await using _daemon = await host.daemon();
  await eventually(async () => expect(await host.version('shop')).toBe('one'));
  await swap('..2', yaml({ environment: { VERSION: '${file:secret}' } }));
  await eventually(async () => expect(await host.version('shop')).toBe('from a file'));
  await swap('..3', { ...yaml({ environment: { VERSION: '${file:secret}' } }), secret: 'another' });
  await eventually(async () => expect(await host.version('shop')).toBe('another'));
  await swap('..4', yaml({ environment_file: 'app.env' }));
  await eventually(async () => expect(await host.version('shop')).toBe('env'));
  await swap('..5', { ...yaml({ environment_file: 'app.env' }), 'app.env': 'VERSION=env two\n' });
  await eventually(async () => expect(await host.version('shop')).toBe('env two'));
});

test('an editor that puts another file in its place is followed, and a file that is named before it is there', async () => {
  const save = async (text: string) => {
    await writeFile(`${host.config}~`, text);
    await rename(`${host.config}~`, host.config);
  };
  await save(file({ environment: { VERSION: 'one' } }));
  await using daemon = await host.daemon();
  await eventually(async () => expect(await host.version('shop')).toBe('one'));
  await save(file({ environment: { VERSION: 'two' } }));
  await eventually(async () => expect(await host.version('shop')).toBe('two'));
  await save(file({ environment_file: 'late.env' }));
  await eventually(() => expect(daemon.output()).toContain('last good one stays in force'));
  await writeFile(join(host.folder, 'late.env.new'), 'VERSION=late\n');
  await rename(join(host.folder, 'late.env.new'), join(host.folder, 'late.env'));
  await eventually(async () => expect(await host.version('shop')).toBe('late'));
});

test('an app that is for other hosts now goes as one that left, and every answer says why', async () => {
  await host.configure(
    { shop: app({ hosts: ['box-*', '!box-2'] }), far: app({ hosts: 'box-2' }) },
    { config: { host: 'box-1.example.org' } },
  );
  expect(await host.apply()).toMatchObject({ shop: { kind: 'applied' } });
  expect((await host.run('apply', host.named('far'))).stderr).toContain(
    'is for other hosts than box-1.example.org: box-2',
  );
  await host.configure(
    { shop: app({ hosts: ['box-*', '!BOX-1'] }), far: app({ hosts: 'box-2' }) },
    { config: { host: 'box-1.example.org' } },
  );
  expect((await host.run('plan')).stdout).toContain('the app is for other hosts than this one (box-*, !BOX-1)');
  expect(await host.apply()).toEqual({ shop: { kind: 'applied' } });
  expect(await host.ids('shop')).toEqual({});
  expect((await host.log()).at(-1)).toMatchObject({ kind: 'finished', purpose: 'remove' });
});
