import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { removeContainers } from '../../../../src/edges/engines/api/lifecycle.ts';
import recorded from '../recorded/container.json' with { type: 'json' };
import { json, standInEngine } from '../stand-in-engine.ts';

const engineWith = (stopTimeout: number | undefined) =>
  standInEngine(({ method }, response) => {
    if (method === 'GET')
      json(response, 200, { ...recorded, Config: { ...recorded.Config, StopTimeout: stopTimeout } });
    else response.writeHead(204).end();
  });

test.each([
  [undefined, 10],
  [25, 25],
  [3600, 60],
  [-1, 60],
  [0, 0],
])('a container that asks for %s s to stop gets %s s', async (asked, given) => {
  await using engine = await engineWith(asked);
  await removeContainers(engineApi(engine.dockerHost), ['x']);
  expect(engine.calls).toEqual([
    'GET /v1.41/containers/x/json',
    `POST /v1.41/containers/x/stop?t=${given}`,
    'DELETE /v1.41/containers/x?force=1',
  ]);
});

test('one container that cannot be removed does not keep the others, and is not forgotten', async () => {
  await using engine = await standInEngine(({ method, url }, response) => {
    if (method === 'GET') json(response, 200, recorded);
    else if (url?.includes('/bad/stop')) json(response, 500, { message: 'cannot stop it' });
    else response.writeHead(204).end();
  });
  await expect(removeContainers(engineApi(engine.dockerHost), ['a', 'bad', 'b'])).rejects.toMatchObject({
    message: 'cannot stop it',
  });
  const removed = engine.calls.filter((call) => call.startsWith('DELETE'));
  expect(removed.toSorted()).toEqual(['DELETE /v1.41/containers/a?force=1', 'DELETE /v1.41/containers/b?force=1']);
});
