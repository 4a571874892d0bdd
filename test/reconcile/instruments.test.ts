import { expect, test } from 'vitest';
import { exposition } from '../../src/core/exposition.ts';
import { HarborError } from '../../src/errors.ts';
import type { RecordCondition } from '../../src/model/report.ts';
import type { Clock } from '../../src/ports.ts';
import { createInstruments } from '../../src/reconcile/instruments.ts';
import { createMeter } from '../../src/reconcile/meter.ts';
import { meteredEngine, meteredHarbor, meteredSource } from '../../src/reconcile/metered.ts';
import { testConfig } from '../support/fakes.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const failed = new HarborError('no answer', { code: 'source-unreachable' });

/** Nobody's patience ends. */
const untilAborted: Clock['sleep'] = (_, signal) =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

/** A host of which the metrics are asked. */
async function stage() {
  const app = testApp();
  const host = await testHarbor({ apps: [app] });
  const { clock } = host;
  const meter = createMeter(clock);
  const engine = meteredEngine(host.engine, meter);
  const source = meteredSource(host.source, meter);
  const state = {
    condition: { kind: 'sound' } as RecordCondition,
    config: testConfig([app]),
    sleep: untilAborted,
  };
  const told: Clock = {
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    sleep: (...args) => state.sleep(...args),
  };
  const harbor = () => meteredHarbor(host.harbor(), meter, clock);
  const instruments = createInstruments({
    harbor: { status: (apps) => harbor().status(apps), log: (query, page) => harbor().log(query, page) },
    log: { condition: () => state.condition },
    engine,
    meter,
    config: () => state.config,
    clock: told,
    agenda: host.agenda,
    build: { version: '1.2.3', commit: 'abc1234' },
    startedAt: clock.now(),
  });
  const pass = () => harbor().pass(['shop'], { kind: 'interval' }, () => undefined);
  const series = async (name: string) =>
    exposition(await instruments.metrics())
      .split('\n')
      .filter((line) => line.startsWith(name));
  const ready = async () =>
    Object.fromEntries((await instruments.ready()).map(({ check, failure }) => [check, failure ?? 'ok']));
  return { ...host, app, meter, source, state, harbor, instruments, pass, series, ready };
}

test('the answers of an app are states, of which one is so', async () => {
  const host = await stage();
  expect(await host.series('harbormaster_app_sync')).toContain(
    'harbormaster_app_sync{app="shop",state="out-of-sync"} 1',
  );
  await host.pass();
  expect(await host.series('harbormaster_app_')).toEqual(
    expect.arrayContaining([
      'harbormaster_app_sync{app="shop",state="in-sync"} 1',
      'harbormaster_app_sync{app="shop",state="out-of-sync"} 0',
      'harbormaster_app_sync{app="shop",state="unknown"} 0',
      'harbormaster_app_health{app="shop",state="healthy"} 1',
      'harbormaster_app_source{app="shop",state="fetched"} 1',
      'harbormaster_app_operation{app="shop"} 0',
    ]),
  );
  const [deployed] = (await host.status()).apps;
  const at = Date.parse(deployed?.deployed?.at ?? '') / 1000;
  expect(await host.series('harbormaster_app_last_success')).toEqual([
    `harbormaster_app_last_success_timestamp_seconds{app="shop"} ${at}`,
  ]);
});

test('since when an app is out of sync is told while it is, and stays as it is meanwhile', async () => {
  const host = await stage();
  const name = 'harbormaster_app_out_of_sync_since';
  const first = await host.series(name);
  expect(first).toHaveLength(1);
  host.clock.advance(60_000);
  expect(await host.series(name)).toEqual(first);
  await host.pass();
  expect(await host.series(name)).toEqual([]);
  await host.engine.remove((await host.engine.observe()).containers.map(({ id }) => id));
  const again = await host.series(name);
  expect([again.length, again]).toEqual([1, expect.not.arrayContaining([...first])]);
});

test('passes are counted by outcome, with how long they took', async () => {
  const host = await stage();
  await host.pass();
  await host.pass();
  expect(await host.series('harbormaster_passes_total')).toEqual([
    'harbormaster_passes_total{outcome="unchanged"} 1',
    'harbormaster_passes_total{outcome="applied"} 1',
    ...['blocked', 'failed', 'interrupted', 'superseded'].map(
      (outcome) => `harbormaster_passes_total{outcome="${outcome}"} 0`,
    ),
  ]);
  expect(await host.series('harbormaster_pass_duration_seconds_count')).toEqual([
    'harbormaster_pass_duration_seconds_count 2',
  ]);
  await host.harbor().apply(['shop'], { kind: 'request' }, () => undefined);
  expect(await host.series('harbormaster_pass_duration_seconds_count')).toEqual([
    'harbormaster_pass_duration_seconds_count 3',
  ]);
});

