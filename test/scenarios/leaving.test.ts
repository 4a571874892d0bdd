import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { HostStatus } from '../../src/model/report.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let image: string;
let host: World;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const compose = (more: object = {}) =>
  stringify({
    services: { web: { image, ...light, volumes: ['data:/data'], ...more } },
    volumes: { data: {} },
  });

const volumes = async () => JSON.stringify(await host.engine.api.json({ method: 'GET', path: '/volumes' }));

async function leaving(): Promise<HostStatus['leaving']> {
  return (JSON.parse((await host.run('status', '--json')).stdout) as HostStatus).leaving;
}

test('on_remove: down, stop and orphan do what they say, also when the repository is gone, and never touch a volume', async () => {
  const repository = await host.repository('gone');
  await repository.commit({ 'compose.yaml': compose({ restart: 'always' }) });
  const { url } = repository;
  const apps = { down: { url }, stop: { url, on_remove: 'stop' }, orphan: { url, on_remove: 'orphan' } };
  await host.configure(apps, { config: { removal_guard: 9 } });
  await host.apply();
  const lives = await host.lives('orphan');
  await repository[Symbol.asyncDispose]();
  await host.configure({}, { config: { removal_guard: 9 } });
  expect(await host.apply()).toEqual({
    down: { kind: 'applied' },
    stop: { kind: 'applied' },
    orphan: { kind: 'applied' },
  });
  expect(await host.containers('down')).toEqual([]);
  const [stopped] = await host.containers('stop');
  expect(stopped?.state).toBe('exited');
  // An engine that is restarted would start again what is to run always.
  expect(await host.engine.inspect(stopped?.id ?? '')).toMatchObject({
    HostConfig: { RestartPolicy: { Name: expect.stringMatching(/^(no)?$/) } },
  });
  expect(await host.lives('orphan')).toEqual(lives);
  for (const app of Object.keys(apps)) expect(await volumes()).toContain(`${host.named(app)}_data`);
  // That is the end of it: nothing is healed, and nothing left over.
  expect(await host.apply()).toEqual({});
  expect(await leaving()).toBeUndefined();
  expect((await host.containers('stop')).map(({ id, state }) => [id, state])).toEqual([[stopped?.id, 'exited']]);
});

test('an app that was stopped for good is started again when it comes back, in the same containers', async () => {
  const repository = await host.repository('back');
  await repository.commit({ 'compose.yaml': compose({ restart: 'always' }) });
  const back = { back: { url: repository.url, on_remove: 'stop' } };
  await host.configure(back);
  await host.apply('back');
  const ids = await host.ids('back');
  await host.configure({});
  expect(await host.apply()).toMatchObject({ back: { kind: 'applied' } });
  await host.configure(back);
  expect(await host.apply('back')).toEqual({ back: { kind: 'applied' } });
  expect(await host.ids('back')).toEqual(ids);
  const [container] = await host.containers('back');
  expect(container?.state).toBe('running');
  expect(await host.engine.inspect(container?.id ?? '')).toMatchObject({
    HostConfig: { RestartPolicy: { Name: 'always' } },
  });
  await host.configure({});
  await host.apply();
});

test('in its grace an app is told as leaving and keeps running; coming back undoes it, else it goes by itself', async () => {
  const repository = await host.repository('grace');
  await repository.commit({ 'compose.yaml': compose() });
  const grace = (time: string) => ({ grace: { url: repository.url, removal_grace: time } });
  await host.configure(grace('1h'));
  await host.apply('grace');
  const lives = await host.lives('grace');
  await using _daemon = await host.daemon();
  await host.configure({});
  await eventually(async () =>
    expect(await leaving()).toMatchObject([
      { app: host.named('grace'), blockedBy: [{ code: 'removal-pending', until: expect.any(String) }] },
    ]),
  );
  const why = await host.run('why', host.named('grace'));
  expect(why.stdout).toContain('left the configuration');
  expect(why.stdout).toContain(`harbormaster apply ${host.named('grace')}`);
  await host.configure(grace('3s'));
  await eventually(async () => expect(await leaving()).toBeUndefined());
  await eventually(async () => expect((await host.log()).some(({ kind }) => kind === 'removal-set')).toBe(true));
  expect(await host.lives('grace')).toEqual(lives);
  const before = Date.now();
  await host.configure({});
  await eventually(async () => expect(await host.containers('grace')).toEqual([]));
  expect(Date.now() - before).toBeGreaterThanOrEqual(3_000);
}, 180_000);

test('apps are removed in the reverse of their order', async () => {
  const repository = await host.repository('reverse');
  await repository.commit({ 'compose.yaml': compose() });
  const { url } = repository;
  const on = (app: string) => ({ depends_on: host.named(app) });
  const rest = { config: { removal_guard: 9 } };
  // Made in another order than the one that is asked for: the engine lists what is newer first.
  await host.configure({ front: { url }, api: { url }, base: { url } }, rest);
  for (const app of ['front', 'api', 'base']) await host.apply(app);
  await host.configure({ base: { url }, front: { url, ...on('api') }, api: { url, ...on('base') } }, rest);
  await host.apply();
  await host.configure({}, rest);
  await host.apply();
  const removed = (await host.log()).flatMap((entry) =>
    entry.kind === 'finished' && entry.purpose === 'remove' ? [entry.app] : [],
  );
  expect(removed.slice(-3)).toEqual(['front', 'api', 'base'].map(host.named));
});
