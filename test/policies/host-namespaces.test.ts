import { expect, test } from 'vitest';
import type { ComposeService } from '../../src/model/compose-model.ts';
import { hostNamespaces } from '../../src/policies/host-namespaces.ts';
import { model } from '../support/builders.ts';
import { judge, lines } from './support.ts';

const lift = 'apps.shop.allow.host_namespaces: [web]';

test.each<[ComposeService, string]>([
  [{ network_mode: 'host' }, 'joins the host’s namespace (`network_mode: host`)'],
  [{ pid: 'host' }, 'joins the host’s namespace (`pid: host`)'],
  [{ ipc: 'host' }, 'joins the host’s namespace (`ipc: host`)'],
  [{ uts: 'host' }, 'joins the host’s namespace (`uts: host`)'],
  [{ userns_mode: 'host' }, 'joins the host’s namespace (`userns_mode: host`)'],
  [{ cgroup: 'host' }, 'joins the host’s namespace (`cgroup: host`)'],
  [{ network_mode: 'container:vpn' }, 'joins a container outside this app (`network_mode: container:vpn`)'],
  [{ pid: 'container:db' }, 'joins a container outside this app (`pid: container:db`)'],
  [{ volumes_from: ['own', 'container:db:ro'] }, 'mounts the volumes of container:db:ro, outside this app'],
])('%j is denied unless the host allows it', (definition, reason) => {
  expect(lines(judge(hostNamespaces, model({ web: definition })))).toEqual([`deny web: ${reason} → ${lift}`]);
  expect(lines(judge(hostNamespaces, model({ web: definition }), { allow: { host_namespaces: ['web'] } }))).toEqual([
    `allow web: ${reason} (allowed by apps.shop.allow.host_namespaces)`,
  ]);
});

test('a build in the host’s network is denied', () => {
  const builds = [{ service: 'web', tag: 't', section: { network: 'host' }, paths: [] }];
  expect(lines(judge(hostNamespaces, model({ web: {} }), { release: { builds } }))).toEqual([
    `deny web: is built in the host’s network (\`build.network: host\`) → ${lift}`,
  ]);
});

test.each<ComposeService>([
  { network_mode: 'none' },
  { network_mode: 'service:db', pid: 'service:db', ipc: 'service:db', volumes_from: ['db:ro'] },
  { ipc: 'shareable', cgroup: 'private' },
])('%j stays inside the app', (definition) => {
  expect(judge(hostNamespaces, model({ web: definition, db: {} }))).toEqual([]);
});
