import { lstat, mkdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onHost } from '../../../src/core/installation.ts';
import { usualPaths } from '../../../src/core/systemd-unit.ts';
import { place } from '../../../src/edges/installer/place.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const unit = 'etc/systemd/system/harbormaster.service';

async function installation(folder: string, version = 'one') {
  const running = join(folder, 'new.cjs');
  await writeFile(running, `#!/usr/bin/env node\n// ${version}\n`);
  return onHost({ paths: usualPaths, running, starter: 'apps: {}\n' });
}

const did = (files: Awaited<ReturnType<typeof place>>) => files.map((file) => file.did);

test('everything is put in place with its mode, and a second time nothing is written', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  const files = await installation(folder.path);
  expect(did(await place(files, root))).toEqual(['wrote', 'wrote', 'wrote', 'wrote']);
  const modeOf = async (path: string) => (await stat(join(root, path))).mode & 0o777;
  expect(await modeOf('usr/local/lib/harbormaster/harbormaster.cjs')).toBe(0o755);
  expect(await modeOf('usr/local/lib/harbormaster')).toBe(0o755);
  expect(await modeOf('etc/harbormaster')).toBe(0o700);
  expect(await modeOf('etc/harbormaster/harbormaster.yml')).toBe(0o600);
  expect(await modeOf(unit)).toBe(0o644);
  expect(await readlink(join(root, 'usr/local/bin/harbormaster'))).toBe('../lib/harbormaster/harbormaster.cjs');
  expect(did(await place(files, root))).toEqual(['unchanged', 'unchanged', 'kept', 'unchanged']);
});

test('a newer program takes the place of the older one, and the configuration stays as somebody wrote it', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  await place(await installation(folder.path), root);
  await writeFile(join(root, 'etc/harbormaster/harbormaster.yml'), 'apps: {mine: {}}\n');
  expect(did(await place(await installation(folder.path, 'two'), root))).toEqual([
    'replaced',
    'unchanged',
    'kept',
    'unchanged',
  ]);
  expect(await readFile(join(root, 'usr/local/lib/harbormaster/harbormaster.cjs'), 'utf8')).toContain('// two');
  expect(await readFile(join(root, 'etc/harbormaster/harbormaster.yml'), 'utf8')).toBe('apps: {mine: {}}\n');
});

test("somebody else's unit is refused before anything is written", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  await mkdir(join(root, 'etc/systemd/system'), { recursive: true });
  await writeFile(join(root, unit), '[Service]\nExecStart=/opt/mine\n');
  await expect(place(await installation(folder.path), root)).rejects.toMatchObject({
    code: 'usage',
    message: '/etc/systemd/system/harbormaster.service is there already, and was not written by harbormaster install',
  });
  await expect(lstat(join(root, 'usr'))).rejects.toThrow('ENOENT');
});

test('a folder that cannot be written is told with the way out', async () => {
  await using folder = await temporaryFolder();
  await expect(place(await installation(folder.path), '/proc/nowhere')).rejects.toMatchObject({
    code: 'state-unwritable',
    message: expect.stringContaining('/proc/nowhere/usr/local/lib/harbormaster/harbormaster.cjs cannot be written'),
    hint: expect.stringContaining('sudo'),
  });
});
