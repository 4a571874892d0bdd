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

test('a failure while the webhook is away, and a daemon that is killed meanwhile: it is told afterwards, and then that all is well', async () => {
  let isUp = false;
  await using hook = await receiver((response) => status(isUp ? 204 : 503)(response));
  const repository = await host.repository('told');
  await repository.commit({ 'compose.yaml': 'services: [' });
  const notifier = { type: 'webhook', name: 'pager', url: hook.url, secret: 'a-secret-of-some-length', timeout: '1s' };
  await host.configure({ told: { url: repository.url } }, { notifiers: [notifier] });
  const first = await host.daemon();
  await eventually(async () => {
    const { stdout } = await host.run('status');
    expect(stdout).toContain('pager cannot be told');
    expect(stdout).toContain('1 message waits');
  });
  expect((await host.run('doctor')).stdout).toContain('pager cannot be told since');
  first.signal('SIGKILL');
  await first.ended;
  isUp = true;
  hook.seen.splice(0);
  const second = await host.daemon();
  const events = () => hook.seen.map(({ headers }) => headers['x-harbormaster-event']);
  await eventually(() => expect(events()).toEqual(['failed']));
  await repository.commit({ 'compose.yaml': stringify({ services: { web: { image, ...light } } }) });
  await eventually(() => expect(events()).toEqual(['failed', 'recovered']));
  await eventually(async () => expect((await host.run('status')).stdout).not.toContain('cannot be told'));
  expect((await host.run('status')).stdout).not.toContain('s3cret');
  second.signal('SIGTERM');
  await second.ended;
});
