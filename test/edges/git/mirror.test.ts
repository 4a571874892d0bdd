import { chmod, copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { App } from '../../../src/model/app.ts';
import { type Behaviour, gitHttpServer } from '../../support/git-http-server.ts';
import { type GitRig, gitRig } from '../../support/git-rig.ts';
import { app, repository, type TestSource, testSource } from './fixture.ts';

const files = { 'compose.yml': 'services: {}\n' };
const pinned = (from: App['repository'], name: string): App => app(from, { ref: { kind: 'commit', name } });
const content = async (source: TestSource, { repository: from }: App, commit: string): Promise<string | undefined> =>
  (await source.read(from, commit, 'compose.yml', 1000))?.toString();

test('a fetch tells who made the commit, when, and what about', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const commit = await rig.commit(files, 'Add the app\n\nWith a body.');
  expect(await source.fetch(app(repository(rig.path)), commit)).toEqual({
    repository: rig.path,
    ref: 'main',
    commit,
    author: { name: 'Ada Author', email: 'ada@example.org', at: '2026-01-01T00:01:00+00:00' },
    committer: { name: 'Carl Committer', email: 'carl@example.org', at: '2026-01-01T00:01:00+00:00' },
    subject: 'Add the app',
  });
});

test('what a commit says about itself is fit to print', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const commit = await rig.commit(files, `evil \u001b[2J\u009b \u202e ${'x'.repeat(500)}`);
  const { subject } = await source.fetch(app(repository(rig.path)), commit);
  expect(subject).toMatch(/^evil \[2J x+…$/);
  expect(subject.length).toBe(200);
});

test('a commit is fetched once, without its history, also when we start anew', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  await rig.commit({ old: 'x' });
  const commit = await rig.commit(files);
  const wanted = app(repository(server.serve(rig)));
  await source.fetch(wanted, commit);
  const requests = server.requests.length;
  await source.fetch(wanted, commit);
  await using next = await testSource({ reposDir: source.reposDir });
  expect((await next.fetch(wanted, commit)).subject).toBe('a change');
  expect(server.requests.length).toBe(requests);
  const count = await rig.git(['--git-dir', join(source.reposDir, 'app.git'), 'rev-list', '--count', commit]);
  expect(count).toBe('1');
});

test('many apps that want one mirror at once do not get in each other’s way', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const commits = await Promise.all([0, 1, 2, 3].map(async (index) => ({ index, name: `b${index}` })));
  for (const { name, index } of commits) await rig.commit({ 'compose.yml': `${index}` }, 'x', name);
  const from = repository(rig.path);
  const apps = commits.map(({ name }) => app(from, { name, ref: { kind: 'branch', name } }));
  const heads = await source.look(apps);
  const contents = await Promise.all(
    [...apps, ...apps].map(async (wanted) => {
      const commit = String(heads.get(wanted.name));
      await source.fetch(wanted, commit);
      return content(source, wanted, commit);
    }),
  );
  expect(contents).toEqual(['0', '1', '2', '3', '0', '1', '2', '3']);
});

test('a force-push is followed', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const wanted = app(repository(rig.path));
  await rig.commit({ a: 'b' });
  const before = await rig.commit(files);
  await source.sync(wanted);
  const after = await rig.rewrite({ 'compose.yml': 'other' });
  expect(await source.sync(wanted)).toBe(after);
  expect(await content(source, wanted, after)).toBe('other');
  expect(await content(source, wanted, before)).toBe('services: {}\n');
});

test('a branch that was a name becomes a folder of names', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const from = repository(rig.path);
  await rig.commit(files, 'x', 'release');
  await source.sync(app(from, { ref: { kind: 'branch', name: 'release' } }));
  await rig.deleteBranch('release');
  const commit = await rig.commit({ 'compose.yml': 'new' }, 'x', 'release/1');
  expect(await source.sync(app(from, { ref: { kind: 'branch', name: 'release/1' } }))).toBe(commit);
});

