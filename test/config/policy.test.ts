import { describe, expect, test } from 'vitest';
import { presets } from '../../src/core/presets.ts';
import type { Policy } from '../../src/model/policy.ts';
import { load, loadApp, problems } from './rig.ts';

const web = 'apps:\n  web:\n    url: https://git.example.com/team/web.git\n';

async function policyUnder(top: string, lines = ''): Promise<Policy> {
  const { apps } = await load(`${top}\n${web}${lines}`);
  const [app] = apps;
  if (app === undefined) throw new Error('no app is active');
  return app.policy;
}

test('a host that says nothing goes by the preset homelab', async () => {
  expect(await policyUnder('')).toEqual({
    preset: 'homelab',
    changed: [],
    general: presets.homelab,
    own: {},
    place: 'apps.web.allow',
  });
});

test('a key of the host takes the place of what its preset says', async () => {
  const policy = await policyUnder(
    'policy: {preset: strict, builds: all, ports: [443, "127.0.0.1:8080-8090"], registries: [], replicas: 3}',
  );
  expect(policy.preset).toBe('strict');
  expect(policy.changed.toSorted()).toEqual(['builds', 'ports', 'registries', 'replicas']);
  expect(policy.general).toEqual({
    ...presets.strict,
    builds: ['*'],
    ports: ['443', '127.0.0.1:8080-8090'],
    registries: [],
    replicas: 3,
  });
  expect((await policyUnder('policy: {preset: trusted, gpus: none}')).general.gpus).toEqual([]);
});

test('what an app may besides is its own, and a preset of its own takes the place of all that the host says', async () => {
  const policy = await policyUnder(
    'policy: {preset: strict, ports: [443]}',
    '    allow: {privileged: [agent], ports: [80]}\n',
  );
  expect(policy.own).toEqual({ privileged: ['agent'], ports: ['80'] });
  expect(policy.general.ports).toEqual(['443']);
  const trusted = await policyUnder('policy: {preset: strict, ports: [443]}', '    allow: {preset: trusted}\n');
  expect(trusted).toMatchObject({ preset: 'trusted', replaces: true, changed: [], general: presets.trusted, own: {} });
});

test('a configuration from before there were presets means what it meant', async () => {
  const { policy } = await loadApp(
    'allow: {privileged: [a], host_namespaces: [b], engine_socket: [c], host_binds: [/srv, "/etc/x:ro"]}',
  );
  expect(policy).toMatchObject({ preset: 'homelab', general: presets.homelab });
  expect(policy.own).toEqual({
    privileged: ['a'],
    host_namespaces: ['b'],
    engine_socket: ['c'],
    host_binds: ['/srv', '/etc/x:ro'],
  });
});

describe('a mistake is told at its place', () => {
  test.each([
    ['preset: lax', 'policy.preset: must be one of'],
    ['privileged: [web]', 'policy.privileged: must be'],
    ['ports: [http]', 'policy.ports[0]: must be a port or a range'],
    ['ports: [0]', 'policy.ports[0]: must be a port or a range'],
    ['ports: ["90-80"]', 'policy.ports[0]: must be a port or a range'],
    ['ports: ["::1:80"]', 'policy.ports[0]: must be a port or a range'],
    ['capabilities: [CAP_NET_ADMIN]', 'policy.capabilities[0]: must be the name of a capability in capital letters'],
    ['capabilities: [net_admin]', 'policy.capabilities[0]: must be the name of a capability'],
    ['devices: [dri]', 'policy.devices[0]: must be the absolute path of a device'],
    ['devices: [/dev/../etc]', 'policy.devices[0]: must be the absolute path of a device'],
    ['device_cgroup_rules: [everything]', 'policy.device_cgroup_rules[0]: must be a rule'],
    ['security_options: [unconfined]', 'policy.security_options[0]: must be kind and value'],
    ['registries: [""]', 'policy.registries[0]: must be a registry'],
    ['replicas: 0', 'policy.replicas: must be a whole number from 1'],
    ['registry: [ghcr.io]', 'unknown key'],
  ])('policy: {%s}', async (line, told) => {
    expect(await problems(`policy: {${line}}\n${web}`)).toContain(told);
  });

  test('allowances at the top, and services of the host, are told where they belong', async () => {
    expect(await problems(`host_binds: [/srv]\n${web}`)).toContain('it belongs in `allow` of an app');
    expect(await problems(`defaults: {allow: {}}\n${web}`)).toContain('stands in `policy`');
    expect(await problems(`${web}    allow: {builds: all}\n`)).toContain('apps.web.allow.builds: must be a list');
  });
});
