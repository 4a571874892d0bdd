import { expect, test } from 'vitest';
import { engineFailure } from '../../../src/edges/engines/failures.ts';

test.each([
  [
    'port-taken',
    'Error response from daemon: driver failed programming external connectivity on endpoint shop-web-1 (b782): Bind for 0.0.0.0:18080 failed: port is already allocated',
  ],
  [
    'port-taken',
    'driver failed programming external connectivity on endpoint x (1): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
  ],
  [
    'name-taken',
    'Conflict. The container name "/shop" is already in use by container "0a1b". You have to remove (or rename) that container to be able to reuse that name.',
  ],
  ['disk-full', 'failed to register layer: write /usr/lib/x: no space left on device'],
  ['engine-unreachable', 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?'],
  ['image-unavailable', 'No such image: shop:1'],
  [
    'engine-refused',
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  ],
  ['engine-refused', 'something nobody has seen yet'],
])('%s: %s', (code, text) => {
  expect(engineFailure(text).code).toBe(code);
});

test('the engine is quoted without its preamble, and harmlessly', () => {
  const failure = engineFailure('Error response from daemon: no \u001b[31msuch\u001b[0m network\u0007\n');
  expect(failure.message).toBe('no such network<U+0007>');
});

test('an engine that is out of address ranges says what to do', () => {
  expect(engineFailure('could not find an available, non-overlapping IPv4 address pool').hint).toContain(
    'default-address-pools',
  );
});
