import { expect, test } from 'vitest';
import { nameProblem, parseTree } from '../../../src/edges/git/tree.ts';

const id = 'ab'.repeat(20);
const entry = (mode: string, name: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(id, 'hex')]);

test('a tree gives its entries by name', () => {
  const content = Buffer.concat([
    entry('100644', 'a b'),
    entry('100755', 'run'),
    entry('40000', 'd'),
    entry('120000', 'l'),
    entry('160000', 's'),
    entry('100664', 'old'),
  ]);
  expect([...parseTree(content, 20)]).toEqual([
    ['a b', { kind: 'file', id }],
    ['run', { kind: 'program', id }],
    ['d', { kind: 'folder', id }],
    ['l', { kind: 'link', id }],
    ['s', { kind: 'submodule', id }],
    ['old', { kind: 'file', id }],
  ]);
  expect(parseTree(Buffer.alloc(0), 20).size).toBe(0);
});

test.each([
  ['cut', entry('100644', 'a').subarray(0, -1)],
  ['cut in the name', Buffer.from('100644 a')],
  ['two entries of one name', Buffer.concat([entry('120000', 'a'), entry('40000', 'a')])],
  ['an unknown kind', entry('20666', 'device')],
])('a tree with %s is refused', (_, content) => {
  expect(() => parseTree(content, 20)).toThrow(expect.objectContaining({ code: 'tree-refused' }));
});

test.each(['', '.', '..', '.git', '.GIT', '.Git', 'a/b', 'a\nb', 'a\u0000b', 'a\u001bb', 'a\u009bb', '\ufffd'])(
  '%j is no name for a disk',
  (name) => {
    expect(nameProblem(name)).toBeTypeOf('string');
  },
);

test.each(['a', '.gitignore', '.gitmodules', '...', 'a b', '-x', 'ä', '.git2', 'con', "it's", '$(id)', '\\'])(
  '%j is an ordinary name',
  (name) => {
    expect(nameProblem(name)).toBeUndefined();
  },
);
