import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type GitRig, gitRig, type RigContent } from '../../support/git-rig.ts';
import { app, repository, type TestSource, testSource } from './fixture.ts';

const link = (target: string): RigContent => ({ mode: '120000', content: target });

interface Written extends AsyncDisposable {
  readonly target: string;
  readonly source: TestSource;
  files(): Promise<readonly string[]>;
  text(path: string): Promise<string>;
}

/** Exports paths of one commit of a rig. */
async function written(
  rig: GitRig,
  commit: string,
  {
    paths = ['.'],
    submodules = false,
    options = {},
  }: { paths?: readonly string[]; submodules?: boolean; options?: Parameters<typeof testSource>[0] } = {},
): Promise<Written> {
  const source = await testSource(options);
  const target = join(source.folder, 'tree');
  const wanted = app(repository(rig.path), { ref: { kind: 'commit', name: commit } });
  try {
    await source.fetch(wanted, commit);
    await source.export({ repository: wanted.repository, commit, paths, target, submodules });
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
  return {
    target,
    source,
    files: async () =>
      (await readdir(target, { recursive: true, withFileTypes: true }))
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1))
        .sort(),
    text: (path) => readFile(join(target, path), 'utf8'),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

test('a commit is written as it is, readable for everybody, programs runnable', async () => {
  await using rig = await gitRig();
  const binary = Buffer.from([0, 1, 2, 255, 10, 13]);
  const commit = await rig.commit({
    'compose.yml': 'services: {}\n',
    'a b/ä.bin': binary,
    'bin/run': { mode: '100755', content: '#!/bin/sh\n' },
    empty: '',
    big: 'x'.repeat(3_000_000),
  });
  await using at = await written(rig, commit);
  expect(await at.files()).toEqual(['a b/ä.bin', 'big', 'bin/run', 'compose.yml', 'empty']);
  expect(await readFile(join(at.target, 'a b/ä.bin'))).toEqual(binary);
  expect((await at.text('big')).length).toBe(3_000_000);
  const mode = async (path: string): Promise<string> => ((await stat(join(at.target, path))).mode & 0o7777).toString(8);
  expect([await mode('compose.yml'), await mode('bin/run'), await mode('bin'), await mode('.')]).toEqual([
    '644',
    '755',
    '755',
    '755',
  ]);
});

test('only the wanted paths are written, each where it is in the repository', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({
    'apps/web/compose.yml': '1',
    'apps/web/conf/a': '2',
    'apps/api/compose.yml': '3',
    top: '4',
  });
  await using at = await written(rig, commit, { paths: ['apps/web/conf', './apps/api/compose.yml', 'none/at/all'] });
  expect(await at.files()).toEqual(['apps/api/compose.yml', 'apps/web/conf/a']);
});

test('links that stay inside are written as links, and find what they lead to', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({
    'apps/web/env': link('../../shared/env'),
    'apps/web/all': link('../../shared'),
    'shared/env': 'x',
    'shared/more': 'y',
    current: link('apps/web'),
    elsewhere: 'z',
  });
  await using at = await written(rig, commit, { paths: ['current/env'] });
  expect(await readlink(join(at.target, 'current'))).toBe('apps/web');
  expect(await at.text('current/env')).toBe('x');
  expect(await at.files()).toEqual(['apps/web/env', 'current', 'shared/env']);
  await using whole = await written(rig, commit, { paths: ['apps'] });
  expect(await whole.text('apps/web/all/more')).toBe('y');
  expect(await whole.files()).not.toContain('elsewhere');
});

test('a link to what is not there is written, as long as it would stay inside', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({ 'logs/current': link('2026/today.log') });
  await using at = await written(rig, commit);
  expect(await readlink(join(at.target, 'logs/current'))).toBe('2026/today.log');
});

test.each(['/etc/passwd', '/', '../outside', '../../../../etc', 'd/../../x', 'none/../../x', 'evil', 'd/evil2'])(
  'a link to %s is refused by name, and nothing is written',
  async (to) => {
    await using rig = await gitRig();
    const commit = await rig.commit({ 'a-first': 'x', 'd/f': 'x', 'd/evil2': link('../evil'), evil: link(to) });
    await using source = await testSource();
    const from = repository(rig.path);
    await source.sync(app(from));
    const target = join(source.folder, 'tree');
    await expect(
      source.export({ repository: from, commit, paths: ['.'], target, submodules: false }),
    ).rejects.toMatchObject({
      code: 'tree-refused',
      message: expect.stringContaining('evil'),
      hint: expect.any(String),
    });
    await expect(readdir(target)).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('a link that leads out does not matter where nobody asks for it', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({ 'web/compose.yml': 'x', 'other/evil': link('/etc/passwd') });
  await using at = await written(rig, commit, { paths: ['web'] });
  expect(await at.files()).toEqual(['web/compose.yml']);
});

test('what .gitattributes says is not done', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({
    '.gitattributes': '* filter=evil text eol=crlf ident export-ignore export-subst working-tree-encoding=UTF-16\n',
    a: '$Id$ $Format:%H$\n',
    '.gitmodules': 'x',
  });
  await using at = await written(rig, commit);
  expect(await at.text('a')).toBe('$Id$ $Format:%H$\n');
  expect(await at.files()).toEqual(['.gitattributes', '.gitmodules', 'a']);
});

