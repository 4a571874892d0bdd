import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { pullPin } from '../../../../src/edges/engines/api/pull.ts';
import { createPullLanes, type PullLanes } from '../../../../src/edges/engines/api/pull-lanes.ts';
import type { Pin } from '../../../../src/model/release.ts';
import { json, type StandInEngine, standInEngine } from '../stand-in-engine.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const pin: Pin = {
  requested: 'r.io/web:1',
  pinned: `r.io/web:1@${digest}`,
  platformDigest: undefined,
  resolvedAt: '',
  from: 'registry',
};

const pull = ({ dockerHost }: StandInEngine, pinned = pin.pinned, more: { signal?: AbortSignal; idle?: number } = {}) =>
  pullPin(
    {
      api: engineApi(dockerHost),
      credentials: async () => ({}),
      limits: { overall: 2000, idle: more.idle ?? 100 },
      lanes: createPullLanes(),
      signal: more.signal,
    },
    { ...pin, pinned },
    'keep/web:1',
  );

/** An engine that has the image only after it was pulled, and pulls with these lines; undefined: it stalls after the first. */
const pulling = (lines: readonly unknown[] | undefined) => {
  let here = false;
  return standInEngine(({ method, url }, response) => {
    if (method === 'GET')
      return json(response, here ? 200 : 404, here ? { Id: digest, RepoTags: [] } : { message: 'No such image' });
    if (!url?.includes('/images/create')) return json(response, 201, {});
    response.writeHead(200).write('{"status":"Pulling from web"}\r\n');
    if (lines === undefined) return;
    here = lines.length === 0;
    response.end(lines.map((line) => JSON.stringify(line)).join('\r\n'));
  });
};

test('an image that is missing is pulled by its digest, then tagged', async () => {
  await using engine = await pulling([]);
  await pull(engine);
  expect(engine.calls).toEqual([
    `GET /v1.41/images/r.io/web%3A1%40sha256%3A${'a'.repeat(64)}/json`,
    `POST /v1.41/images/create?fromImage=r.io%2Fweb&tag=sha256%3A${'a'.repeat(64)}`,
    `GET /v1.41/images/r.io/web%3A1%40sha256%3A${'a'.repeat(64)}/json`,
    `POST /v1.41/images/sha256%3A${'a'.repeat(64)}/tag?repo=keep%2Fweb&tag=1`,
  ]);
});

test('an image that is here under its tag already costs one look', async () => {
  await using engine = await standInEngine((_, response) =>
    json(response, 200, { Id: digest, RepoTags: ['keep/web:1'] }),
  );
  await pull(engine);
  expect(engine.calls).toHaveLength(1);
});

test('a failure inside of the stream is a failure', async () => {
  await using engine = await pulling([{ error: 'unauthorized: authentication required', errorDetail: {} }]);
  await expect(pull(engine)).rejects.toMatchObject({
    code: 'image-unavailable',
    hint: expect.stringContaining('docker login r.io'),
  });
});

test('a full disk is called so', async () => {
  await using engine = await pulling([{ error: 'write /var/lib/x: no space left on device' }]);
  await expect(pull(engine)).rejects.toMatchObject({ code: 'disk-full' });
});

test('a pull without progress is given up', async () => {
  await using engine = await pulling(undefined);
  await expect(pull(engine)).rejects.toMatchObject({
    code: 'image-unavailable',
    message: expect.stringContaining('within 0.1 s'),
  });
});

test('a pull that ends well without an image is no success', async () => {
  await using engine = await pulling([{ status: 'Done' }]);
  await expect(pull(engine)).rejects.toMatchObject({ code: 'image-unavailable' });
});

test('what only this engine had is never asked of a registry', async () => {
  await using engine = await pulling([]);
  await expect(pull(engine, digest)).rejects.toMatchObject({
    code: 'image-unavailable',
    message: expect.stringContaining('only on this host'),
  });
  await expect(pull(engine, 'harbormaster.local/shop/web:1')).rejects.toMatchObject({ code: 'image-unavailable' });
  expect(engine.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

test('a pull that is no longer wanted ends at once, and the engine is told', async () => {
  await using engine = await pulling(undefined);
  const aborter = new AbortController();
  const pulled = pull(engine, pin.pinned, { signal: aborter.signal, idle: 2000 });
  await expect.poll(() => engine.calls.some((call) => call.includes('/images/create'))).toBe(true);
  aborter.abort();
  await expect(pulled).rejects.toMatchObject({
    code: 'interrupted',
    message: `the pull of ${pin.pinned} was stopped, because it is no longer needed`,
  });
  await expect.poll(() => engine.open).toBe(0);
});

test('a pull that waits for its turn leaves the queue at the signal, and is not begun', async () => {
  await using engine = await pulling(undefined);
  const aborter = new AbortController();
  let free: () => void = () => undefined;
  const turn = new Promise<void>((resolve) => {
    free = resolve;
  });
  const parts = { api: engineApi(engine.dockerHost), credentials: async () => ({}), limits: { overall: 9, idle: 9 } };
  let begun: Promise<unknown> = Promise.resolve();
  const lanes: PullLanes = (_, work) => {
    const done = turn.then(work);
    begun = done.catch((error: unknown) => error);
    return done;
  };
  const pulled = pullPin({ ...parts, lanes, signal: aborter.signal }, pin, 'keep/web:1');
  await expect.poll(() => engine.calls.length).toBe(1);
  aborter.abort();
  await expect(pulled).rejects.toMatchObject({ code: 'interrupted' });
  free();
  await begun;
  expect(engine.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

test('a pull that was never wanted asks nothing', async () => {
  await using engine = await pulling([]);
  await expect(pull(engine, pin.pinned, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'interrupted',
  });
  expect(engine.calls).toEqual([]);
});
