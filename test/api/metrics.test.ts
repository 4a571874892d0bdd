import { expect, test } from 'vitest';
import { gauge, one } from '../../src/core/gauge.ts';
import { curl, daemon } from './rig.ts';

const metrics = async () => [gauge('harbormaster_engine_up', 'Whether the engine answers.', one(true))];

test('the process says that it lives', async () => {
  await using hm = await daemon();
  expect(await curl(hm.path, 'GET', '/healthz')).toEqual({
    status: 200,
    type: 'text/plain; charset=utf-8',
    body: 'ok\n',
  });
});

test('what is not well makes it not ready, on a line of its own', async () => {
  let failure: string | undefined;
  const ready = async () => [{ check: 'log', failure: undefined } as const, { check: 'engine', failure } as const];
  await using hm = await daemon({}, { instruments: { ready, metrics } });
  expect(await curl(hm.path, 'GET', '/readyz')).toMatchObject({ status: 200, body: 'log: ok\nengine: ok\n' });
  failure = 'it has not answered for 61 s';
  expect(await curl(hm.path, 'GET', '/readyz')).toEqual({
    status: 503,
    type: 'text/plain; charset=utf-8',
    body: 'log: ok\nengine: it has not answered for 61 s\n',
  });
});

test('metrics come as Prometheus asks for them', async () => {
  await using hm = await daemon({}, { instruments: { ready: async () => [], metrics } });
  expect(await curl(hm.path, 'GET', '/metrics')).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: '# HELP harbormaster_engine_up Whether the engine answers.\n# TYPE harbormaster_engine_up gauge\nharbormaster_engine_up 1\n',
  });
});