test('an export may be repeated, and is complete again', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({ a: 'x', 'd/l': link('../a'), 'd/run': { mode: '100755', content: 'y' } });
  await using at = await written(rig, commit);
  await chmod(join(at.target, 'a'), 0o600);
  await writeFile(join(at.target, 'a'), 'changed');
  await at.source.export({
    repository: repository(rig.path),
    commit,
    paths: ['.'],
    target: at.target,
    submodules: false,
  });
  expect(await at.text('a')).toBe('x');
  expect(await at.files()).toEqual(['a', 'd/l', 'd/run']);
});

test('what somebody put in the way is never written through', async () => {
  await using rig = await gitRig();
  const commit = await rig.commit({ 'd/f': 'x', g: 'x' });
  await using at = await written(rig, commit, { paths: ['none'] });
  const outside = join(at.source.folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'g'), 'mine');
  await symlink(outside, join(at.target, 'd'));
  await symlink(join(outside, 'g'), join(at.target, 'g'));
  const again = (paths: readonly string[]) =>
    at.source.export({ repository: repository(rig.path), commit, paths, target: at.target, submodules: false });
  await again(['g']);
  expect((await lstat(join(at.target, 'g'))).isFile()).toBe(true);
  await expect(again(['d'])).rejects.toMatchObject({
    code: 'tree-refused',
    message: expect.stringContaining('something else stands there'),
  });
  expect(await readdir(outside)).toEqual(['g']);
  expect(await readFile(join(outside, 'g'), 'utf8')).toBe('mine');
});

const hostileNames: readonly (string | Buffer)[] = [
  '..',
  '.',
  '.git',
  '.GIT',
  '.gIt',
  'a\nb',
  'a\u001b[2J',
  Buffer.from([0x61, 0xff, 0x62]),
];

test.each(hostileNames.map((name) => [JSON.stringify(name.toString()), name] as const))(
  'a tree with the name %s is written nowhere',
  async (_, name) => {
    await using rig = await gitRig();
    await using at = await mirrorOf(rig, async () => {
      const file = await rig.blob('evil');
      const inner = await rig.rawTree([{ mode: '100644', name: 'canary', id: file }]);
      return rig.rawTree([{ mode: '40000', name, id: inner }]);
    });
    await expect(at.exported()).rejects.toMatchObject({
      code: 'tree-refused',
      message: expect.stringContaining('is not written to disk'),
    });
    expect(await at.everything()).not.toContainEqual(expect.stringContaining('canary'));
  },
);

test('a tree that has one name twice, as a link and as a folder, is written nowhere', async () => {
  await using rig = await gitRig();
  await using at = await mirrorOf(rig, async () => {
    const inner = await rig.rawTree([{ mode: '100644', name: 'canary', id: await rig.blob('evil') }]);
    return rig.rawTree([
      { mode: '120000', name: 'd', id: await rig.blob('../outside') },
      { mode: '40000', name: 'd', id: inner },
    ]);
  });
  await expect(at.exported()).rejects.toMatchObject({ code: 'tree-refused' });
  expect(await at.everything()).not.toContainEqual(expect.stringContaining('canary'));
});

test('a tree whose names hold a slash is written nowhere', async () => {
  await using rig = await gitRig();
  await using at = await mirrorOf(rig, async () =>
    rig.rawTree([{ mode: '100644', name: '../canary', id: await rig.blob('evil') }]),
  );
  await expect(at.exported()).rejects.toMatchObject({ code: 'tree-refused' });
});

test('a few bytes that unfold into a million files are refused', async () => {
  await using rig = await gitRig();
  await using at = await mirrorOf(rig, async () => {
    let id = await rig.rawTree(
      Array.from({ length: 10 }, (_, index) => ({ mode: '100644', name: `f${index}`, id: '' })).map((entry) => ({
        ...entry,
        id: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
      })),
    );
    await rig.blob('');
    for (let level = 0; level < 7; level++)
      id = await rig.rawTree(Array.from({ length: 10 }, (_, index) => ({ mode: '40000', name: `d${index}`, id })));
    return id;
  });
  await expect(at.exported()).rejects.toMatchObject({
    code: 'tree-refused',
    message: expect.stringContaining('too much'),
  });
  expect((await at.everything()).length).toBe(0);
});

