import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { awaitServices } from '../../src/reconcile/await-services.ts';
import { createBell } from '../../src/reconcile/bell.ts';
import type { Parts } from '../../src/reconcile/parts.ts';
import { createRunning } from '../../src/reconcile/running.ts';
import { app, container, release } from '../support/builders.ts';
import { type Behaviour, FakeEngine } from '../support/fake-engine.ts';
import { ManualClock } from '../support/fakes.ts';

/** Sleeps for ever: only a signal ends it. */
class StoppedClock extends ManualClock {
  override async sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise((_resolve, reject) => signal?.addEventListener('abort', reject, { once: true }));
  }
}

const options = { clock: new StoppedClock(), signal: new AbortController().signal };

test('a bell that rings ends the nap, one that rang before it began leaves none, and the nap after that is a whole one', async () => {
  const bell = createBell();
  const nap = bell.wait(1000, options);
  bell.ring();
  await nap;
  bell.ring();
  await bell.wait(1000, options);
  const outcome = Promise.race([bell.wait(1000, options), delay(20, 'still asleep')]);
  expect(await outcome).toBe('still asleep');
});

test('a deployment that waits looks again as soon as something happens to its app, and not for another app', async () => {
  const engine = new FakeEngine();
  const look = (behaviour: Behaviour) => {
    engine.behaviour = { web: behaviour };
    engine.containers = [container('web', behaviour)];
  };
  look({ health: 'starting' });
  const running = createRunning();
  using work = running.begin('shop', 'r1', true);
  let over = false;
  const waiting = awaitServices(
    {
      app: app(),
      release: release(),
      project: 'shop',
      step: { kind: 'await', services: ['web'], condition: 'healthy' },
      progress: () => undefined,
      stirred: work.stirred,
      signal: options.signal,
    },
    { engine, clock: options.clock, instance: 'us' } as unknown as Parts,
  ).then(() => {
    over = true;
  });
  await delay(10);
  look({ health: 'healthy' });
  running.stir('mail');
  await delay(10);
  expect(over).toBe(false);
  running.stir('shop');
  await waiting;
});