test('a repository whose address changed keeps its mirror, and the mirror follows', async () => {
  await using old = await gitRig();
  await using moved = await gitRig();
  await using source = await testSource();
  await old.commit(files);
  await source.sync(app(repository(old.path)));
  const commit = await moved.commit({ 'compose.yml': 'moved' });
  const wanted = app(repository(moved.path));
  expect(await source.sync(wanted)).toBe(commit);
  expect(await content(source, wanted, commit)).toBe('moved');
  expect(await readdir(source.reposDir)).toEqual(['app.git']);
});

test.each(['normal', 'old', 'dumb'] as Behaviour[])(
  'a commit that no branch leads to directly comes from a %s server',
  async (how) => {
    await using rig = await gitRig();
    await using server = await gitHttpServer();
    await using source = await testSource();
    const buried = await rig.commit(files);
    const head = await rig.commit({ 'compose.yml': 'newer' });
    await rig.git(['update-server-info']);
    server.behave(how);
    const from = repository(server.serve(rig));
    expect(await source.sync(app(from))).toBe(head);
    expect(await source.sync(pinned(from, buried))).toBe(buried);
    expect(await content(source, app(from), buried)).toBe('services: {}\n');
    expect(await content(source, app(from), head)).toBe('newer');
  },
);

test.each(['normal', 'old'] as Behaviour[])(
  'a commit that does not exist on a %s server is missing, not broken',
  async (how) => {
    await using rig = await gitRig();
    await using server = await gitHttpServer();
    await using source = await testSource();
    await rig.commit(files);
    server.behave(how);
    const from = repository(server.serve(rig));
    for (let pass = 0; pass < 2; pass++) {
      await expect(source.sync(pinned(from, 'a'.repeat(40)))).rejects.toMatchObject({
        code: 'ref-missing',
        message: `There is no commit ${'a'.repeat(40)} in ${from.url}`,
      });
    }
  },
);

test('a branch that moved between look and fetch is a matter of trying again', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  await rig.commit(files);
  const failure = source.fetch(app(repository(rig.path)), 'a'.repeat(40));
  await expect(failure).rejects.toMatchObject({
    code: 'source-unreachable',
    message: expect.stringContaining('it moved while it was fetched'),
  });
});

const damages: Readonly<Record<string, (mirror: string, rig: GitRig) => Promise<void>>> = {
  'a commit that lacks a file': loseFile,
  'a pack that was cut': async (mirror) => truncate(await packOf(mirror), 40),
  'a pack that is gone': async (mirror) => rm(await packOf(mirror)),
  'all objects gone': async (mirror) => rm(join(mirror, 'objects'), { recursive: true }),
  'no HEAD': async (mirror) => rm(join(mirror, 'HEAD')),
  'a configuration that is no configuration': async (mirror) => writeFile(join(mirror, 'config'), '[core'),
  'a file in its place': async (mirror) => {
    await rm(mirror, { recursive: true });
    await writeFile(mirror, 'x');
  },
  'nothing in its place': async (mirror) => rm(mirror, { recursive: true }),
  'a shallow file that lies': async (mirror) => writeFile(join(mirror, 'shallow'), 'not a commit\n'),
};

test.each(Object.entries(damages))(
  'a mirror with %s is made anew, by this process and by the next',
  async (_, damage) => {
    await using rig = await gitRig();
    await using source = await testSource();
    const commit = await rig.commit(files);
    const wanted = app(repository(rig.path));
    await source.sync(wanted);
    const mirror = join(source.reposDir, 'app.git');

    await damage(mirror, rig);
    await using next = await testSource({ reposDir: source.reposDir });
    await next.sync(wanted);
    expect(await content(next, wanted, commit)).toBe('services: {}\n');

    await damage(mirror, rig);
    const newer = await rig.commit({ 'compose.yml': 'newer' });
    await source.sync(wanted);
    expect(await content(source, wanted, newer)).toBe('newer');
    expect(await readdir(source.reposDir)).toEqual(['app.git']);
  },
);

