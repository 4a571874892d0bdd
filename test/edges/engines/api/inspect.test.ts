import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { lastStarts, readReport } from '../../../../src/edges/engines/api/inspect.ts';
import recorded from '../recorded/container.json' with { type: 'json' };
import { json, standInEngine } from '../stand-in-engine.ts';

test('an inspection of a real engine tells what the list cannot', () => {
  expect(readReport(recorded)).toEqual({
    id: 'ad836bf473b6652227b73a7ce73afb09db2a94b87d90f656dcec12dcd01fac1e',
    name: 'shop-web-1',
    service: 'web',
    digest: '6cweb',
    imageId: 'sha256:73a8e604a9c95eb6340f4fb8a5285b42dcae925cb4489bcb47f95ef897070601',
    state: 'running',
    health: 'healthy',
    exitCode: 0,
    restarts: 0,
    oomKilled: false,
    error: '',
    startedAt: Date.parse('2026-11-21T01:43:42.863Z'),
    checks: [{ startedAt: Date.parse('2026-11-21T01:43:44.932Z'), passed: true }],
    retries: 3,
    healthOutput: 'one',
  });
});

test('a container that never started has started at 0, and one without healthcheck has no health', () => {
  const { Health: _, ...state } = recorded.State;
  const never = readReport({ ...recorded, State: { ...state, StartedAt: '0001-01-01T00:00:00Z', Status: 'created' } });
  expect(never).toMatchObject({ startedAt: 0, health: 'none', healthOutput: '', state: 'created' });
});

test('what a healthcheck printed is cut and made harmless', () => {
  const Log = [{ Output: 'old' }, { Output: `\u001b[31m${'x'.repeat(1000)}\u0007` }];
  const { healthOutput } = readReport({
    ...recorded,
    State: { ...recorded.State, Health: { Status: 'unhealthy', Log } },
  });
  expect(healthOutput).toBe('x'.repeat(400));
});

test.each([
  ['no check failed: the container was paused', 0, undefined, 'starting'],
  ['fewer checks failed than it takes', 4, 5, 'starting'],
  ['as many failed as it takes', 5, 5, 'unhealthy'],
  ['as many failed as the engine takes by itself', 3, 0, 'unhealthy'],
  ['the engine counts none', undefined, 5, 'unhealthy'],
])('`unhealthy` is a verdict of the healthcheck, and not of a pause: %s', (_title, FailingStreak, Retries, health) => {
  const Health = { Status: 'unhealthy', ...(FailingStreak !== undefined && { FailingStreak }) };
  const Healthcheck = Retries === undefined ? null : { Retries };
  const container = {
    ...recorded,
    State: { ...recorded.State, Health },
    Config: { ...recorded.Config, Healthcheck },
  };
  expect(readReport(container)).toMatchObject({ health });
});

test('a container of which the engine does not tell, for now or at all, keeps nobody from hearing of the others', async () => {
  await using engine = await standInEngine((request, response) => {
    const id = request.url?.split('/').at(-2);
    if (id === 'gone') return json(response, 404, { message: 'No such container: gone' });
    if (id === 'broken') return json(response, 500, { message: 'its layers are lost' });
    return id === 'starting' ? undefined : json(response, 200, recorded);
  });
  const ids = ['starting', 'web', 'gone', 'broken'];
  expect(await lastStarts(engineApi(engine.dockerHost), ids, 300)).toEqual([
    { id: 'starting', startedAt: undefined },
    { id: 'web', startedAt: Date.parse('2026-11-21T01:43:42.863Z') },
    { id: 'broken', startedAt: undefined },
  ]);
});

test('an engine that is gone is no engine that does not tell of a container', async () => {
  await using engine = await standInEngine((_, response) => response.destroy());
  await expect(lastStarts(engineApi(engine.dockerHost), ['web'])).rejects.toMatchObject({ code: 'engine-unreachable' });
});
