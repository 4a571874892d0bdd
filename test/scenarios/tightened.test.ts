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

test('a policy that is tightened under a running app is told once, tears nothing down, and its end is told, too', async () => {
  await using hook = await receiver((response) => status(204)(response));
  const repository = await host.repository('shop');
  const web = { image, ...light, restart: 'always' };
  await repository.commit({ 'compose.yaml': stringify({ services: { web: { ...web, cap_add: ['NET_ADMIN'] } } }) });
  const configure = (preset: string, allow = {}) =>
    host.configure(
      { shop: { url: repository.url, allow } },
      {
        policy: { preset, registries: ['*'] },
        notifiers: [{ type: 'webhook', url: hook.url, secret: 'a-secret-of-some-length' }],
      },
    );
  const told = () => hook.seen.map(({ headers }) => headers['x-harbormaster-event']);
  const written = async () =>
    (await host.journal()).filter(({ kind }) => kind === 'objected' || kind === 'recovered' || kind === 'finished');
  await configure('homelab');
  await using daemon = await host.daemon();
  await eventually(async () => expect(await written()).toHaveLength(1));
  const before = await host.lives('shop');

  await configure('strict');
  await eventually(() => expect(told()).toEqual(['blocked']));
  const lift = `apps.${host.named('shop')}.allow.capabilities: [NET_ADMIN]`;
  expect((await host.run('status')).stdout).toContain('NET_ADMIN');
  expect((await host.run('why', host.named('shop'))).stdout).toContain(lift);
  // Over more passes, and over a start.
  daemon.signal('SIGTERM');
  await daemon.ended;
  expect(await host.apply('shop')).toEqual({ shop: { kind: 'unchanged' } });
  await using _second = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('NET_ADMIN'));
  expect(await written()).toMatchObject([{}, { kind: 'objected', verdicts: [{ gate: 'capabilities', lift }] }]);

  // The very line that the entry names.
  await configure('strict', { capabilities: ['NET_ADMIN'] });
  await eventually(() => expect(told()).toEqual(['blocked', 'recovered']));
  expect(await written()).toMatchObject([{}, { kind: 'objected' }, { kind: 'recovered', of: 'policy' }]);

  await configure('strict');
  await eventually(() => expect(told()).toEqual(['blocked', 'recovered', 'blocked']));
  expect(await host.lives('shop')).toEqual(before);
  // A release that does not ask for it is an end as well.
  await repository.commit({ 'compose.yaml': stringify({ services: { web } }) });
  await eventually(() => expect(told()).toEqual(['blocked', 'recovered', 'blocked', 'recovered']));
  expect((await written()).at(-1)).toMatchObject({ kind: 'finished', outcome: { kind: 'applied' } });
  expect((await host.run('why', host.named('shop'))).stdout).not.toContain('NET_ADMIN');
});
