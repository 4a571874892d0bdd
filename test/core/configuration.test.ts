import { expect, test } from 'vitest';
import {
  configurationAfter,
  differenceOf,
  keyedDigests,
  saysOtherwise,
  troubleSignature,
} from '../../src/core/configuration.ts';
import { sentenceOf } from '../../src/core/format-entry.ts';
import { foldHistory } from '../../src/core/history.ts';
import { eventOf } from '../../src/core/notable.ts';
import type { ConfigurationTrouble } from '../../src/model/configuration.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import { revision } from '../cli/builders.ts';

const trouble = (overrides: Partial<ConfigurationTrouble> = {}): ConfigurationTrouble => ({
  of: 'configuration',
  code: 'config-invalid',
  message: 'h.yml:1:1: apps: is missing',
  hint: undefined,
  ...overrides,
});

test('apps are added, removed and changed by name, settings by key; the first time says no key', () => {
  const before = { apps: { shop: 'a', blog: 'b', wiki: 'c' }, settings: { windows: 'w', 'config.host': 'h' } };
  const after = { apps: { shop: 'a', blog: 'B', constructor: 'd' }, settings: { windows: 'W', notifiers: 'n' } };
  expect(differenceOf(before, after)).toEqual({
    added: ['constructor'],
    removed: ['wiki'],
    changed: ['blog'],
    settings: ['windows', 'config.host', 'notifiers'],
  });
  expect(differenceOf(undefined, before)).toEqual({
    added: ['shop', 'blog', 'wiki'],
    removed: [],
    changed: [],
    settings: [],
  });
});

test('digests are written down keyed, in an order of their own, and two apps that say the same differ', () => {
  const digests = { apps: { b: 'same', a: 'same' }, settings: {} };
  const keyed = keyedDigests(digests, Buffer.from('key'));
  expect(Object.keys(keyed.apps)).toEqual(['a', 'b']);
  expect(keyed.apps['a']).not.toBe(keyed.apps['b']);
  expect(keyed).not.toEqual(keyedDigests(digests, Buffer.from('another')));
});

test('a mistake is the same while its text is; what the world does wrong, while its kind is', () => {
  const of = (overrides: Partial<ConfigurationTrouble>) => troubleSignature([trouble(overrides)]);
  expect(of({})).toBe(of({ hint: 'Add it.' }));
  expect(of({})).not.toBe(of({ message: 'h.yml:2:1: apps: is missing' }));
  const down = { code: 'source-unreachable' } as const;
  expect(of({ ...down, message: 'timed out' })).toBe(of({ ...down, message: 'refused' }));
  expect(of(down)).not.toBe(of({ ...down, of: 'discover[0]' }));
});

test('another commit that says the same is nothing to act on, another trouble is', () => {
  const one = { fingerprint: 'a', troubles: [] };
  expect(saysOtherwise(one, { ...one })).toBe(false);
  expect(saysOtherwise(one, { ...one, fingerprint: 'b' })).toBe(true);
  expect(saysOtherwise(one, { ...one, troubles: [trouble()] })).toBe(true);
});

const stamp = { v: 1, seq: 7, at: '2026-03-01T10:00:00.000Z', host: 'h', instance: 'i', prev: '' } as const;
const trigger = { kind: 'file-change' } as const;
const entry = <Body extends EntryBody>(body: Body) => ({ ...stamp, ...body }) as Entry & Body;

const configured = entry({
  kind: 'configured',
  trigger,
  file: '/etc/harbormaster/harbormaster.yml',
  revision: revision(),
  path: 'hosts.yml',
  digest: 'd',
  apps: { shop: 'a' },
  settings: {},
  added: ['shop'],
  removed: [],
  changed: [],
  keys: ['config.removal_guard'],
});
const failed = entry({ kind: 'configuration-failed', trigger, troubles: [trouble()], signature: 's' });

test('a trouble lasts until a configuration without one is in force', () => {
  const record = configurationAfter(undefined, configured);
  expect(record).toMatchObject({ digest: 'd', apps: { shop: 'a' }, origin: { path: 'hosts.yml' } });
  const troubled = configurationAfter(record, failed);
  expect(troubled?.trouble).toMatchObject({ since: stamp.at, signature: 's' });
  expect(configurationAfter(troubled, { ...configured, partial: true })?.trouble).toEqual(troubled?.trouble);
  expect(configurationAfter(troubled, configured)?.trouble).toBeUndefined();
});

test('people are told of a trouble and of its end, not of each change', () => {
  const told = (entries: readonly Entry[]) => {
    const [last] = entries.slice(-1);
    return last && eventOf(foldHistory(entries.slice(0, -1)), foldHistory(entries), last);
  };
  expect(told([configured])).toBeUndefined();
  expect(told([configured, failed])).toBe('failed');
  expect(told([configured, failed, { ...configured, partial: true }])).toBeUndefined();
  expect(told([configured, failed, configured])).toBe('recovered');
});

test('both are told in one sentence, with the commit that they are of', () => {
  expect(sentenceOf(configured)).toBe(
    'configured from https://git.example.com/team/shop.git at 9d3e41c2f0 (hosts.yml) and /etc/harbormaster/harbormaster.yml: added shop; set anew config.removal_guard',
  );
  expect(sentenceOf({ ...configured, added: [], keys: [], revision: undefined, path: undefined })).toBe(
    'configured from /etc/harbormaster/harbormaster.yml: in force again, and as it was',
  );
  const down = trouble({ of: 'discover[0]', code: 'source-unreachable', message: 'the server cannot be reached' });
  expect(sentenceOf({ ...failed, troubles: [trouble(), down] })).toBe(
    'configuration refused: h.yml:1:1: apps: is missing; discover[0] not found out: the server cannot be reached; what was in force stays so',
  );
});
