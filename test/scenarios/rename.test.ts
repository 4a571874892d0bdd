import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { entriesOf, entriesOnDisk, intentsWithoutOneOutcome, kill, stepBegins } from '../support/crashes.ts';
import { storyOf, versionOf } from '../support/story.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let image: string;
let maker: World;

beforeAll(async () => {
  maker = await world();
  image = await maker.engine.image('web');
});

afterAll(async () => {
  await maker[Symbol.asyncDispose]();
});

const files = (version: string, health: object = {}) => ({
  'compose.yaml': stringify({
    services: {
      web: {
        image,
        ...light,
        environment: { VERSION: version },
        volumes: ['volume:/volume', '${HM_DATA_DIR}:/data', './page:/www:ro'],
        ...health,
      },
      idler: { image, ...light, command: ['idle'] },
    },
    volumes: { volume: {} },
  }),
  'page/index.html': `page of ${version}`,
});

const markers = async (host: World, id: string): Promise<string> =>
  host.engine.exec(id, ['sh', '-c', 'cat /volume/marker /data/marker /www/index.html']);

const labelOf = async (host: World, id: string): Promise<unknown> =>
  ((await host.engine.inspect(id)) as { Config: { Labels: Record<string, string> } }).Config.Labels[
    'io.harbormaster.app'
  ];

test('an app that has another name keeps containers, volumes, data, history, holds and releases, and nothing is deployed for it', async () => {
  await using host = await world();
  const repository = await host.repository();
  await repository.commit(files('one'));
  await host.configure({ old: { url: repository.url } });
  expect(await host.apply()).toEqual({ old: { kind: 'applied' } });
  await repository.commit(files('two'));
  await host.apply();
  const { web = '' } = await host.ids('old');
  await host.engine.exec(web, ['sh', '-c', 'echo kept > /volume/marker; echo kept > /data/marker']);
  expect(await host.run('hold', host.named('old'), '--reason', 'until monday')).toMatchObject({ code: 0 });
  const lives = await host.lives('old');

  const renamed = { new: { url: repository.url, formerly: [host.named('old')] } };
  await host.configure(renamed);
  const plan = await host.run('plan');
  expect({ code: plan.code, text: plan.stdout }).toMatchObject({
    code: 0,
    text: expect.not.stringContaining('remove'),
  });
  expect(await host.apply()).toEqual({ new: { kind: 'unchanged' } });
  // The Compose project keeps its name.
  expect(await host.lives('old')).toEqual(lives);
  expect(await host.engine.containers(host.named('new'))).toEqual([]);
  expect(await host.apply()).toEqual({ new: { kind: 'unchanged' } });
  expect((await host.log()).filter(({ kind }) => kind === 'renamed')).toMatchObject([
    { app: host.named('new'), from: host.named('old'), project: host.named('old') },
  ]);

  const story = storyOf(host, 'new');
  expect(await story.lines()).toEqual(['deploy applied', 'deploy applied', 'hold', 'renamed']);
  expect((await host.run('log', '--app', host.named('new'))).stdout).toContain(host.named('old'));
  const status = await story.status();
  expect(status).toMatchObject({ sync: { state: 'in-sync' }, health: { state: 'healthy' } });
  expect((await story.block('held')).detail).toContain('until monday');

  expect(await host.run('release', host.named('new'))).toMatchObject({ code: 0 });
  const back = await host.run('rollback', host.named('new'), '--reason', 'two is no good');
  expect(back).toMatchObject({ code: 0 });
  expect(await versionOf(host, 'old')).toBe('one');
  const { web: first = '' } = await host.ids('old');
  expect(await markers(host, first)).toBe('kept\nkept\npage of one');

  await repository.commit(files('three'));
  expect(await host.apply()).toEqual({ new: { kind: 'applied' } });
  const { web: last = '', idler = '' } = await host.ids('old');
  expect(await markers(host, last)).toBe('kept\nkept\npage of three');
  // What is made anew has the new name on it; what stays is not made anew for a label.
  expect([await labelOf(host, last), await labelOf(host, idler)]).toEqual([host.named('new'), host.named('old')]);
  expect(`${idler} since`).toBe(lives['idler']?.slice(0, `${idler} since`.length));

  await host.configure({});
  expect(await host.apply()).toEqual({ new: { kind: 'applied' } });
  expect(await host.engine.containers(host.named('old'))).toEqual([]);
  expect((await host.run('log', 'verify')).code).toBe(0);
});

test('kill -9 in the middle of a deployment, and another name at the next start: the deployment is finished under the new one', async () => {
  await using host = await world();
  const repository = await host.repository();
  await repository.commit(files('one'));
  await host.configure({ old: { url: repository.url } });
  const daemon = await host.daemon();
  const last = async (app: string) => (await entriesOf(host, app)).findLast(({ kind }) => kind === 'finished');
  await eventually(async () => expect(await last('old')).toMatchObject({ outcome: { kind: 'applied' } }), 60);
  const { web = '' } = await host.ids('old');
  await host.engine.exec(web, ['sh', '-c', 'echo kept > /volume/marker; echo kept > /data/marker']);

  await repository.commit(files('two', { healthcheck: { test: ['CMD', 'true'], interval: '2s' } }));
  await stepBegins(host.state, { act: 'await', after: (await last('old'))?.seq ?? 0 });
  await kill(daemon);
  await host.configure({ new: { url: repository.url, formerly: host.named('old') } });
  // Killed again as soon as the new name is written down.
  const second = await host.daemon();
  await eventually(async () => expect((await entriesOnDisk(host.state)).map(({ kind }) => kind)).toContain('renamed'));
  await kill(second);
  await using third = await host.daemon();
  await eventually(async () => expect(await last('new')).toMatchObject({ outcome: { kind: 'applied' } }), 60);
  const all = await entriesOnDisk(host.state);
  expect(all.filter(({ kind }) => kind === 'renamed')).toHaveLength(1);
  expect(intentsWithoutOneOutcome(all)).toEqual([]);
  expect(await versionOf(host, 'old')).toBe('two');
  const { web: after = '' } = await host.ids('old');
  expect(await markers(host, after)).toBe('kept\nkept\npage of two');
  expect(third.output()).not.toContain('bug');
});

test('wrong uses are told with place and remedy, and touch nothing', async () => {
  await using host = await world();
  const repository = await host.repository();
  await repository.commit(files('one'));
  await host.configure({ old: { url: repository.url, project: host.named('production') } });
  await host.apply();
  const before = await host.lives('production');

  await host.configure({ old: { url: repository.url }, new: { url: repository.url, formerly: host.named('old') } });
  expect(await host.run('validate')).toMatchObject({ code: 4, stderr: expect.stringContaining('is still declared') });

  await host.configure({ new: { url: repository.url, formerly: host.named('old') } });
  expect(await host.apply()).toMatchObject({ new: { kind: 'failed', code: 'config-invalid' } });
  expect((await host.run('why', host.named('new'))).stdout).toContain(`project: ${host.named('production')}`);
  expect(await host.lives('production')).toEqual(before);

  await host.configure({
    new: { url: repository.url, formerly: host.named('old'), project: host.named('production') },
  });
  expect(await host.apply()).toEqual({ new: { kind: 'unchanged' } });
  expect(await host.lives('production')).toEqual(before);

  await host.configure({ new: { url: repository.url } });
  expect(await host.apply()).toMatchObject({ new: { kind: 'failed', code: 'config-invalid' } });
  expect(await host.lives('production')).toEqual(before);
});
