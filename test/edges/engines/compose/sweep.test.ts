import { expect, test } from 'vitest';
import { type Happened, mend, signalledContainers } from '../../../../src/edges/engines/compose/sweep.ts';
import type { ObservedContainer } from '../../../../src/model/observed.ts';

const container = (name: string, facts: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: `id of ${name}`,
  name,
  project: 'shop',
  service: 'web',
  oneOff: false,
  instance: 'host-1',
  app: 'shop',
  digest: undefined,
  imageId: 'sha256:1',
  state: 'created',
  health: 'none',
  exitCode: undefined,
  joins: undefined,
  ports: [],
  configHash: undefined,
  ...facts,
});

const leftover = '0a1b2c3d4e5f_shop-web-1';

test('a leftover goes where the container that it was to replace is still there', () => {
  expect(mend([container(leftover), container('shop-web-1', { state: 'running' })], 'host-1')).toEqual([
    { kind: 'remove', id: `id of ${leftover}`, name: leftover },
  ]);
});

test('a leftover takes the place of the container that is gone: it has its volumes', () => {
  expect(mend([container(leftover)], 'host-1')).toEqual([
    { kind: 'rename', id: `id of ${leftover}`, name: 'shop-web-1' },
  ]);
});

test('of two leftovers for one place, one takes it and the other goes', () => {
  const second = 'ffffffffffff_shop-web-1';
  expect(mend([container(leftover), container(second)], 'host-1').map(({ kind }) => kind)).toEqual([
    'rename',
    'remove',
  ]);
});

test("what runs, what is another instance's and what only looks like it is left alone", () => {
  const others = [
    container(leftover, { state: 'running' }),
    container('111111111111_shop-db-1', { instance: 'host-2' }),
    container('222222222222_shop-db-1', { instance: undefined }),
    container('cafe_shop-web-1'),
    container('shop-web-2'),
  ];
  expect(mend(others, 'host-1')).toEqual([]);
});

test('a container is being stopped from its first signal until it ends', () => {
  const event = (Action: string, ID: string, time: number): Happened => ({ Action, Actor: { ID }, time });
  const events = [
    ...[event('kill', 'a', 1), event('kill', 'b', 2), event('kill', 'c', 3)],
    ...[event('die', 'a', 4), event('kill', 'b', 5), event('die', 'c', 6), event('start', 'c', 7)],
  ];
  expect([...signalledContainers(events)]).toEqual([['b', 2]]);
});
