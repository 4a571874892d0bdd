import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type World, world } from '../support/world.ts';

let host: World;
let image: string;
beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web', { command: ['idle'] });
});
afterAll(() => host[Symbol.asyncDispose]());

const compose = (service: object): string => JSON.stringify({ services: { web: { image, ...service } } });

test('a link that a container puts into its data folder leads the next commit nowhere', async () => {
  const repository = await host.repository('planter');
  await repository.commit({ 'compose.yaml': compose({ volumes: ['${HM_DATA_DIR}:/data'] }) });
  await host.configure({ planter: { url: repository.url } });
  expect(await host.apply('planter')).toEqual({ planter: { kind: 'applied' } });
  const [container] = await host.containers('planter');
  await host.engine.exec(container?.id ?? '', ['ln', '-s', '/etc', '/data/x']);
  const planted = join(host.state, 'apps', host.named('planter'), 'data/x');
  expect((await lstat(planted)).isSymbolicLink()).toBe(true);
  await repository.commit({ 'compose.yaml': compose({ volumes: ['${HM_DATA_DIR}/x:/stolen'] }) });
  const { planter } = await host.apply('planter');
  expect(planter).toMatchObject({
    kind: 'blocked',
    reasons: [{ code: 'denied', reason: expect.stringContaining('which leads to /etc') }],
  });
  expect((await host.containers('planter')).map(({ id }) => id)).toEqual([container?.id]);
});

/** What a terminal obeys, but for the line feed. */
const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('what a repository and its containers say cannot act on a terminal', async () => {
  const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202etxt';
  const repository = await host.repository('loud');
  const failing = { test: ['CMD-SHELL', "printf '\\033[2Jhealth'; exit 1"], interval: '1s', retries: 1 };
  await repository.commit(
    {
      'compose.yaml': compose({
        command: ['sh', '-c', "printf '\\033[2Jout'; exec idle"],
        healthcheck: failing,
        labels: { a: evil },
      }),
    },
    `a change ${evil}`,
  );
  await host.configure({ loud: { url: repository.url, health: { deadline: '4s', min_ready: '1s' } } });
  const ran = [await host.run('plan', host.named('loud')), await host.run('apply', host.named('loud'))];
  const { seq } = (await host.log()).at(-1) ?? { seq: 1 };
  for (const verb of [
    ['status'],
    ['why', host.named('loud')],
    ['log'],
    ['log', 'show', String(seq)],
    ['history', host.named('loud')],
  ])
    ran.push(await host.run(...verb));
  const said = ran.map(({ stdout, stderr }) => `${stdout}${stderr}`);
  expect(said.join('')).toContain('a change');
  for (const output of said) expect(output).not.toMatch(acting);
});
