import { describe, expect, test } from 'vitest';
import { alterations, alterationText, isMendable, mendsOf } from '../../src/core/alterations.ts';
import type { Configured } from '../../src/model/observed.ts';
import { container } from '../support/builders.ts';

const web = container('web');
const ref = { id: 'web-id', name: 'shop-web-1' };
const mends = (is: Configured, was: Configured) => mendsOf(web, alterations(is, was));
const texts = (is: Configured, was: Configured) => alterations(is, was).map(alterationText);

test('nothing is altered where nothing differs, where nobody looked, and where nothing is known', () => {
  expect(alterations({ user: 'web' }, { user: 'web' })).toEqual([]);
  expect(alterations(undefined, { user: 'web' })).toEqual([]);
  expect(alterations({ user: 'web' }, undefined)).toEqual([]);
});

test('what was added, taken away or changed is found, by name, also under the name of a member of every object', () => {
  expect(alterations({ a: '2', c: '1', constructor: 'x' }, { a: '1', b: '1' })).toEqual([
    { field: 'a', was: '1', is: '2' },
    { field: 'b', was: '1', is: undefined },
    { field: 'c', was: undefined, is: '1' },
    { field: 'constructor', was: undefined, is: 'x' },
  ]);
});

describe('what the engine can take back', () => {
  test('are limits and the restart policy, all in one, at their default where they had none', () => {
    expect(mends({ 'limits.memory': '2', restart: 'no' }, { 'limits.memory': '1', 'limits.pids': '5' })).toEqual([
      {
        kind: 'update',
        container: ref,
        fields: { 'limits.memory': '1', 'limits.pids': '5', restart: null },
      },
    ]);
  });

  test('are networks: left, or joined as before', () => {
    const front = 'networks.front';
    expect(mends({}, { [front]: '{"aliases":["web"]}' })).toEqual([
      { kind: 'connect', container: ref, network: 'front', attachment: '{"aliases":["web"]}' },
    ]);
    expect(mends({ [front]: '{}' }, {})).toEqual([{ kind: 'disconnect', container: ref, network: 'front' }]);
    expect(mends({ [front]: '{}' }, { [front]: '{"aliases":["web"]}' })).toEqual([
      { kind: 'connect', container: ref, network: 'front', attachment: '{"aliases":["web"]}' },
    ]);
  });

  test('is nothing else', () => {
    const other = alterations({ user: 'root', 'mounts./data': 'x', command: 'y', 'ports.80/tcp': '1' }, {});
    expect(other.some(isMendable)).toBe(false);
    expect(mendsOf(web, other)).toEqual([]);
    expect(alterations({ restart: 'always', 'limits.pids': '9', 'networks.a': '{}' }, {}).every(isMendable)).toBe(true);
    expect(alterations({ 'limits.cpus': '1' }, { 'limits.cpus': '2' }).every(isMendable)).toBe(true);
    expect(alterations({ 'limits.cpus': '1', 'limits.memory': '9' }, {}).some(isMendable)).toBe(false);
  });
});

describe('as a person would say it', () => {
  test('with the values of limits', () => {
    expect(texts({ 'limits.memory': '67108864' }, { 'limits.memory': '134217728' })).toEqual([
      'limits.memory (64 MB, was 128 MB)',
    ]);
    expect(texts({ 'limits.memory_swap': '-1', 'limits.cpus': '1.5', restart: 'always' }, {})).toEqual([
      'limits.cpus (1.5, was none)',
      'limits.memory_swap (unlimited, was none)',
      'restart (always, was none)',
    ]);
  });

  test('with the names of networks', () => {
    expect(texts({ 'networks.a': '{}', 'networks.b': '1' }, { 'networks.b': '2', 'networks.c': '3' })).toEqual([
      'connected to the network a',
      'connected otherwise to the network b',
      'disconnected from the network c',
    ]);
  });

  test('without any value that may be secret', () => {
    const secret = 'hunter2';
    const fields = ['environment.TOKEN', 'command', 'entrypoint', 'labels.key', 'user', 'mounts./x', 'networks.n'];
    const is = Object.fromEntries(fields.map((field) => [field, secret]));
    const was = Object.fromEntries(fields.map((field) => [field, `old ${secret}`]));
    for (const all of [texts(is, was), texts(is, {}), texts({}, was)]) expect(all.join('\n')).not.toContain(secret);
    expect(texts(is, was)).toContain('environment.TOKEN');
  });
});
