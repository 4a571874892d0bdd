import { expect, test } from 'vitest';
import { createPinBook } from '../../src/reconcile/pins.ts';
import { release } from '../support/builders.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { FakeRegistry, ManualClock } from '../support/fakes.ts';

const interval = 900_000;

/** How often the registry is asked for a tag that was resolved so many milliseconds ago, as the clock says. */
async function askedAfter(age: number): Promise<number> {
  const [registry, clock] = [new FakeRegistry(), new ManualClock()];
  const resolvedAt = new Date(clock.now().getTime() - age).toISOString();
  const plain = release();
  const services = plain.services.map((service) => ({
    ...service,
    image: { ...service.image, requested: 'web:1', from: 'registry', resolvedAt } as const,
  }));
  const book = createPinBook({ registry, engine: new FakeEngine(), clock, interval: () => interval });
  await book.moved({ ...plain, services });
  return registry.asked.length;
}

test('a tag is asked for again when its interval is over, or a clock that was set back says nothing of that', async () => {
  expect(await askedAfter(interval - 1)).toBe(0);
  expect(await askedAfter(interval)).toBe(1);
  expect(await askedAfter(-1)).toBe(1);
});
