import { expect, test } from 'vitest';
import { systemClock } from '../../src/edges/clock.ts';

test('time goes on', async () => {
  const [before, begun] = [systemClock.now(), systemClock.elapsed()];
  await systemClock.sleep(20);
  expect(systemClock.now().getTime()).toBeGreaterThan(before.getTime());
  expect(systemClock.elapsed() - begun).toBeGreaterThanOrEqual(19);
});

test('a sleep of months does not end at once, and a signal ends it with its reason', async () => {
  const stop = new AbortController();
  const sleep = systemClock.sleep(1e11, stop.signal);
  stop.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await expect(systemClock.sleep(0, stop.signal)).rejects.toThrow('enough');
});
