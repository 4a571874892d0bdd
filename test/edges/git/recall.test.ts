import { expect, test } from 'vitest';
import { lru } from '../../../src/edges/git/lru.ts';
import { recall } from '../../../src/edges/git/recall.ts';

test('what many ask for at once is made once', async () => {
  const remember = recall(lru<string>(10));
  const made: string[] = [];
  const make = async (value: string) => {
    made.push(value);
    await Promise.resolve();
    return value;
  };
  const answers = ['first', 'second', 'third'].map((value) => remember('key', () => make(value)));
  expect(await Promise.all(answers)).toEqual(['first', 'first', 'first']);
  expect(await remember('key', () => make('fourth'))).toBe('first');
  expect(made).toEqual(['first']);
});

test('different keys do not wait for each other', async () => {
  const remember = recall(lru<string>(10));
  void remember('stuck', () => new Promise(() => undefined));
  expect(await remember('other', () => Promise.resolve('value'))).toBe('value');
});

test('a failure is told to all who wait, and tried again by who asks later', async () => {
  const remember = recall(lru<string>(10));
  const fail = () => Promise.reject(new Error('broken'));
  const both = await Promise.allSettled([remember('key', fail), remember('key', fail)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await remember('key', () => Promise.resolve('value'))).toBe('value');
});
