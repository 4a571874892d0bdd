import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { gitRig, type RigContent } from '../../support/git-rig.ts';
import { app, repository, testSource } from './fixture.ts';
import { processesOf } from './processes.ts';

const link = (target: string): RigContent => ({ mode: '120000', content: target });

/** A source that has one commit with these files. */
async function holding(files: Readonly<Record<string, RigContent>>, options: Parameters<typeof testSource>[0] = {}) {
  await using rig = await gitRig();
  const source = await testSource(options);
  const from = repository(rig.path);
  const commit = files && (await rig.commit(files));
  await source.sync(app(from));
  return {
    source,
    from,
    commit,
    read: async (path: string, limit = 1000) => (await source.read(from, commit, path, limit))?.toString(),
    what: async (path: string) => (await source.objects(from, commit, [path])).get(path),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

test('objects are known by their ids: equal content, equal id, wherever it is', async () => {
  await using at = await holding({
    a: 'same',
    'd/b': 'same',
    'd/c': 'other',
    run: { mode: '100755', content: 'same' },
  });
  const found = await at.source.objects(at.from, at.commit, [
    'a',
    'd/b',
    'd/c',
    'd',
    '.',
    'run',
    'none',
    'd/none',
    'a/b',
  ]);
  expect(found.get('a')).toEqual({ id: expect.stringMatching(/^[0-9a-f]{40}$/), type: 'blob' });
  expect(found.get('d/b')).toEqual(found.get('a'));
  expect(found.get('d/c')).not.toEqual(found.get('a'));
  expect(found.get('d')?.type).toBe('tree');
  expect(found.get('.')?.type).toBe('tree');
  expect([found.get('none'), found.get('d/none'), found.get('a/b')]).toEqual([undefined, undefined, undefined]);
  expect([...found.keys()]).toHaveLength(9);
});

test('of a path that links lead away from, it is told where it really is', async () => {
  await using at = await holding({
    'd/e/f': 'x',
    to: { mode: '120000', content: 'd/e/f' },
    folder: { mode: '120000', content: 'd/e' },
  });
  const found = await at.source.objects(at.from, at.commit, ['d/e/f', './d//e/f', 'to', 'folder', 'folder/f']);
  const id = found.get('d/e/f')?.id;
  expect(found.get('d/e/f')).toEqual({ id, type: 'blob' });
  expect(found.get('./d//e/f')).toEqual({ id, type: 'blob' });
  expect(found.get('to')).toEqual({ id, type: 'blob', at: 'd/e/f' });
  expect(found.get('folder')).toMatchObject({ type: 'tree', at: 'd/e' });
  expect(found.get('folder/f')).toEqual({ id, type: 'blob', at: 'd/e/f' });
});

test('a path may be written in any way that stays inside', async () => {
  await using at = await holding({ 'd/e/f': 'x', top: 'y' });
  for (const path of ['d/e/f', './d/e/f', 'd//e/./f', 'd/e/../e/f', 'd/../d/e/f', 'd/e/f/'])
    expect(await at.read(path)).toBe('x');
  expect(await at.read('d/../top')).toBe('y');
  for (const path of ['..', '../x', 'd/../../x', 'd/../../../etc/passwd']) {
    await expect(at.read(path)).rejects.toMatchObject({
      code: 'tree-refused',
      message: expect.stringContaining('leads out of the repository'),
    });
  }
});

test('names are taken as they are: none is a pattern, an option or a revision', async () => {
  await using at = await holding({
    '-x': '1',
    'a b': '2',
    'a*': '3',
    'HEAD^': '4',
    ':0': '5',
    ä: '6',
    "it's": '7',
    'a:b': '8',
    missing: '9',
    'x missing': '10',
  });
  for (const [path, content] of Object.entries({
    '-x': '1',
    'a b': '2',
    'a*': '3',
    'HEAD^': '4',
    ':0': '5',
    ä: '6',
    "it's": '7',
    'a:b': '8',
    missing: '9',
    'x missing': '10',
  })) {
    expect(await at.read(path)).toBe(content);
  }
  for (const path of ['a\nb', 'a\0b', 'constructor', '__proto__']) expect(await at.what(path)).toBeUndefined();
});

test('a file is read as it is, up to the limit and not beyond', async () => {
  await using at = await holding({ a: 'x'.repeat(100), empty: '', crlf: 'a\r\nb\r\n' });
  expect(await at.read('a', 100)).toBe('x'.repeat(100));
  expect(await at.read('empty', 0)).toBe('');
  expect(await at.read('crlf')).toBe('a\r\nb\r\n');
  await expect(at.read('a', 99)).rejects.toMatchObject({
    code: 'tree-refused',
    message: '"a" in the repository is larger than 99 bytes',
  });
  expect(await at.read('a', 100)).toBe('x'.repeat(100));
});

test('what is no file has no content', async () => {
  await using at = await holding({ 'd/a': 'x', sub: { mode: '160000', content: 'a'.repeat(40) } });
  for (const path of ['d', '.', 'none', 'sub', 'sub/x', 'd/a/x']) expect(await at.read(path)).toBeUndefined();
});

test('links inside the tree are followed, as the kernel would', async () => {
  await using at = await holding({
    'shared/env': 'x',
    'apps/web/env': link('../../shared/env'),
    'apps/current': link('web'),
    'apps/web/up': link('../..'),
    chain: link('apps/current/env'),
    'root.link': link('.'),
  });
  for (const path of [
    'apps/web/env',
    'apps/current/env',
    'chain',
    'apps/web/up/shared/env',
    'apps/current/up/apps/current/../../shared/env',
    'root.link/chain',
  ]) {
    expect(await at.read(path)).toBe('x');
  }
  expect(await at.what('chain')).toMatchObject({ ...(await at.what('shared/env')) });
  expect(await at.what('apps/current')).toMatchObject({ ...(await at.what('apps/web')) });
});

test.each([
  ['/etc/passwd', 'outside of the repository'],
  ['../outside', 'leads out'],
  ['d/../../outside', 'leads out'],
  ['up/../outside', 'leads out'],
  ['none/../../outside', 'leads out'],
  ['loop', 'circle'],
  ['x/y', undefined],
])('a link to %s is not followed', async (target, because) => {
  await using at = await holding({ loop: link(target), 'd/f': 'x', 'd/deep/f': 'x', up: link('d/deep/../..') });
  if (because === undefined) expect(await at.read('loop')).toBeUndefined();
  else {
    await expect(at.read('loop')).rejects.toMatchObject({
      code: 'tree-refused',
      message: expect.stringContaining(because),
    });
    await expect(at.what('loop')).rejects.toMatchObject({ code: 'tree-refused' });
  }
});

test('a link that looks harmless by its letters, but is not, is refused', async () => {
  // By letters, "a/b/s/../.." is "a"; for the kernel, s is the top folder, and ".." of it is outside.
  await using at = await holding({ 'a/b/s': link('../..'), x: link('a/b/s/../etc/passwd') });
  await expect(at.read('x')).rejects.toMatchObject({ code: 'tree-refused' });
});

test('what is inside a submodule is fixed by its commit', async () => {
  await using at = await holding({ a: 'x', 'd/sub': { mode: '160000', content: 'ab'.repeat(20) } });
  const submodule = { id: 'ab'.repeat(20), type: 'commit' };
  expect(await at.what('d/sub')).toEqual(submodule);
  expect(await at.what('d/sub/any/file')).toEqual(submodule);
});

test('a commit that the mirror does not have is a broken source, and no reason to make the mirror anew', async () => {
  await using at = await holding({ a: 'x' });
  const other = 'b'.repeat(40);
  await expect(at.source.objects(at.from, other, ['a'])).rejects.toMatchObject({
    code: 'source-broken',
    message: expect.stringContaining('bbbbbbbbbbbb'),
  });
  await expect(at.source.read(repository('/x', { id: 'never-fetched' }), other, 'a', 10)).rejects.toMatchObject({
    code: 'source-broken',
  });
  expect(await at.read('a')).toBe('x');
});

test('what was looked up once is answered from memory', async () => {
  await using at = await holding({ 'd/a': 'x' });
  const before = await at.what('d/a');
  await rm(at.source.reposDir, { recursive: true });
  expect(await at.what('d/a')).toEqual(before);
});

test('one git process answers all questions, and goes when nobody asks', async () => {
  await using at = await holding(
    Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`d${index}/f`, `${index}`])),
    { timeouts: { idle: 1000 } },
  );
  const paths = Array.from({ length: 50 }, (_, index) => `d${index}/f`);
  const contents = await Promise.all(paths.map((path) => at.read(path)));
  expect(await processesOf(at.source.reposDir)).toEqual(['git cat-file --batch']);
  expect(contents).toEqual(paths.map((_, index) => `${index}`));
  await expect.poll(() => processesOf(at.source.reposDir)).toEqual([]);
  expect(await at.read('d1/f')).toBe('1');
});