test('a file whose bytes rotted is noticed when it is read, and the next fetch mends it', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const noise = Array.from({ length: 3000 }, (_, index) => (index * 7919) % 9973).join(' ');
  const commit = await rig.commit({ 'compose.yml': noise });
  const wanted = app(repository(rig.path));
  await source.sync(wanted);
  await rot(await packOf(join(source.reposDir, 'app.git')));
  await using next = await testSource({ reposDir: source.reposDir });
  await next.fetch(wanted, commit);
  await expect(next.read(wanted.repository, commit, 'compose.yml', 100_000)).rejects.toMatchObject({
    code: 'source-broken',
  });
  await next.fetch(wanted, commit);
  expect((await next.read(wanted.repository, commit, 'compose.yml', 100_000))?.toString()).toBe(noise);
});

test('a broken mirror stays where it is until a whole one can take its place', async () => {
  await using rig = await gitRig();
  await using server = await gitHttpServer();
  await using source = await testSource();
  const commit = await rig.commit(files);
  const wanted = app(repository(server.serve(rig)));
  await source.sync(wanted);
  await truncate(await packOf(join(source.reposDir, 'app.git')), 40);
  server.behave(503);
  await using next = await testSource({ reposDir: source.reposDir });
  await expect(next.fetch(wanted, commit)).rejects.toMatchObject({ code: 'source-unreachable' });
  expect(await readdir(source.reposDir)).toEqual(['app.git']);
  server.behave('normal');
  expect((await next.fetch(wanted, commit)).commit).toBe(commit);
});

async function leaveLocks(mirror: string): Promise<readonly string[]> {
  const refs = await readdir(join(mirror, 'refs/harbormaster'));
  const locks = [
    'shallow.lock',
    'HEAD.lock',
    'config.lock',
    'packed-refs.lock',
    ...refs.map((ref) => `refs/harbormaster/${ref}.lock`),
  ];
  for (const lock of locks) await writeFile(join(mirror, lock), '');
  return locks;
}

test('lock files that a killed git left behind do not stop the one who works on the mirrors alone', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  await rig.commit(files);
  const wanted = app(repository(rig.path));
  await source.sync(wanted);
  await leaveLocks(join(source.reposDir, 'app.git'));
  const commit = await rig.commit({ 'compose.yml': 'newer' });
  expect(await source.sync(wanted)).toBe(commit);
});

test('who does not work on the mirrors alone leaves lock files to their owner', async () => {
  await using rig = await gitRig();
  await using source = await testSource({ exclusive: false });
  await rig.commit(files);
  const wanted = app(repository(rig.path));
  await source.sync(wanted);
  const mirror = join(source.reposDir, 'app.git');
  const locks = await leaveLocks(mirror);
  await rig.commit({ 'compose.yml': 'newer' });
  await expect(source.sync(wanted)).rejects.toMatchObject({
    code: 'source-broken',
    message: expect.stringContaining('lock of the mirror'),
  });
  expect(await readdir(mirror)).toEqual(expect.arrayContaining(locks.filter((lock) => !lock.includes('/'))));
});

test('half-made mirrors of a process that was killed are cleared away, by the one who works alone', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  await rig.commit(files);
  await mkdir(join(source.reposDir, 'app.git.new-0123abcd'), { recursive: true });
  await mkdir(join(source.reposDir, 'app.git.old-0123abcd'));
  await using other = await testSource({ exclusive: false, reposDir: source.reposDir });
  await other.sync(app(repository(rig.path)));
  expect(await readdir(source.reposDir)).toHaveLength(3);
  await using next = await testSource({ reposDir: source.reposDir });
  await next.sync(app(repository(rig.path)));
  expect(await readdir(source.reposDir)).toEqual(['app.git']);
});

