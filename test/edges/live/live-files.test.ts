import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { liveFiles } from '../../../src/edges/live/live-files.ts';
import type { MountedPath, Release } from '../../../src/model/release.ts';
import { revision } from '../../core/entries.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const mount = (path: string, id = `id-of-${path}`): MountedPath => ({ path, object: { id, type: 'tree' } });

const release = (digest: string, mounts: readonly MountedPath[]): Release => ({
  digest,
  app: 'web',
  project: 'web',
  revision: revision(),
  services: [],
  networks: [],
  volumes: [],
  builds: [],
  mounts,
  inputs: { objects: {}, options: '' },
  compose: '{}',
  environment: {},
  warnings: [],
});

/** Content by path; `x:` in front makes it executable, `->` a link. */
type Tree = Readonly<Record<string, string>>;

async function fill(root: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    if (content.startsWith('->')) await symlink(content.slice(2), join(root, path));
    else
      await writeFile(join(root, path), content.replace(/^x:/, ''), { mode: content.startsWith('x:') ? 0o755 : 0o644 });
  }
}

async function treeOf(root: string, below = ''): Promise<Tree> {
  const found: [string, string][] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) found.push(...Object.entries(await treeOf(root, path)));
    else if (entry.isSymbolicLink()) found.push([path, `->${await readlink(join(root, path))}`]);
    else
      found.push([
        path,
        `${((await stat(join(root, path))).mode & 0o111) === 0o111 ? 'x:' : ''}${await readFile(join(root, path), 'utf8')}`,
      ]);
  }
  return Object.fromEntries(found);
}

