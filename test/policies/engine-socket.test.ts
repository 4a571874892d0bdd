import { expect, test } from 'vitest';
import type { ComposeMount } from '../../src/model/compose-model.ts';
import { engineSocket } from '../../src/policies/engine-socket.ts';
import { model } from '../support/builders.ts';
import { judge, lines } from './support.ts';

const bind = (source: string, more: Partial<ComposeMount> = {}): ComposeMount => ({
  type: 'bind',
  source,
  target: '/x',
  ...more,
});

test.each(['/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman/podman.sock'])(
  'a service that mounts %s is denied, read-only or not',
  (source) => {
    for (const read_only of [true, false]) {
      expect(lines(judge(engineSocket, model({ web: { volumes: [bind(source, { read_only })] } })))).toEqual([
        `deny web: mounts the engine’s socket (${source}): it can start any container as root → apps.shop.allow.engine_socket: [web]`,
      ]);
    }
  },
);

test('also when it comes as a volume or as a config', () => {
  const rendered = model(
    { web: { volumes: [{ type: 'volume', source: 's', target: '/x' }] }, api: { configs: [{ source: 's' }] } },
    {
      volumes: { s: { driver_opts: { type: 'none', o: 'bind', device: '/var/run/docker.sock' } } },
      configs: { s: { file: '/var/run/docker.sock' } },
    },
  );
  expect(judge(engineSocket, rendered).map(({ service, ruling }) => `${ruling} ${service}`)).toEqual([
    'deny web',
    'deny api',
  ]);
});

test('a service that the host allows it may', () => {
  const rendered = model({ web: { volumes: [bind('/var/run/docker.sock')] } });
  expect(judge(engineSocket, rendered, { allow: { engine_socket: ['web'] } })).toMatchObject([{ ruling: 'allow' }]);
});

test('other sockets, and folders that hold the engine’s, are for the gate of host paths', () => {
  expect(judge(engineSocket, model({ web: { volumes: [bind('/run/mysqld.sock'), bind('/var/run')] } }))).toEqual([]);
});