test.each(['silent', 'drop', 500, 404] as Behaviour[])(
  'a first fetch from a server that is %s leaves nothing behind',
  async (how) => {
    await using rig = await gitRig();
    await using server = await gitHttpServer();
    await using source = await testSource(how === 'silent' ? { timeouts: { fetch: 700 } } : {});
    const commit = await rig.commit(files);
    const wanted = app(repository(server.serve(rig)));
    server.behave(how);
    const code = how === 404 ? 'source-refused' : 'source-unreachable';
    await expect(source.fetch(wanted, commit)).rejects.toMatchObject({ code });
    expect(await readdir(source.reposDir)).toEqual([]);
  },
);

test('many fetches do not become many packs', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  await rig.commit(files);
  const wanted = app(repository(rig.path));
  const first = await source.sync(wanted);
  const mirror = join(source.reposDir, 'app.git');
  const packs = join(mirror, 'objects/pack');
  const [pack = ''] = (await readdir(packs)).filter((name) => name.endsWith('.pack'));
  for (let copy = 0; copy < 45; copy++) {
    const name = `pack-${String(copy).padStart(40, '0')}`;
    await copyFile(join(packs, pack), join(packs, `${name}.pack`));
    await copyFile(join(packs, pack.replace('.pack', '.idx')), join(packs, `${name}.idx`));
  }
  const commit = await rig.commit({ 'compose.yml': 'newer' });
  await source.sync(wanted);
  expect((await readdir(packs)).filter((name) => name.endsWith('.pack')).length).toBeLessThan(5);
  expect(await content(source, wanted, commit)).toBe('newer');
  expect(await content(source, wanted, first)).toBe('services: {}\n');
});

test('no hook runs, wherever it lies', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  await rig.commit(files);
  const wanted = app(repository(rig.path));
  await source.sync(wanted);
  const canary = join(source.folder, 'canary');
  const hooks = [join(source.reposDir, 'app.git', 'hooks'), join(rig.path, 'hooks')];
  for (const folder of hooks) {
    await mkdir(folder, { recursive: true });
    for (const hook of ['reference-transaction', 'post-update', 'post-checkout', 'pre-receive']) {
      await writeFile(join(folder, hook), `#!/bin/sh\ntouch ${canary}\n`);
      await chmod(join(folder, hook), 0o755);
    }
  }
  await rig.git(['-c', 'core.hooksPath=/dev/null', 'update-ref', 'refs/heads/x', 'main']);
  const other = await rig.git(['-c', 'core.hooksPath=/dev/null', 'commit-tree', '-m', 'x', 'main^{tree}']);
  await rig.git(['-c', 'core.hooksPath=/dev/null', 'update-ref', 'refs/heads/main', other]);
  expect(await source.sync(wanted)).toBe(other);
  await expect(readFile(canary)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a repository on this host is protected from names like its own mirror’s', async () => {
  await using source = await testSource();
  const odd = app(repository('/x', { id: '../../etc/passwd' }));
  await expect(source.fetch(odd, 'a'.repeat(40))).rejects.toMatchObject({ code: 'bug' });
});

async function packOf(mirror: string): Promise<string> {
  const folder = join(mirror, 'objects/pack');
  const [pack = ''] = (await readdir(folder)).filter((name) => name.endsWith('.pack'));
  const path = join(folder, pack);
  await chmod(path, 0o600);
  return path;
}

/** Changes bytes in the middle: the pack's head and tail, which git looks at first, stay right. */
async function rot(pack: string): Promise<void> {
  const bytes = await readFile(pack);
  bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 64);
  await writeFile(pack, bytes);
}

/** Takes the pack apart and one file out. */
async function loseFile(mirror: string, { git }: GitRig): Promise<void> {
  const pack = await packOf(mirror);
  const content = await readFile(pack);
  await rm(join(mirror, 'objects/pack'), { recursive: true });
  await git(['--git-dir', mirror, 'unpack-objects', '-q'], content);
  const blob = await git(['hash-object', '--stdin'], 'services: {}\n');
  await rm(join(mirror, 'objects', blob.slice(0, 2), blob.slice(2)));
}
