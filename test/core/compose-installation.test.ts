import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeInstallation, socketProxy } from '../../src/core/compose-installation.ts';
import { systemdUnit, usualPaths } from '../../src/core/systemd-unit.ts';

const root = new URL('../../', import.meta.url);
const textOf = (path: string) => readFile(fileURLToPath(new URL(path, root)), 'utf8');
const places = { ...usualPaths, socket: '/var/run/docker.sock' };
const image = async () => `harbormaster:${JSON.parse(await textOf('package.json')).version}`;

test('what lies in deploy/ is what `install` writes: npm run docs', async () => {
  expect(await textOf('deploy/harbormaster.service')).toBe(systemdUnit(usualPaths));
  expect(await textOf('deploy/compose.yaml')).toBe(composeInstallation(places, await image(), false));
  expect(await textOf('deploy/compose.socket-proxy.yaml')).toBe(composeInstallation(places, await image(), true));
  expect(await textOf('deploy/socket-proxy.cfg')).toBe(socketProxy());
});

test('behind the proxy Harbormaster does not see the socket, and only the proxy can be reached from its network', () => {
  const { services, networks } = parse(composeInstallation(places, 'hm:1', true));
  expect(JSON.stringify(services.harbormaster.volumes)).not.toContain('docker.sock');
  expect(services.harbormaster.environment.DOCKER_HOST).toBe('tcp://socket-proxy:2375');
  expect(services['socket-proxy'].networks).toEqual(['engine']);
  expect(networks.engine.internal).toBe(true);
});

test('the state folder has the same path inside as outside', () => {
  const { services } = parse(composeInstallation({ ...places, stateDir: '/srv/hm' }, 'hm:1', false));
  expect(services.harbormaster.volumes).toEqual([
    '/var/run/docker.sock:/var/run/docker.sock',
    '/srv/hm:/srv/hm',
    '/etc/harbormaster:/etc/harbormaster:ro',
  ]);
});
