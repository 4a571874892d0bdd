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
    { allow: { privileged: ['b', 'gone'] } },
  );
  expect(found.map(({ ruling }) => ruling)).toEqual(['deny', 'allow', 'deny']);
  expect(found[0]?.lift).toBe('apps.shop.allow.privileged: [b, gone, a, c]');
  expect(found[2]?.lift).toBe(found[0]?.lift);
});

test('a name that the host allows is one service, whatever is in it', () => {
  expect(judge(privileged, model({ web: { privileged: true } }), { allow: { privileged: ['w*'] } })).toMatchObject([
    { ruling: 'deny' },
  ]);
});

describe('what is as good as privileged is judged alike', () => {
  test.each<[string, ComposeService, string]>([
    ['text for a flag', { privileged: 'true' as never }, 'runs privileged'],
    ['a hook', { post_start: [{ command: ['x'], privileged: true }] }, 'runs a privileged command (`post_start`)'],
    ['another', { pre_stop: [{ command: ['x'] }, { privileged: true }] }, 'runs a privileged command (`pre_stop`)'],
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
  const harmless: ComposeService = { privileged: false, cap_drop: ['ALL'], post_start: [{ command: ['x'] }] };
  const builds = [{ service: 'web', tag: 't', section: { privileged: false, entitlements: [] }, paths: [] }];
  expect(judge(privileged, model({ web: harmless }), { release: { builds } })).toEqual([]);
});
