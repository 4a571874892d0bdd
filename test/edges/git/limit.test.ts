import { expect, test } from 'vitest';
import { limitTo } from '../../../src/edges/git/limit.ts';
import { lru } from '../../../src/edges/git/lru.ts';

test('no more than so many works run at once, and all are done', async () => {
  const limit = limitTo(2);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
  };
  await Promise.all(Array.from({ length: 9 }, () => limit(work)));
  expect({ most, running }).toEqual({ most: 2, running: 0 });
});

test('a work that fails gives its place on', async () => {
  const limit = limitTo(1);
  const failed = limit(() => Promise.reject(new Error('no')));
  const next = limit(() => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  await expect(next).resolves.toBe('yes');
});

test('who waits no longer gives up without taking a place', async () => {
  const limit = limitTo(1);
  let release = (): void => undefined;
  const first = limit(() => new Promise<void>((resolve) => (release = resolve)));
  const abort = new AbortController();
  const second = limit(() => Promise.resolve('second'), abort.signal);
  const third = limit(() => Promise.resolve('third'));
  abort.abort(new Error('too late'));
  await expect(second).rejects.toThrow('too late');
  release();
  await first;
  await expect(third).resolves.toBe('third');
});

test('a cache forgets what was not used for longest', () => {
  const cache = lru<string>(2);
  cache.set('a', '1');
  cache.set('b', '2');
  cache.get('a');
  cache.set('c', '3');
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['1', undefined, '3']);
});

test('a cache goes by weight, and keeps the newest whatever it weighs', () => {
  const cache = lru<string>(5, (value) => value.length);
  cache.set('a', 'xxx');
  cache.set('b', 'xxx');
  expect(cache.get('a')).toBeUndefined();
  cache.set('c', 'xxxxxxxxx');
  expect([cache.get('b'), cache.get('c')]).toEqual([undefined, 'xxxxxxxxx']);
  cache.set('c', 'x');
  cache.set('d', 'xxxx');
  expect(cache.get('c')).toBe('x');
});
