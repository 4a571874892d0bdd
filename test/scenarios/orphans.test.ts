import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Orphan } from '../../src/model/orphan.ts';
import { world } from '../support/world.ts';

test('orphans lists what is left of apps that are not declared, each with what removes it, and removes nothing', async () => {
  await using host = await world();
  const image = await host.engine.image('web');
  const repository = await host.repository();
  const web = { image, stop_signal: 'SIGKILL', volumes: ['data:/volume', '${HM_DATA_DIR}:/data'] };
  await repository.commit({ 'compose.yaml': stringify({ services: { web }, volumes: { data: {} } }) });
  const { url } = repository;
  const all = {
    gone: { url },
    stopped: { url, on_remove: 'stop' },
    released: { url, on_remove: 'orphan' },
    stays: { url },
  };
  await host.configure(all);
  await host.apply();
  const nothing = await host.run('orphans');
  expect(nothing).toMatchObject({ code: 0, stdout: 'Nothing is left here of apps that are not declared.\n' });
  for (const app of Object.keys(all)) {
    const { web: id = '' } = await host.ids(app);
    await host.engine.exec(id, ['sh', '-c', 'echo kept > /data/marker']);
  }
  await host.configure({ stays: { url } });
  for (const app of ['gone', 'stopped', 'released']) await host.apply(app);
  await mkdir(join(host.state, 'apps', 'stranger', 'data'), { recursive: true });
  await writeFile(join(host.state, 'apps', 'stranger', 'data', 'file'), 'x'.repeat(2048));

  const orphans = async (): Promise<readonly Orphan[]> => {
    const { stdout, code } = await host.run('orphans', '--json');
    expect(code).toBe(0);
    return (JSON.parse(stdout) as { orphans: readonly Orphan[] }).orphans;
  };
  const found = await orphans();
  expect(found.map(({ app, how }) => [app, how])).toEqual([
    [host.named('gone'), 'removed'],
    [host.named('released'), 'let-go'],
    [host.named('stopped'), 'stopped'],
    ['stranger', 'unknown'],
  ]);
  const kinds = found.map(({ things }) => [...new Set(things.map(({ kind }) => kind))].join(' '));
  expect(kinds).toEqual([
    'volume data',
    'container network volume data releases',
    'container network volume data releases',
    'data',
  ]);
  expect(found[3]?.things).toMatchObject([{ bytes: 2048 }]);
  const text = (await host.run('orphans')).stdout;
  expect(text).toContain(`docker volume rm ${host.named('gone')}_data`);
  expect(text).toContain(`harbormaster forget ${host.named('stopped')}`);
  expect(text).toContain('(running)');
  // It has removed nothing, and whoever does as it says has nothing left.
  expect(await orphans()).toEqual(found);
  const { engine } = host;
  const [stopped] = await host.containers('stopped');
  expect(found[2]?.things[0]?.remove).toBe(`docker rm --force ${stopped?.name}`);
  expect(await host.run('forget', host.named('stopped'))).toMatchObject({ code: 0 });
  await engine.rm(stopped?.id ?? '');
  const left = (await orphans()).find(({ app }) => app === host.named('stopped'));
  expect(left?.things.map(({ kind }) => kind)).not.toContain('container');
  expect((await host.containers('stays')).map(({ state }) => state)).toEqual(['running']);
});