async function liveRig() {
  const folder = await temporaryFolder();
  const files = liveFiles({ directory: join(folder.path, 'apps') });
  const { live } = files.folders('web');
  let exports = 0;
  return {
    files,
    live,
    home: dirname(live),
    at: (path: string) => join(live, path),
    tree: () => treeOf(live),
    write: async (
      digest: string,
      tree: Tree,
      mounts: readonly MountedPath[] = [mount('.')],
      inPlace: readonly string[] = [],
    ) => {
      const exported = join(folder.path, `export${exports++}`);
      await mkdir(exported);
      await fill(exported, tree);
      await files.write('web', release(digest, mounts), exported, inPlace);
    },
    tidy: (digest: string, mounts: readonly MountedPath[] = [mount('.')]) => files.tidy('web', release(digest, mounts)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('writing', () => {
  test('brings files, executables, links and folders, readable by containers of any user', async () => {
    await using rig = await liveRig();
    const tree = {
      'a.conf': 'a',
      'bin/run': 'x:#!',
      'deep/er/file': 'f',
      link: '->a.conf',
      __proto__: 'p',
      'x/constructor': 'c',
    };
    await rig.write('r1', tree);
    expect(await rig.tree()).toEqual(tree);
    for (const path of ['', 'bin', 'deep/er', 'bin/run']) expect((await stat(rig.at(path))).mode & 0o777).toBe(0o755);
    expect((await stat(rig.at('a.conf'))).mode & 0o777).toBe(0o644);
    expect((await stat(rig.home)).mode & 0o777).toBe(0o700);
    expect((await readdir(rig.home)).sort()).toEqual(['cache', 'data', 'live', 'live.json', 'live.new']);
  });

  test('takes only what is mounted: a file, a folder, an empty folder, and what a mounted link leads to', async () => {
    await using rig = await liveRig();
    const tree = {
      'nginx.conf': 'n',
      'conf/a': 'a',
      'conf/b': 'b',
      'compose.yaml': 'c',
      current: '->versions/2',
      'versions/2/x': 'x',
      'versions/1/x': 'old',
    };
    const submodule: MountedPath = { path: 'module', object: { id: 'm', type: 'commit' } };
    await rig.write('r1', tree, [mount('nginx.conf'), mount('conf'), mount('current/x'), submodule]);
    const { 'compose.yaml': _, 'versions/1/x': __, ...mounted } = tree;
    expect(await rig.tree()).toEqual(mounted);
    expect(await readFile(rig.at('current/x'), 'utf8')).toBe('x');
    expect((await stat(rig.at('module'))).isDirectory()).toBe(true);
  });

  test('exchanges files one by one: folders stay the same, untouched files too, and what is mounted no more waits for tidying', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { 'conf/a': 'one', 'conf/b': 'same', 'conf/gone': 'g' });
    const before = await Promise.all(['', 'conf', 'conf/a', 'conf/b'].map((path) => stat(rig.at(path))));
    await rig.write('r2', { 'conf/a': 'two', 'conf/b': 'same', 'conf/new': 'n' });
    const after = await Promise.all(['', 'conf', 'conf/a', 'conf/b'].map((path) => stat(rig.at(path))));
    expect(after.map(({ ino }, index) => ino === before[index]?.ino)).toEqual([true, true, false, true]);
    expect(await rig.tree()).toEqual({ 'conf/a': 'two', 'conf/b': 'same', 'conf/new': 'n', 'conf/gone': 'g' });
  });

  test('writes into the files that are to stay the same ones, and puts the others in their places', async () => {
    await using rig = await liveRig();
    const inode = async (path: string) => (await stat(rig.at(path))).ino;
    await rig.write('r1', { a: 'a long first content', 'conf/b': 'b', link: '->a' });
    const before = [await inode('a'), await inode('conf/b')];
    const placed = await rig.files.placedAt('web', ['a', 'conf/b', 'link', 'none', 'a/x', 'none/x']);
    expect([...placed.keys()]).toEqual(['a', 'conf/b']);

    await rig.write('r2', { a: 'x:second', 'conf/b': 'c', link: '->conf/b', new: 'n' }, undefined, [
      'a',
      'new',
      'link',
    ]);
    expect(await rig.tree()).toEqual({ a: 'x:second', 'conf/b': 'c', link: '->conf/b', new: 'n' });
    expect(await inode('a')).toBe(before[0]);
    expect(await inode('conf/b')).not.toBe(before[1]);
    const later = await rig.files.placedAt('web', ['a', 'conf/b']);
    expect(later.get('a')).toBe(placed.get('a'));
    expect(later.get('conf/b')).toBeGreaterThan(placed.get('conf/b') ?? 0);
    expect(await rig.files.intact('web', [mount('.')])).toBe(true);
  });

  test('writes into nothing that is no file, and through no link', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: 'a', b: 'b' });
    await writeFile(join(rig.home, 'outside'), 'theirs');
    await rm(rig.at('a'));
    await symlink(join(rig.home, 'outside'), rig.at('a'));
    await rm(rig.at('b'));
    execFileSync('mkfifo', [rig.at('b')]);
    await rig.write('r2', { a: '2', b: '2' }, undefined, ['a', 'b']);
    expect(await rig.tree()).toEqual({ a: '2', b: '2' });
    expect(await readFile(join(rig.home, 'outside'), 'utf8')).toBe('theirs');
  });

  test('sees a changed mode, type or link', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { run: 'same', link: '->a', a: 'a', b: 'b', turns: 'file' });
    const next = { run: 'x:same', link: '->b', a: 'a', b: 'b', turns: '->a' };
    await rig.write('r2', next);
    expect(await rig.tree()).toEqual(next);
  });

  test('overwrites what a container changed in a declared file, also one that was there untracked', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: 'a' });
    await writeFile(rig.at('a'), 'z');
    await writeFile(rig.at('b'), 'theirs');
    await rig.write('r2', { a: 'a', b: 'ours' });
    expect(await rig.tree()).toEqual({ a: 'a', b: 'ours' });
  });

  test('goes back as it came', async () => {
    await using rig = await liveRig();
    const [one, two] = [
      { a: '1', 'old/x': 'o' },
      { a: '2', new: 'n' },
    ];
    await rig.write('r1', one);
    await rig.write('r2', two);
    await rig.write('r1', one);
    await rig.tidy('r1');
    expect(await rig.tree()).toEqual(one);
    expect(await rig.files.holds('web')).toBe('r1');
  });
});