test('an app counts as compared only when Git answered', async () => {
  const host = await stage();
  const name = 'harbormaster_app_last_compared';
  const before = await host.series(name);
  expect(before).toHaveLength(1);
  host.clock.advance(60_000);
  host.source.error = failed;
  await host.pass();
  expect(await host.series(name)).toEqual(before);
  await host.harbor().pass(['shop'], { kind: 'engine-event' }, () => undefined);
  expect(await host.series(name)).toEqual(before);
});

test('requests to a repository are counted by host and path, and nothing secret is told', async () => {
  const host = await stage();
  const repository = { ...host.app.repository, url: 'https://user:s3cret@git.example.org/team/shop.git' };
  const app = { ...host.app, repository };
  host.state.config = testConfig([app]);
  await host.source.look([app]);
  await host.source.fetch(app, host.source.commit);
  expect(await host.series('harbormaster_source_requests')).toEqual([
    'harbormaster_source_requests_total{repository="git.example.org/team/shop",request="look",result="success"} 1',
    'harbormaster_source_requests_total{repository="git.example.org/team/shop",request="look",result="failure"} 0',
    'harbormaster_source_requests_total{repository="git.example.org/team/shop",request="fetch",result="success"} 1',
    'harbormaster_source_requests_total{repository="git.example.org/team/shop",request="fetch",result="failure"} 0',
  ]);
  const counted = () => host.meter.readings().sources.get(repository.url);
  const answeredAt = counted()?.answeredAt;
  const broken = meteredSource({ look: async () => new Map([['shop', failed]]) } as never, host.meter);
  await (broken as typeof host.source).look([app]);
  expect(counted()).toMatchObject({ looks: { success: 1, failure: 1 }, answeredAt });
  const missing = new HarborError('no such ref', { code: 'ref-missing' });
  const answering = meteredSource({ look: async () => new Map([['shop', missing]]) } as never, host.meter);
  await (answering as typeof host.source).look([app]);
  expect(counted()).toMatchObject({ looks: { success: 2, failure: 1 } });
  expect(exposition(await host.instruments.metrics())).not.toContain('s3cret');
});

test('a repository that is no longer configured is not told of any more', async () => {
  const host = await stage();
  await host.source.look([host.app]);
  expect(await host.series('harbormaster_source_requests')).toHaveLength(4);
  host.state.config = testConfig([]);
  expect(await host.series('harbormaster_source_requests')).toEqual([]);
});

test('without the engine there is still what the process and the log know', async () => {
  const host = await stage();
  await host.pass();
  expect(await host.series('harbormaster_engine_up')).toEqual(['harbormaster_engine_up 1']);
  host.engine.down = true;
  host.state.condition = { kind: 'unwritable', since: '2026-01-01T00:00:00Z', message: 'disk full', hint: undefined };
  expect(await host.series('harbormaster_engine_up')).toEqual(['harbormaster_engine_up 0']);
  expect(await host.series('harbormaster_log_')).toEqual([
    'harbormaster_log_writable 0',
    `harbormaster_log_sequence ${host.log.written.at(-1)?.seq}`,
  ]);
  expect(await host.series('harbormaster_app_health')).toEqual([]);
});

test('the queue is as long as apps are due', async () => {
  const host = await stage();
  expect(await host.series('harbormaster_pass_queue_depth')).toEqual(['harbormaster_pass_queue_depth 1']);
  host.agenda.set('shop', new Date(host.clock.now().getTime() + 1000));
  expect(await host.series('harbormaster_pass_queue_depth')).toEqual(['harbormaster_pass_queue_depth 0']);
});

test('a host is ready while its log, its engine and its configuration are well', async () => {
  const host = await stage();
  expect(await host.ready()).toEqual({ log: 'ok', engine: 'ok', configuration: 'ok' });
  host.state.condition = { kind: 'unwritable', since: '2026-01-01T00:00:00Z', message: 's3cret', hint: undefined };
  const trouble = { of: 'file', code: 'config-invalid', message: 's3cret', hint: undefined } as const;
  host.state.config = { ...testConfig([]), troubles: [trouble] };
  expect(await host.ready()).toEqual({
    log: 'it takes no entries',
    engine: 'ok',
    configuration: 'what is newer is not in force',
  });
});

test('an answer of the engine counts for a minute, a failure for some seconds', async () => {
  const host = await stage();
  expect(await host.ready()).toMatchObject({ engine: 'ok' });
  host.engine.down = true;
  host.clock.advance(59_000);
  expect(await host.ready()).toMatchObject({ engine: 'ok' });
  host.clock.advance(2_000);
  expect(await host.ready()).toMatchObject({ engine: 'it has not answered for 61 s' });
  host.engine.down = false;
  host.clock.advance(1_000);
  expect(await host.ready()).toMatchObject({ engine: 'it has not answered for 62 s' });
  host.clock.advance(5_000);
  expect(await host.ready()).toMatchObject({ engine: 'ok' });
});

test('an engine that says nothing is not waited for without end', async () => {
  const host = await stage();
  host.engine.observe = () => new Promise(() => undefined);
  host.state.sleep = async () => undefined;
  expect(await host.ready()).toMatchObject({ engine: 'it has not answered yet' });
});