test('objects that Git itself calls forged do not even come through a fetch', async () => {
  await using rig = await gitRig();
  await using source = await testSource();
  const inner = await rig.rawTree([{ mode: '100644', name: 'canary', id: await rig.blob('evil') }]);
  await rig.commitTree(await rig.rawTree([{ mode: '40000', name: '..', id: inner }]));
  await expect(source.sync(app(repository(rig.path)))).rejects.toMatchObject({
    code: 'tree-refused',
    message: expect.stringContaining("Git's own checks refuse"),
  });
});

/** A commit with a tree that no fetch would let through, planted into the mirror. */
async function mirrorOf(rig: GitRig, makeTree: () => Promise<string>) {
  const source = await testSource();
  const from = repository(rig.path);
  await rig.commit({ a: 'x' });
  await source.sync(app(from));
  const commit = await rig.commitTree(await makeTree(), 'hostile');
  await rig.git([
    '--git-dir',
    join(source.reposDir, 'app.git'),
    '-c',
    'fetch.fsckObjects=false',
    'fetch',
    '--quiet',
    rig.path,
    commit,
  ]);
  const target = join(source.folder, 'tree', 'deep');
  return {
    exported: () => source.export({ repository: from, commit, paths: ['.'], target, submodules: false }),
    everything: () =>
      readdir(join(source.folder, 'tree'), { recursive: true }).then(
        (names) => names.filter((name) => name !== 'deep'),
        () => [],
      ),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

test('submodules are written where an app asks for them, at their commit and by the same rules, also one in another', async () => {
  await using innermost = await gitRig('innermost');
  await using inner = await gitRig('inner');
  await using outer = await gitRig('outer');
  const deep = await innermost.commit({ deep: 'deep' });
  await innermost.commit({ deep: 'newer' });
  const sub = await inner.commit({
    file: 'inner',
    '.gitmodules': `[submodule "x"]\n\tpath = in most\n\turl = ${innermost.path}\n`,
    'in most': { mode: '160000', content: deep },
  });
  const commit = await outer.commit({
    top: 'outer',
    '.gitmodules': `[submodule "lib"]\n\tpath = vendor/lib\n\turl = ${inner.path}\n`,
    'vendor/lib': { mode: '160000', content: sub },
  });
  await using without = await written(outer, commit);
  expect(await without.files()).toEqual(['.gitmodules', 'top']);
  await using at = await written(outer, commit, { submodules: true });
  expect(await at.files()).toEqual([
    '.gitmodules',
    'top',
    'vendor/lib/.gitmodules',
    'vendor/lib/file',
    'vendor/lib/in most/deep',
  ]);
  expect(await at.text('vendor/lib/in most/deep')).toBe('deep');
  await using both = await written(outer, commit, { submodules: true, paths: ['vendor/lib/file', 'vendor'] });
  expect(await both.files()).toHaveLength(3);
  await using part = await written(outer, commit, { submodules: true, paths: ['vendor/lib/file'] });
  expect(await part.files()).toEqual(['vendor/lib/file']);
});

test('a submodule that leads elsewhere is refused, a link out of one, too', async () => {
  await using inner = await gitRig('inner');
  await using outer = await gitRig('outer');
  const evil = await inner.commit({ evil: link('../outer-file') });
  const submodule = (url: string): Promise<string> =>
    outer.commit({
      'outer-file': 'x',
      '.gitmodules': `[submodule "lib"]\n\tpath = lib\n\turl = ${url}\n`,
      lib: { mode: '160000', content: evil },
    });
  for (const url of ['http://169.254.169.254/x', 'git@other.host:x', 'relative']) {
    await expect(written(outer, await submodule(url), { submodules: true })).rejects.toMatchObject({
      code: 'tree-refused',
      message: expect.stringContaining('"lib"'),
    });
  }
  await expect(written(outer, await submodule(inner.path), { submodules: true })).rejects.toMatchObject({
    code: 'tree-refused',
    message: expect.stringContaining('evil'),
  });
});

test('a submodule without an address, and one that is gone, say so', async () => {
  await using outer = await gitRig('outer');
  await using inner = await gitRig('inner');
  await inner.commit({ a: 'x' });
  const nowhere = await outer.commit({ lib: { mode: '160000', content: 'a'.repeat(40) } });
  await expect(written(outer, nowhere, { submodules: true })).rejects.toMatchObject({
    code: 'tree-refused',
    message: expect.stringContaining('no address in .gitmodules'),
  });
  const gone = await outer.commit({ '.gitmodules': `[submodule "lib"]\n\tpath = lib\n\turl = ${inner.path}\n` });
  await expect(written(outer, gone, { submodules: true })).rejects.toMatchObject({
    code: 'ref-missing',
    message: expect.stringContaining('a'.repeat(40)),
  });
});
