import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { mendContainer } from '../../../../src/edges/engines/api/mend.ts';
import type { Mend } from '../../../../src/model/mend.ts';
import recorded from '../recorded/configured.json' with { type: 'json' };
import { json, standInEngine } from '../stand-in-engine.ts';

const container = { id: recorded.Id, name: 'shop-web-1' };

/** An engine that says yes to everything, and changes nothing. */
const yesSayer = () =>
  standInEngine(({ method }, response) => (method === 'GET' ? json(response, 200, recorded) : json(response, 200, {})));

const acts = ({ calls }: { readonly calls: readonly string[] }) => calls.filter((call) => !call.startsWith('GET'));

test.each<readonly [string, Mend]>([
  ['an update', { kind: 'update', container, fields: { 'limits.memory': '33554432' } }],
  ['an attachment', { kind: 'connect', container, network: 'shop_other', attachment: '{"aliases":["web"]}' }],
])('%s that changed nothing is no success, whatever the engine says', async (_, mend) => {
  await using engine = await yesSayer();
  await expect(mendContainer(engineApi(engine.dockerHost), mend)).rejects.toMatchObject({
    code: 'engine-refused',
    message: expect.stringMatching(/of container shop-web-1 is .*, though the engine was asked for/),
  });
});

test.each<readonly [string, Mend]>([
  ['unpause one that runs', { kind: 'unpause', container }],
  ['rename one to its own name', { kind: 'rename', container, to: 'shop-web-1' }],
  ['attach as it is attached', { kind: 'connect', container, network: 'shop_back', attachment: '{"aliases":["web"]}' }],
  ['detach from where it is not', { kind: 'disconnect', container, network: 'elsewhere' }],
  [
    'update to what it has',
    { kind: 'update', container, fields: { restart: 'on-failure:3', 'limits.blkio_weight': null } },
  ],
])('nothing is done to %s', async (_, mend) => {
  await using engine = await yesSayer();
  await mendContainer(engineApi(engine.dockerHost), mend);
  expect(acts(engine)).toEqual([]);
});

test('one that is attached in another way is attached anew', async () => {
  await using engine = await yesSayer();
  const mend: Mend = { kind: 'connect', container, network: 'shop_back', attachment: '{"aliases":["other"]}' };
  await expect(mendContainer(engineApi(engine.dockerHost), mend)).rejects.toMatchObject({ code: 'engine-refused' });
  expect(acts(engine)).toEqual(['POST /v1.41/networks/shop_back/disconnect', 'POST /v1.41/networks/shop_back/connect']);
});

test('a record of an attachment that cannot be read takes nothing away', async () => {
  await using engine = await yesSayer();
  const mend: Mend = { kind: 'connect', container, network: 'shop_back', attachment: 'hmac:0a1b' };
  await expect(mendContainer(engineApi(engine.dockerHost), mend)).rejects.toMatchObject({
    code: 'engine-refused',
    message: 'the record of how the container was attached to its network cannot be read',
  });
  expect(acts(engine)).toEqual([]);
});

test('the swap is said again with the memory: the engine insists on it', async () => {
  let said = '';
  await using engine = await standInEngine(({ method }, response) =>
    json(response, 200, method === 'GET' ? recorded : {}),
  );
  engine.onBody = (text) => {
    said = text;
  };
  const mend: Mend = { kind: 'update', container, fields: { 'limits.memory': '33554432' } };
  await expect(mendContainer(engineApi(engine.dockerHost), mend)).rejects.toThrow();
  expect(JSON.parse(said)).toEqual({ Memory: 33554432, MemorySwap: 134217728 });
});

test('a container that is gone cannot be mended', async () => {
  await using engine = await standInEngine((_, response) => json(response, 404, { message: 'No such container' }));
  for (const mend of [
    { kind: 'unpause', container },
    { kind: 'rename', container, to: 'x' },
    { kind: 'disconnect', container, network: 'x' },
  ] as const) {
    await expect(mendContainer(engineApi(engine.dockerHost), mend)).rejects.toMatchObject({
      code: 'engine-refused',
      message: 'the container shop-web-1 is gone',
    });
  }
});
