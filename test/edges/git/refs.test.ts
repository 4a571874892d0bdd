import { expect, test } from 'vitest';
import { fullName, isRefName, pinnedCommit, refMissing } from '../../../src/edges/git/refs.ts';

test.each(['main', 'release/1.2', 'feature-x', 'v1.0', 'ä', 'a.b', 'x@y'])('%s is a name', (name) => {
  expect(isRefName(name)).toBe(true);
});

test.each([
  '',
  '@',
  '-x',
  '--upload-pack=x',
  'a b',
  'a..b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{1}',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a/b.lock',
  'a.',
  'a\nb',
  'a\u007f',
])('%j is no name', (name) => {
  expect(isRefName(name)).toBe(false);
  expect(() => fullName({ kind: 'branch', name })).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});

test('a branch and a tag have a full name, a commit has none', () => {
  expect(fullName({ kind: 'branch', name: 'main' })).toBe('refs/heads/main');
  expect(fullName({ kind: 'tag', name: 'v1' })).toBe('refs/tags/v1');
  expect(fullName({ kind: 'commit', name: '--x' })).toBeUndefined();
});

test('a commit is named in full', () => {
  expect(pinnedCommit({ kind: 'commit', name: 'A'.repeat(40) })).toBe('a'.repeat(40));
  expect(() => pinnedCommit({ kind: 'commit', name: 'abc1234' })).toThrow(
    expect.objectContaining({ code: 'config-invalid' }),
  );
  expect(() => pinnedCommit({ kind: 'commit', name: `--${'a'.repeat(38)}` })).toThrow();
});

test('a hundred thousand names of any length cost a missing one a moment', () => {
  const names = Array.from({ length: 100_000 }, (_, at) => `refs/heads/--upload-pack=\u202e${'x'.repeat(200)}-${at}`);
  const existing = new Map(['refs/heads/main', ...names].map((name) => [name, 'x']));
  const begun = process.cpuUsage();
  const { hint } = refMissing('https://h/a.git', { kind: 'branch', name: 'mian'.repeat(20) }, existing);
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(5_000);
  expect(hint).not.toMatch(/[\u202a-\u202e]/);
  expect(refMissing('https://h/a.git', { kind: 'branch', name: 'mian' }, existing).hint).toContain('"main"');
});

test('a missing ref is reported with the nearest that exist, of its kind', () => {
  const existing = new Map(
    ['refs/heads/main', 'refs/heads/maintenance', 'refs/heads/release/1.0', 'refs/heads/zzz', 'refs/tags/mani'].map(
      (name) => [name, 'x'],
    ),
  );
  expect(refMissing('https://u:p@h/a.git', { kind: 'branch', name: 'mian' }, existing)).toMatchObject({
    code: 'ref-missing',
    message: 'There is no branch "mian" in https://h/a.git',
    hint: 'Was it deleted or renamed? The nearest that exist: "main", "zzz", "maintenance".',
  });
  expect(refMissing('https://h/a.git', { kind: 'tag', name: 'v1' }, new Map()).hint).toBe(
    'The repository has no tag that can be seen.',
  );
});
