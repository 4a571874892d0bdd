import { expect, test } from 'vitest';
import { readLimits, readRestart, updateBody } from '../../../../src/edges/engines/api/limits.ts';

test('an update says to the engine what the fields say to us', () => {
  const fields = {
    'limits.memory': '67108864',
    'limits.memory_swap': '-1',
    'limits.memory_reservation': '33554432',
    'limits.cpus': '0.1',
    'limits.cpu_shares': '512',
    'limits.cpu_period': '50000',
    'limits.cpu_quota': '25000',
    'limits.cpuset': '0-1',
    'limits.cpuset_mems': '0',
    'limits.pids': '100',
    'limits.blkio_weight': '300',
  };
  const body = updateBody(fields);
  expect(body).toMatchObject({ Memory: 67108864, NanoCpus: 100_000_000, CpusetCpus: '0-1', PidsLimit: 100 });
  expect(readLimits(body)).toEqual(fields);
});

test.each([
  ['always', { Name: 'always', MaximumRetryCount: 0 }],
  ['unless-stopped', { Name: 'unless-stopped', MaximumRetryCount: 0 }],
  ['on-failure', { Name: 'on-failure', MaximumRetryCount: 0 }],
  ['on-failure:3', { Name: 'on-failure', MaximumRetryCount: 3 }],
])('the restart policy %s comes and goes', (text, policy) => {
  expect(updateBody({ restart: text })).toEqual({ RestartPolicy: policy });
  expect(readRestart(policy.Name, policy.MaximumRetryCount)).toBe(text);
});

test('what an update can take away is taken away', () => {
  const none = { restart: null, 'limits.pids': null, 'limits.cpu_quota': null };
  expect(updateBody(none)).toEqual({
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    PidsLimit: 0,
    CpuQuota: -1,
  });
});

test.each([
  ['limits.memory', null, 'the engine cannot take limits.memory away from a container that is there'],
  ['limits.cpuset', null, 'the engine cannot take limits.cpuset away from a container that is there'],
  ['limits.memory', 'much', 'limits.memory cannot become much: that is no number'],
  ['user', 'root', 'user cannot be changed in a container that is there'],
  ['constructor', 'x', 'constructor cannot be changed in a container that is there'],
])('%s as %s is refused, so that the container can be replaced', (field, value, message) => {
  expect(() => updateBody({ [field]: value })).toThrow(
    expect.objectContaining({ code: 'engine-refused', message, hint: 'Replace the container instead.' }),
  );
});
