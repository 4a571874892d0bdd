import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPullLanes } from '../../../../src/edges/engines/api/pull-lanes.ts';

/** Works that end when they are told to. */
function works() {
  const lanes = createPullLanes();
  const running: { readonly registry: string; readonly end: () => void }[] = [];
  const start = (registry: string) =>
    lanes(registry, () => new Promise<void>((resolve) => running.push({ registry, end: resolve })));
  return { running, start };
}

test('three at once of one registry, six altogether, and the next when one ends', async () => {
  const { running, start } = works();
  for (const registry of ['a', 'b', 'c']) for (let count = 0; count < 4; count += 1) void start(registry);
  await setImmediate();
  expect(running.map(({ registry }) => registry).toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
  running[0]?.end();
  await setImmediate();
  expect(running.at(-1)?.registry).toBe('c');
  expect(running).toHaveLength(7);
});

test('a registry whose pulls hang holds up no other one', async () => {
  const { running, start } = works();
  for (let count = 0; count < 10; count += 1) void start('slow');
  void start('fast');
  await setImmediate();
  expect(running.map(({ registry }) => registry)).toEqual(['slow', 'slow', 'slow', 'fast']);
});

test('a pull that fails makes room', async () => {
  const lanes = createPullLanes();
  for (let count = 0; count < 5; count += 1) {
    await expect(lanes('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  }
  expect(await lanes('a', async () => 'yes')).toBe('yes');
});
