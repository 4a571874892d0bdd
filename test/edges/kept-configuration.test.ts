import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { keptConfiguration } from '../../src/edges/kept-configuration.ts';
import { revision } from '../cli/builders.ts';
import { silentLogger } from '../support/fakes.ts';
import { temporaryFolder } from './temporary-folder.ts';

const kept = {
  texts: { 'https://git.example.com/hosts.git main h.yml': { text: 'apps: {}\n', revision: revision() } },
  findings: {
    apps: {
      revision: revision(),
      folders: [{ folder: 'apps/shop', files: ['compose.yaml'], settings: 'hosts: web-*\n' }],
    },
  },
};

test('what was kept is read as it was written, by its owner alone', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'configuration.json');
  const keeper = keptConfiguration({ file, logger: silentLogger });
  expect(await keeper.load()).toEqual({ texts: {}, findings: {} });
  await keeper.save(kept);
  await keeper.save(kept);
  expect(await keeper.load()).toEqual(kept);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test.each(['', '{', '[]', '{"v":2,"texts":{}}', '{"v":1,"texts":{"a":{"text":1}}}'])(
  'what cannot be understood is as good as nothing, and told: %s',
  async (content) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'configuration.json');
    await writeFile(file, content);
    const warn = vi.fn();
    const keeper = keptConfiguration({ file, logger: { ...silentLogger, warn } });
    expect(await keeper.load()).toEqual({ texts: {}, findings: {} });
    expect(warn).toHaveBeenCalledTimes(1);
    await keeper.save(kept);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ v: 1 });
  },
);
