import { expect, test } from 'vitest';
import { HarborError } from '../../src/errors.ts';
import { awaitServices } from '../../src/reconcile/await-services.ts';
import { createBell } from '../../src/reconcile/bell.ts';
import type { Parts } from '../../src/reconcile/parts.ts';
import { app, container, release } from '../support/builders.ts';
import { type Behaviour, FakeEngine } from '../support/fake-engine.ts';
import { ManualClock } from '../support/fakes.ts';

async function awaited(behaviour: Behaviour, engine = new FakeEngine(), signalled: readonly string[] = []) {
  const clock = new ManualClock();
  const begun = clock.elapsed();
  engine.behaviour = { web: behaviour };
  engine.containers = [container('web', behaviour)];
  const told: string[] = [];
  const failure: unknown = await awaitServices(
    {
      app: app(),
      release: release(),
      project: 'shop',
      step: { kind: 'await', services: ['web'], condition: 'healthy' },
      signalled,
      progress: (message) => told.push(message),
      stirred: createBell(),
      signal: new AbortController().signal,
    },
    { engine, clock, instance: 'us' } as unknown as Parts,
  ).catch((error: unknown) => error);
  return { failure, told, waited: clock.elapsed() - begun };
}

test('what a healthcheck says is told to who watches, and not in the failure, which the record keeps', async () => {
  const { failure, told } = await awaited({ health: 'unhealthy', healthOutput: 'token=swordfish\nrefused' });
  expect(failure).toMatchObject({ code: 'unhealthy', message: 'service web is unhealthy' });
  expect(told).toEqual(['web: its healthcheck said:\n  | token=swordfish\n  | refused']);
});

test('a healthcheck that has not passed by the deadline is quoted as well', async () => {
  const { failure, told } = await awaited({ health: 'starting', healthOutput: 'refused' });
  expect(failure).toMatchObject({ message: 'service web was not healthy within 60 s (health: starting)' });
  expect(told).toEqual(['web: its healthcheck said:\n  | refused']);
});

test('a healthcheck that said nothing is not quoted', async () => {
  expect((await awaited({ health: 'unhealthy' })).told).toEqual([]);
});

/** As one that is being stopped: it answers until it has ended the containers, and takes no new calls. */
class StoppingEngine extends FakeEngine {
  private isGone = false;
  override async observe() {
    if (this.isGone) throw new HarborError('the Docker engine cannot be reached', { code: 'engine-unreachable' });
    this.isGone = true;
    return super.observe();
  }
}

test('a container that ended because the engine is being stopped is no fault of the release', async () => {
  const { failure } = await awaited({ state: 'exited', exitCode: 137 }, new StoppingEngine());
  expect(failure).toMatchObject({ code: 'engine-unreachable' });
  expect((await awaited({ state: 'exited', exitCode: 137 })).failure).toMatchObject({ code: 'unhealthy' });
});

test('a signalled container whose healthcheck is rarer than the deadline is long is believed in the end', async () => {
  const { failure, told } = await awaited({ health: 'healthy' }, new FakeEngine(), ['web']);
  expect(failure).toBeUndefined();
  expect(told).toEqual(['web: no healthcheck ran within the health deadline; what was found before is believed']);
  expect((await awaited({ health: 'healthy' })).told).toEqual([]);
});

/** Its clock is an hour ahead of ours, as it is of containers that were started before ours was set back. */
class EngineAhead extends FakeEngine {
  override async inspect(ids: readonly string[]) {
    const startedAt = Date.parse('2026-01-01T01:00:00Z');
    return (await super.inspect(ids)).map((report) => ({ ...report, startedAt }));
  }
}

test('a container that a clock puts into the future is healthy when it has run for so long here', async () => {
  expect((await awaited({}, new EngineAhead())).failure).toBeUndefined();
});

class CountingEngine extends FakeEngine {
  looks = 0;
  override async observe() {
    this.looks += 1;
    return super.observe();
  }
}

test('the longer it takes, the more seldom the host is listed, and never more than a second goes by', async () => {
  const engine = new CountingEngine();
  const { failure, waited } = await awaited({ health: 'starting' }, engine);
  expect(failure).toMatchObject({ code: 'unhealthy' });
  // Ten in the first second, 24 until the tenth, then one a second, and one more before it is called a failure.
  expect(engine.looks).toBeGreaterThanOrEqual(60);
  expect(engine.looks).toBeLessThan(90);
  expect(waited).toBeGreaterThan(60_000);
  expect(waited).toBeLessThan(60_100);
});

/** Its containers have run for seven and a half seconds when the wait begins. */
class EngineBefore extends CountingEngine {
  override async inspect(ids: readonly string[]) {
    const startedAt = Date.parse('2025-12-31T23:59:52.500Z');
    return (await super.inspect(ids)).map((report) => ({ ...report, startedAt }));
  }
}

test('what only has to go on running is looked at when it has run for long enough', async () => {
  const engine = new EngineBefore();
  const { failure, waited } = await awaited({}, engine);
  expect(failure).toBeUndefined();
  expect(waited).toBe(2500);
  expect(engine.looks).toBe(4);
});