describe('a path that changes its type', () => {
  test('does so where everything in the way is ours', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: 'file', 'b/x': 'x', 'b/y/z': 'z', c: '->a' });
    const next = { 'a/x': 'x', b: 'file', 'c/d': 'd' };
    await rig.write('r2', next);
    expect(await rig.tree()).toEqual(next);
    await rig.tidy('r2');
    expect(await rig.tree()).toEqual(next);
  });

  test.each([
    ['a folder with data where a file is declared', { 'b/x': 'x' }, 'b/data', { b: 'file' }],
    ['a file of others where a folder is declared', {}, 'c', { 'c/x': 'x' }],
  ])('is refused before anything is changed: %s', async (_, first, theirs, second) => {
    await using rig = await liveRig();
    await rig.write('r1', { a: '1', ...first });
    await fill(rig.live, { [theirs]: 'data' });
    const before = await rig.tree();
    await expect(rig.write('r2', { a: '2', ...second } as unknown as Tree)).rejects.toMatchObject({
      code: 'tree-refused',
      hint: expect.stringContaining(rig.live) as string,
    });
    expect(await rig.tree()).toEqual(before);
    expect(await rig.files.holds('web')).toBe('r1');
  });

  test('is refused where a container planted a link: nothing is written through it', async () => {
    await using rig = await liveRig();
    await using outside = await temporaryFolder();
    await rig.write('r1', { 'conf/a': '1' });
    await rm(rig.at('conf'), { recursive: true });
    await symlink(outside.path, rig.at('conf'));
    expect(await rig.files.intact('web', [mount('.')])).toBe(false);
    await expect(rig.write('r2', { 'conf/a': '2' })).rejects.toMatchObject({ code: 'tree-refused' });
    await fill(outside.path, { a: '1' });
    await rig.write('r3', { b: 'b' });
    await rig.tidy('r3');
    expect(await treeOf(outside.path)).toEqual({ a: '1' });
  });

  test('has a planted link at the file itself replaced, not followed', async () => {
    await using rig = await liveRig();
    await using outside = await temporaryFolder();
    await fill(outside.path, { target: 'theirs' });
    await rig.write('r1', { a: '1' });
    await rm(rig.at('a'));
    await symlink(join(outside.path, 'target'), rig.at('a'));
    await rig.write('r2', { a: '2' });
    expect((await lstat(rig.at('a'))).isFile()).toBe(true);
    expect(await treeOf(outside.path)).toEqual({ target: 'theirs' });
  });
});

describe('tidying', () => {
  test('takes away what only earlier releases had, with folders that become empty, and leaves what others wrote', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { keep: 'k', 'old/a': 'a', 'old/deep/b': 'b', 'shared/ours': 'o' });
    await fill(rig.live, { 'shared/theirs': 't', upload: 'u' });
    await rig.write('r2', { keep: 'k' });
    await rig.tidy('r2');
    expect(await rig.tree()).toEqual({ keep: 'k', 'shared/theirs': 't', upload: 'u' });
    expect(await readdir(rig.live)).not.toContain('old');
  });

  test('leaves a file that the app has written into since, for good', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { keep: 'k', 'app.db': 'seed' });
    await writeFile(rig.at('app.db'), 'a year of data');
    await rig.write('r2', { keep: 'k' });
    await rig.tidy('r2');
    await rig.tidy('r2');
    expect(await rig.tree()).toEqual({ keep: 'k', 'app.db': 'a year of data' });
  });

  test('keeps a mounted folder that became empty', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { 'conf/a': 'a' }, [mount('conf')]);
    const { ino } = await stat(rig.at('conf'));
    await rig.write('r2', { 'conf/.keep/x': 'x' }, [mount('conf')]);
    await rig.tidy('r2', [mount('conf')]);
    await rig.write('r3', {}, [{ path: 'conf', object: { id: 'e', type: 'commit' } }]);
    await rig.tidy('r3', [mount('conf')]);
    expect((await stat(rig.at('conf'))).ino).toBe(ino);
    expect(await readdir(rig.at('conf'))).toEqual([]);
  });

  test('does nothing for a release that live/ does not hold', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: 'a' });
    await rig.write('r2', { b: 'b' });
    await rig.tidy('r1');
    expect(await rig.tree()).toEqual({ a: 'a', b: 'b' });
  });
});

