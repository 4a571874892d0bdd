import { describe, expect, test } from 'vitest';
import type { ComposeService } from '../../src/model/compose-model.ts';
import { privileged } from '../../src/policies/privileged.ts';
import { model } from '../support/builders.ts';
import { judge, lines } from './support.ts';

const lift = 'apps.shop.allow.privileged: [web]';

test('a privileged service is denied, with the line that allows it', () => {
  expect(judge(privileged, model({ web: { privileged: true }, db: {} }))).toEqual([
    {
      gate: 'privileged',
      ruling: 'deny',
      service: 'web',
      reason: 'runs privileged: it can do anything to this host',
      lift,
    },
  ]);
});

test('the line keeps what is allowed already, and has everything that is denied', () => {
  const found = judge(
    privileged,
    model({ a: { privileged: true }, b: { privileged: true }, c: { privileged: true } }),
    {
      allow: { privileged: ['b', 'gone'] },
    },
  );
  expect(found.map(({ ruling }) => ruling)).toEqual(['deny', 'allow', 'deny']);
  expect(found[0]?.lift).toBe('apps.shop.allow.privileged: [b, gone, a, c]');
  expect(found[2]?.lift).toBe(found[0]?.lift);
});

describe('what is as good as privileged is judged alike', () => {
  test.each<[string, ComposeService, string]>([
    ['all capabilities', { cap_add: ['NET_ADMIN', 'ALL'] }, 'adds the capability ALL'],
    ['a capability that leads out', { cap_add: ['CAP_SYS_ADMIN'] }, 'adds the capability CAP_SYS_ADMIN'],
    ['the same in small letters', { cap_add: ['sys_module'] }, 'adds the capability sys_module'],
    ['devices of its own making', { device_cgroup_rules: ['b 8:* rwm'] }, 'may make devices of this host for itself'],
    ['all devices', { device_cgroup_rules: ['a *:* rwm'] }, 'may make devices of this host for itself'],
  ])('%s', (_, definition, reason) => {
    const [verdict] = judge(privileged, model({ web: definition }));
    expect(verdict).toMatchObject({ ruling: 'deny', service: 'web', reason: expect.stringContaining(reason), lift });
    const allowed = judge(privileged, model({ web: definition }), { allow: { privileged: ['web'] } });
    expect(allowed).toMatchObject([{ ruling: 'allow', lift: undefined }]);
  });

  test.each([{ privileged: true }, { entitlements: ['security.insecure'] }])('a build with %j', (section) => {
    const builds = [{ service: 'web', tag: 't', section, paths: [] }];
    expect(lines(judge(privileged, model({ web: {}, db: {} }), { release: { builds } }))).toEqual([
      `deny web: is built privileged: its Dockerfile can do anything to this host → ${lift}`,
    ]);
  });
});

test('what every service may do is not judged', () => {
  const harmless: ComposeService = {
    privileged: false,
    cap_add: ['NET_BIND_SERVICE', 'NET_ADMIN'],
    cap_drop: ['ALL'],
    device_cgroup_rules: ['c 1:3 mr'],
  };
  const builds = [{ service: 'web', tag: 't', section: { privileged: false, entitlements: [] }, paths: [] }];
  expect(judge(privileged, model({ web: harmless }), { release: { builds } })).toEqual([]);
});
