import { expect, test } from 'vitest';
import type { EngineEvent } from '../../src/model/observed.ts';
import { watchEvents } from '../../src/reconcile/event-watch.ts';
import { app } from '../support/builders.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { ManualClock, silentLogger } from '../support/fakes.ts';

const apps = ['one', 'two'].map((name) => app({ name, project: `${name}-project` }));
const started = (project: string): EngineEvent => ({ kind: 'container', action: 'start', id: 'c1', project });
const moment = () => new Promise((resolve) => setImmediate(resolve));

function watching() {
  const engine = new FakeEngine();
  const clock = new ManualClock();
  const stop = new AbortController();
  const noticed: string[][] = [];
  const naps: number[] = [];
  const warned: string[] = [];
  const ended = watchEvents({
    events: (told, signal) => engine.events(told, signal),
    apps: () => apps,
    clock: {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      sleep: async (milliseconds) => {
        naps.push(milliseconds);
        await clock.sleep(milliseconds);
      },
    },
    logger: { ...silentLogger, warn: (_, message) => warned.push(message) },
    random: () => 0.5,
    signal: stop.signal,
    notice: (names) => noticed.push([...names]),
  });
  return { engine, stop, noticed, naps, warned, ended };
}

test('what happens in an app’s project is noticed, what happens in others’ is not', async () => {
  const { engine, stop, noticed, ended } = watching();
  await moment();
  engine.emit(started('one-project'));
  engine.emit(started('one'));
  stop.abort();
  await ended;
  expect(noticed.filter((names) => names.length > 0)).toEqual([['one', 'two'], ['one']]);
});

test('after each gap in the listening every app is looked at', async () => {
  const { engine, stop, noticed, naps, warned, ended } = watching();
  await moment();
  engine.hangUp();
  for (let turn = 0; turn < 5; turn += 1) await moment();
  engine.hangUp();
  for (let turn = 0; turn < 5; turn += 1) await moment();
  stop.abort();
  await ended;
  expect(noticed).toEqual([
    ['one', 'two'],
    ['one', 'two'],
    ['one', 'two'],
  ]);
  expect(naps).toEqual([500, 500]);
  expect(warned).toHaveLength(2);
});

test('an engine that is gone is asked slower and slower, up to ten seconds, and lamented once', async () => {
  const { engine, stop, noticed, naps, warned, ended } = watching();
  engine.down = true;
  engine.hangUp();
  await moment();
  engine.hangUp();
  for (let turn = 0; turn < 40; turn += 1) await moment();
  stop.abort();
  await ended;
  expect(noticed).toEqual([['one', 'two']]);
  expect(naps.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 10_000]);
  expect(Math.max(...naps)).toBe(10_000);
  expect(warned).toHaveLength(1);
});
