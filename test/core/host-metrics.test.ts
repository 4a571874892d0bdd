import { expect, test } from 'vitest';
import { exposition } from '../../src/core/exposition.ts';
import { hostMetrics } from '../../src/core/host-metrics.ts';
import type { Block, HostStatus } from '../../src/model/report.ts';
import { appStatus } from '../cli/builders.ts';

const series = (name: string, more: Partial<HostStatus>, firstSeen = new Map<string, number>()) =>
  exposition(hostMetrics({ host: 'h', daemon: undefined, apps: [], ...more }, firstSeen))
    .split('\n')
    .filter((line) => line.startsWith(name));

const block = (code: string, since: string): Block => ({
  code,
  detail: '',
  hint: undefined,
  since,
  until: undefined,
  lift: '',
});

const outOfSync = (...blockedBy: readonly Block[]) =>
  appStatus({ sync: { state: 'out-of-sync', causes: ['x'] }, blockedBy });

const since = 'harbormaster_app_out_of_sync_since_timestamp_seconds';
const asked = new Map([['shop', 5000]]);

test('since when an app is out of sync is what the log knows, if that is earlier than when it was first seen', () => {
  const trouble = block('unhealthy', '1970-01-01T00:00:02Z');
  expect(series(since, { apps: [outOfSync(trouble)] }, asked)).toEqual([`${since}{app="shop"} 2`]);
  expect(series(since, { apps: [outOfSync()] }, asked)).toEqual([`${since}{app="shop"} 5`]);
});

test('what a person decided does not say since when', () => {
  const decided = ['held', 'policy', 'suspended'].map((code) => block(code, '1970-01-01T00:00:01Z'));
  expect(series(since, { apps: [outOfSync(...decided)] }, asked)).toEqual([`${since}{app="shop"} 5`]);
});

test('what is in the way is told by its code, once', () => {
  const blocks = ['window', 'window', 'retry'].map((code) => block(code, '1970-01-01T00:00:01Z'));
  expect(series('harbormaster_app_blocked', { apps: [outOfSync(...blocks)] })).toEqual([
    'harbormaster_app_blocked{app="shop",code="window"} 1',
    'harbormaster_app_blocked{app="shop",code="retry"} 1',
  ]);
});

test('the witness is a state and how far it is, and nothing where there is none', () => {
  const witness = { state: 'contradicted', url: 'u', branch: 'b', witnessed: 7, at: '', since: '', size: 7 } as const;
  expect(series('harbormaster_log_witness', { record: { condition: undefined, witness } })).toEqual([
    'harbormaster_log_witness{state="current"} 0',
    'harbormaster_log_witness{state="behind"} 0',
    'harbormaster_log_witness{state="contradicted"} 1',
    'harbormaster_log_witnessed_sequence 7',
  ]);
  expect(series('harbormaster_log_witness', {})).toEqual([]);
});

test('targets that are called the same are told as one', () => {
  const trouble = { since: '', message: 's3cret', attempts: 1, next: '' };
  const deliveries = [
    { target: 'chat', waiting: 2, refused: 1, trouble },
    { target: 'chat', waiting: 3, refused: 0 },
    { target: 'mail', waiting: 0, refused: 0 },
  ];
  expect(series('harbormaster_notifications', { deliveries })).toEqual([
    'harbormaster_notifications_waiting{target="chat"} 5',
    'harbormaster_notifications_waiting{target="mail"} 0',
    'harbormaster_notifications_refused{target="chat"} 1',
    'harbormaster_notifications_refused{target="mail"} 0',
    'harbormaster_notifications_failing{target="chat"} 1',
    'harbormaster_notifications_failing{target="mail"} 0',
  ]);
});
