import { expect, test } from 'vitest';
import { parseDockerHost } from '../../../../src/edges/engines/api/address.ts';

test.each([
  ['unix:///var/run/docker.sock', { socketPath: '/var/run/docker.sock' }],
  ['tcp://10.0.0.1:2375', { host: '10.0.0.1', port: 2375 }],
  ['tcp://engine', { host: 'engine', port: 2375 }],
  ['http://[::1]:99', { host: '::1', port: 99 }],
])('%s is understood', (dockerHost, address) => {
  expect(parseDockerHost(dockerHost)).toEqual(address);
});

test.each(['ssh://host', 'https://host:2376', 'npipe:////./pipe/x', 'docker.sock', ''])(
  '"%s" is refused with what would be right',
  (dockerHost) => {
    expect(() => parseDockerHost(dockerHost)).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('unix://') }),
    );
  },
);
