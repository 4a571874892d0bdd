import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Deadline, deadline } from '../../../../src/edges/engines/api/deadline.ts';

/** One that ends with the test. */
function started(...limits: Parameters<typeof deadline>): Deadline {
  const one = deadline(...limits);
  onTestFinished(() => one.stop());
  return one;
}

/** The whole process stands still. */
const standStill = (milliseconds: number): void => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};

test('a limit is hit once, and told in seconds', async () => {
  const one = started(100);
  await expect.poll(() => one.hit(), { timeout: 5_000 }).toBe(0.1);
  expect(one.signal.aborted).toBe(true);
});

test('a process that stood still for longer than the limit has time left to read the answer; without one it is hit all the same', async () => {
  const one = started(500);
  standStill(600);
  await delay(0);
  expect(one.hit()).toBeUndefined();
  await expect.poll(() => one.hit(), { timeout: 5_000 }).toBe(0.5);
});

test('news start the idle limit anew', async () => {
  const one = started(2_000, 400);
  for (let times = 0; times < 4; times += 1) {
    await delay(150);
    one.alive();
  }
  expect(one.hit()).toBeUndefined();
  await expect.poll(() => one.hit(), { timeout: 5_000 }).toBe(0.4);
});

test('what is lifted is hit no more, and can still be unwanted', async () => {
  const aborter = new AbortController();
  const one = started(50, 50, aborter.signal);
  one.lift();
  one.alive();
  await delay(150);
  expect(one.signal.aborted).toBe(false);
  aborter.abort();
  expect([one.signal.aborted, one.hit()]).toEqual([true, undefined]);
});
