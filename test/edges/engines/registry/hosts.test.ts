import { expect, test } from 'vitest';
import { dockerHub, hostOf, registryOf } from '../../../../src/edges/engines/registry/hosts.ts';

test.each([
  ['nginx', dockerHub],
  ['library/nginx', dockerHub],
  ['docker.io/library/nginx', dockerHub],
  ['ghcr.io/acme/web', 'ghcr.io'],
  ['localhost/web', 'localhost'],
  ['127.0.0.1:5000/web', '127.0.0.1:5000'],
  ['registry:5000/a/b', 'registry:5000'],
])('%s comes from %s', (name, registry) => {
  expect(registryOf(name)).toBe(registry);
});

test.each([
  ['https://index.docker.io/v1/', 'index.docker.io'],
  ['http://registry:5000', 'registry:5000'],
  ['ghcr.io', 'ghcr.io'],
])('%s is the host %s', (key, host) => {
  expect(hostOf(key)).toBe(host);
});
