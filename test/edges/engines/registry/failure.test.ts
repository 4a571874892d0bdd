import { expect, test } from 'vitest';
import { Overdue, unreachable } from '../../../../src/edges/engines/failures.ts';
import { unavailable } from '../../../../src/edges/engines/registry/failure.ts';
import { HarborError } from '../../../../src/errors.ts';

test.each([
  [
    'unauthorized: authentication required',
    'Log in on this host with `docker login ghcr.io`, and check the spelling of the image.',
  ],
  [
    'pull access denied for x, repository does not exist',
    'Log in on this host with `docker login ghcr.io`, and check the spelling of the image.',
  ],
  ['manifest for ghcr.io/a:9 not found: manifest unknown', 'Check the spelling of the image and its tag.'],
  [
    'toomanyrequests: You have reached your pull rate limit',
    'The registry limits pulls: log in with `docker login`, or use a mirror.',
  ],
  [
    'Get "http://127.0.0.1:37429/v2/": dial tcp 127.0.0.1:40401: connection refused',
    'Is the registry ghcr.io up, and does this host reach and trust it?',
  ],
  [
    'received unexpected HTTP status: 429 Too Many',
    'The registry limits pulls: log in with `docker login`, or use a mirror.',
  ],
  ['dial tcp: connection refused', 'Is the registry ghcr.io up, and does this host reach and trust it?'],
])('%s', (words, hint) => {
  const failure = unavailable('ghcr.io/a:9', 'ghcr.io', new HarborError(words, { code: 'engine-refused' }));
  expect(failure).toMatchObject({
    code: 'image-unavailable',
    message: `the image ghcr.io/a:9 cannot be had: ${words}`,
    hint,
  });
});

test("a full disk and an engine that is down are not the registry's fault", () => {
  const full = new HarborError('no space left on device', { code: 'disk-full' });
  expect(unavailable('a', 'b', full)).toBe(full);
  const down = unreachable('unix:///x', 'cannot be reached', new Error('ECONNREFUSED'));
  expect(unavailable('a', 'b', down)).toBe(down);
});

test('an engine that is late waits for the registry', () => {
  const late = unreachable('unix:///x', 'did not answer', new Overdue('aborted'));
  expect(unavailable('a', 'b', late).code).toBe('image-unavailable');
});
