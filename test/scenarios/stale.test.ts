import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { receiver, status } from '../edges/notifiers/receiver.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

test('a Git server that is silent for too long is told once, also over a kill, shown by status, and its end is told', async () => {
  await using hook = await receiver(status(204));
  const repository = await host.repository('stale');
  await repository.commit({ 'compose.yaml': stringify({ services: { web: { image, ...light } } }) });
  const notifier = { type: 'webhook', url: hook.url, secret: 'a-secret-of-some-length', on: ['stale'] };
  await host.configure({ stale: { url: repository.url, stale_after: '3s' } }, { notifiers: [notifier] });
  const events = () => hook.seen.map(({ headers }) => headers['x-harbormaster-event']);
  const first = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('in sync'));
  host.git.behave('silent');
  await eventually(() => expect(events()).toEqual(['stale']));
  const shown = (await host.run('status')).stdout;
  expect(shown).toContain('is not compared with Git');
  expect(shown).toContain('unknown');
  first.signal('SIGKILL');
  await first.ended;
  const second = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('pid'));
  host.git.behave('normal');
  await eventually(() => expect(events()).toEqual(['stale', 'recovered']));
  await eventually(async () => expect((await host.run('status')).stdout).toContain('in sync'));
  second.signal('SIGTERM');
  await second.ended;
});