describe('what is known of live/', () => {
  test('is nothing at first', async () => {
    await using rig = await liveRig();
    expect(await rig.files.holds('web')).toBeUndefined();
    expect(await rig.files.intact('web', [])).toBe(true);
    expect(await rig.files.intact('web', [mount('a')])).toBe(false);
  });

  test('tells each way in which a container can spoil it, and not a mere touch', async () => {
    await using rig = await liveRig();
    const tree = { 'conf/a': 'aaaa', run: 'x:r', link: '->run' };
    const intact = () => rig.files.intact('web', [mount('.')]);
    await rig.write('r1', tree);
    expect(await intact()).toBe(true);
    expect(await rig.files.intact('web', [mount('.', 'another object')])).toBe(false);
    await utimes(rig.at('conf/a'), 1, 1);
    await fill(rig.live, { 'conf/theirs': 't' });
    expect(await intact()).toBe(true);
    const spoil: readonly (() => Promise<unknown>)[] = [
      () => writeFile(rig.at('conf/a'), 'bbbb'),
      () => rm(rig.at('conf/a')),
      () => chmod(rig.at('run'), 0o644),
      () => rm(rig.at('link')).then(() => symlink('conf/a', rig.at('link'))),
      () => rename(rig.at('conf'), rig.at('elsewhere')).then(() => symlink('elsewhere', rig.at('conf'))),
    ];
    for (const [index, act] of spoil.entries()) {
      await act();
      expect(await intact(), String(index)).toBe(false);
      if (index === 4) await rm(rig.at('conf'));
      await rig.write('r1', tree);
      expect(await intact(), String(index)).toBe(true);
    }
  });

  test('survives a marker that is damaged: everything is compared anew', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: 'a' });
    const { ino } = await stat(rig.at('a'));
    await writeFile(join(rig.home, 'live.json'), '{"v":1');
    expect(await rig.files.holds('web')).toBeUndefined();
    await rig.write('r1', { a: 'a' });
    expect(await rig.files.holds('web')).toBe('r1');
    expect((await stat(rig.at('a'))).ino).toBe(ino);
  });

  test('covers what a writing that was cut short left', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: '1' });
    await rig.write('r2', { a: '2', extra: 'e' });
    const marker = join(rig.home, 'live.json');
    await writeFile(
      marker,
      (await readFile(marker, 'utf8')).replace('"release":"r2","mounts"', '"release":null,"mounts"'),
    );
    expect(await rig.files.holds('web')).toBeUndefined();
    expect(await rig.files.intact('web', [mount('.')])).toBe(false);
    await rig.write('r1', { a: '1' });
    await rig.tidy('r1');
    expect(await rig.tree()).toEqual({ a: '1' });
  });

  test.runIf(process.getuid?.() === 0)('is nothing after a writing that failed half way', async () => {
    await using rig = await liveRig();
    await rig.write('r1', { a: '1', 'sub/b': '1' });
    execFileSync('/bin/mount', ['-t', 'tmpfs', 'none', rig.at('sub')]);
    try {
      await expect(rig.write('r2', { a: '2', 'sub/b': '2' })).rejects.toMatchObject({ code: 'state-unwritable' });
    } finally {
      execFileSync('/bin/umount', ['-l', rig.at('sub')]);
    }
    expect(await readFile(rig.at('a'), 'utf8')).toBe('2');
    expect(await rig.files.holds('web')).toBeUndefined();
    await rig.write('r2', { a: '2', 'sub/b': '2' });
    expect(await rig.files.holds('web')).toBe('r2');
  });
});

test('a mount that leads out of the tree, or is not in it, is refused', async () => {
  await using rig = await liveRig();
  await expect(rig.write('r1', { out: '->../../etc' }, [mount('out/passwd')])).rejects.toMatchObject({
    code: 'tree-refused',
  });
  await expect(rig.write('r1', { out: '->/etc' }, [mount('out')])).rejects.toMatchObject({ code: 'tree-refused' });
  await expect(rig.write('r1', { out: '->out' }, [mount('out')])).rejects.toMatchObject({ code: 'tree-refused' });
  await expect(rig.write('r1', {}, [mount('../x')])).rejects.toMatchObject({ code: 'tree-refused' });
  await expect(rig.write('r1', {}, [mount('none')])).rejects.toMatchObject({ code: 'bug' });
});
