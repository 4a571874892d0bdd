import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPlugin, pluginCandidates } from '../../../../src/edges/engines/compose/plugin.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-plugin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function compose(path: string, version: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho ${version}\n`);
  await chmod(file, 0o755);
  return file;
}

test("the plugin is looked for in Docker's order, then on the PATH", () => {
  expect(pluginCandidates({ explicit: undefined, dockerConfig: '/c', searchPath: '/bin:relative:' })).toEqual([
    '/c/cli-plugins/docker-compose',
    '/usr/local/lib/docker/cli-plugins/docker-compose',
    '/usr/local/libexec/docker/cli-plugins/docker-compose',
    '/usr/lib/docker/cli-plugins/docker-compose',
    '/usr/libexec/docker/cli-plugins/docker-compose',
    '/bin/docker-compose',
  ]);
});

test("the user's own plugin goes first", async () => {
  const path = await compose('cli-plugins/docker-compose', 'v2.40.3');
  expect(await findPlugin({ explicit: undefined, dockerConfig: folder, searchPath: '' })).toMatchObject({
    path,
    version: '2.40.3',
  });
});

test('one start of it tells its version and behind which fence it can render', async () => {
  const path = await compose('docker-compose', `2.40.3; echo started >> ${folder}/starts`);
  await writeFile(`${folder}/starts`, '');
  await chmod(`${folder}/starts`, 0o666);
  await chmod(folder, 0o755);
  const { fence } = await findPlugin({ explicit: path, dockerConfig: folder, searchPath: '' });
  expect(fence.output).toBe('2.40.3\n');
  expect((await readFile(`${folder}/starts`, 'utf8')).split('\n')).toEqual(['started', '']);
});

test('the first Compose, written in Python, is not it', async () => {
  const path = await compose('docker-compose', '1.29.2');
  await expect(findPlugin({ explicit: path, dockerConfig: folder, searchPath: '' })).rejects.toMatchObject({
    code: 'tool-missing',
    message: `${path} is not Docker Compose v2`,
  });
});

test('a path that was given and is wrong is not made up for by another', async () => {
  await compose('cli-plugins/docker-compose', '2.26.1');
  await expect(
    findPlugin({ explicit: '/nonexistent/compose', dockerConfig: folder, searchPath: folder }),
  ).rejects.toMatchObject({
    code: 'tool-missing',
    hint: expect.stringContaining('https://docs.docker.com/compose/install'),
  });
});
