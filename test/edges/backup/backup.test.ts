import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backup } from '../../../src/edges/backup/backup.ts';
import { restore } from '../../../src/edges/backup/restore.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const path = process.env['PATH'] ?? '';
const segment = 'log/000000000001.jsonl';

async function stateIn(folder: string): Promise<string> {
  const state = join(folder, 'state');
  const files = {
    [segment]: '{"seq":1,"kind":"opened"}\n{"seq":2,"kind":"held"}\n',
    'keys/host.key': 'k'.repeat(32),
    'apps/shop/releases/abc/compose.json': '{}',
    'apps/shop/live/nginx.conf': 'listen 80;',
    'apps/shop/data/precious': 'not ours',
    'repos/1.git/HEAD': 'ref: refs/heads/main',
    'run/lock': '{}',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(state, name, '..'), { recursive: true });
    await writeFile(join(state, name), content, { mode: 0o600 });
  }
  return state;
}

const archive = (stateDir: string, file: string) =>
  backup({ stateDir, file, at: new Date('2026-01-31T12:00:00Z'), host: 'prod-1', version: '1.2.3', path });

test('a backup holds the record, the keys and the releases, only for its owner, and nothing that is made again or the app’s own', async () => {
  await using folder = await temporaryFolder();
  const stateDir = await stateIn(folder.path);
  const file = join(folder.path, 'b.tar.gz');
  expect(await archive(stateDir, file)).toMatchObject({ files: 4, seq: 2 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const listed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
  expect(listed).toEqual([
    'manifest.json',
    segment,
    'apps/shop/live/nginx.conf',
    'apps/shop/releases/abc/compose.json',
    'keys/host.key',
  ]);
  expect((await readdir(folder.path)).toSorted()).toEqual(['b.tar.gz', 'state']);
});

test('a line that is being written is not in it, and an archive that is there is left alone', async () => {
  await using folder = await temporaryFolder();
  const stateDir = await stateIn(folder.path);
  await appendFile(join(stateDir, segment), '{"seq":3,"ki');
  const file = join(folder.path, 'b.tar.gz');
  expect(await archive(stateDir, file)).toMatchObject({ seq: 2 });
  await expect(archive(stateDir, file)).rejects.toMatchObject({
    code: 'usage',
    message: `${file} is already there and stays as it is`,
  });
  const into = join(folder.path, 'again');
  expect(await restore({ stateDir: into, file, path })).toMatchObject({
    files: 4,
    seq: 2,
    host: 'prod-1',
    version: '1.2.3',
  });
  expect(await readFile(join(into, segment), 'utf8')).toBe('{"seq":1,"kind":"opened"}\n{"seq":2,"kind":"held"}\n');
  expect((await stat(join(into, 'keys/host.key'))).mode & 0o777).toBe(0o600);
  expect((await stat(into)).mode & 0o777).toBe(0o700);
});

test('nothing is restored over what is there, nor from what is no backup', async () => {
  await using folder = await temporaryFolder();
  const stateDir = await stateIn(folder.path);
  const file = join(folder.path, 'b.tar.gz');
  await archive(stateDir, file);
  await expect(restore({ stateDir, file, path })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('is not empty'),
  });
  await writeFile(join(folder.path, 'no.tar.gz'), 'nothing');
  const other = { stateDir: join(folder.path, 'other'), path };
  await expect(restore({ ...other, file: join(folder.path, 'no.tar.gz') })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('cannot be restored'),
  });
  await expect(restore({ ...other, file: join(folder.path, 'missing') })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('there is no file'),
  });
  expect(await readdir(folder.path)).not.toContain('other');
});

test.each([
  [
    'a changed file',
    async (root: string) => writeFile(join(root, 'keys/host.key'), 'x'.repeat(32)),
    'keys/host.key is not as it was',
  ],
  ['a missing one', async (root: string) => execFileSync('rm', [join(root, segment)]), `${segment} is not as it was`],
  [
    'one too many',
    async (root: string) => writeFile(join(root, 'keys/other'), ''),
    'it holds keys/other, which its manifest does not name',
  ],
  [
    'a link',
    async (root: string) => symlink('/etc/passwd', join(root, 'keys/link')),
    'it holds keys/link, which its manifest does not name',
  ],
])('an archive with %s is refused, and nothing of it stays', async (_, tamper, why) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'b.tar.gz');
  await archive(await stateIn(folder.path), file);
  const root = join(folder.path, 'tampered');
  await mkdir(root);
  execFileSync('tar', ['-xzf', file, '-C', root]);
  await tamper(root);
  const bad = join(folder.path, 'bad.tar.gz');
  execFileSync('tar', ['-czf', bad, '-C', root, '.']);
  const stateDir = join(folder.path, 'restored');
  await expect(restore({ stateDir, file: bad, path })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(why),
  });
  expect((await readdir(folder.path)).filter((name) => name.startsWith('restored'))).toEqual([]);
});
