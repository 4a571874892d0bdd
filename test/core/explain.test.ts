import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedFields, definitionsOf, explain } from '../../src/core/explain.ts';
import { maskedCause } from '../../src/core/field-values.ts';
import { sentence } from '../../src/core/format-plan.ts';
import { redactor } from '../../src/core/redact.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import type { Release } from '../../src/model/release.ts';
import { model, objects, pin, sealed } from '../support/builders.ts';

const sealedWeb = (
  definition: ComposeService,
  more: Parameters<typeof sealed>[1] = {},
  extra: Partial<ComposeModel> = {},
) => sealed(model({ web: { image: 'nginx:1', ...definition } }, extra), more);

const side = (release: Release) => {
  const [service] = release.services;
  if (service === undefined) throw new Error('no service');
  return { service, definition: definitionsOf(release.compose)[service.name] };
};
const why = (to: Release, from: Release) => sentence(explain(side(to), side(from)));

describe('why a service differs from the one deployed', () => {
  const before = sealedWeb({ environment: { COLOR: 'red' } });

  test.each<[string, Release, string]>([
    ['the value of a variable', sealedWeb({ environment: { COLOR: 'blue' } }), 'changed: environment.COLOR'],
    [
      'a variable that came without a value',
      sealedWeb({ environment: { COLOR: 'red', HOME: null } }),
      'changed: environment.HOME',
    ],
    ['a variable that went', sealedWeb({}), 'changed: environment'],
    [
      'a network joined without options',
      sealedWeb({ environment: { COLOR: 'red' }, networks: { default: null, back: null } }),
      'changed: networks.back',
    ],
    [
      'a list',
      sealedWeb({ environment: { COLOR: 'red' }, ports: [{ target: 80, published: '80' }] }),
      'changed: ports (none → 80:80/tcp)',
    ],
    [
      'a nested limit',
      sealedWeb({ environment: { COLOR: 'red' }, deploy: { resources: { limits: { cpus: 2 } } } }),
      'changed: deploy',
    ],
    ['a label', sealedWeb({ environment: { COLOR: 'red' }, labels: { 'a.b': 'c' } }), 'changed: labels'],
    [
      'the name behind the key of a network',
      sealedWeb({ environment: { COLOR: 'red' } }, {}, { networks: { default: { name: 'other' } } }),
      'changed: networks.default.name (shop_default → other)',
    ],
    [
      'several at once, with the image',
      sealedWeb({ image: 'nginx:2', environment: { COLOR: 'blue' }, command: ['x'] }),
      'changed: image (nginx:1 → nginx:2), command, environment.COLOR',
    ],
  ])('%s', (_, after, expected) => {
    expect(why(after, before)).toBe(expected);
  });

  test('with values where no secret can be, and without them everywhere else', () => {
    const from = {
      environment: { COLOR: 'red' },
      command: ['--password', 'a'],
      labels: { token: 'a' },
      healthcheck: { test: ['CMD', 'check', 'a'], interval: '5s' },
      restart: 'no',
      ports: [{ target: 80, published: '8080', protocol: 'tcp', host_ip: '127.0.0.1' }],
      volumes: [{ type: 'volume', source: 'data', target: '/data', read_only: true }],
    };
    const to = {
      environment: { COLOR: 'blue' },
      command: ['--password', 'b'],
      labels: { token: 'b' },
      healthcheck: { test: ['CMD', 'check', 'b'], interval: '7s' },
      restart: 'always',
      ports: [{ target: 80, published: '8081', protocol: 'tcp', host_ip: '127.0.0.1' }],
      logging: { driver: 'syslog', options: { 'syslog-address': 'b' } },
    };
    const cause = explain(side(sealedWeb(to)), side(sealedWeb(from)));
    expect(cause).toMatchObject({
      kind: 'configuration',
      values: [
        { field: 'healthcheck.interval', from: '5s', to: '7s' },
        { field: 'ports', from: '127.0.0.1:8080:80/tcp', to: '127.0.0.1:8081:80/tcp' },
        { field: 'restart', from: 'no', to: 'always' },
        { field: 'volumes', from: 'data:/data:ro' },
      ],
    });
    expect(sentence(cause)).toContain('healthcheck.interval (5s → 7s), healthcheck.test, labels.token');
  });

  test('with a known secret masked wherever it stands', () => {
    const cause = explain(side(sealedWeb({ hostname: 'hunter22', user: 'app' })), side(sealedWeb({})));
    const masked = maskedCause(cause, redactor(['hunter22']));
    expect(masked).toEqual({
      kind: 'configuration',
      fields: ['hostname', 'user'],
      values: [
        { field: 'hostname', to: '***' },
        { field: 'user', to: 'app' },
      ],
    });
  });

  test('the image by what the compose file calls it, beside other fields', () => {
    expect(explain(side(sealedWeb({ image: 'nginx:2', restart: 'always' })), side(sealedWeb({})))).toMatchObject({
      values: [
        { field: 'image', from: 'nginx:1', to: 'nginx:2' },
        { field: 'restart', to: 'always' },
      ],
    });
  });

  test('the name behind the key of a volume', () => {
    const mounted = (name: string) =>
      sealedWeb({ volumes: [{ type: 'volume', source: 'data', target: '/d' }] }, {}, { volumes: { data: { name } } });
    expect(why(mounted('b'), mounted('a'))).toBe('changed: volumes (a:/d → b:/d)');
  });

  test('only the image: from which to which', () => {
    const to = (digit: string) => ({
      pins: new Map([['web', pin('nginx:1', { pinned: `nginx:1@sha256:${digit.repeat(64)}` })]]),
    });
    expect(why(sealedWeb({}, to('b')), sealedWeb({}, to('a')))).toBe('image nginx:1 (aaaaaaaa) → nginx:1 (bbbbbbbb)');
  });

  test('only the content: of which files', () => {
    const volumes = [{ type: 'bind', source: '/scratch/one/nginx.conf', target: '/x' }];
    const configs = [{ source: 'app' }];
    const release = (id: string, text: string) =>
      sealedWeb(
        { volumes, configs },
        { objects: objects({ 'nginx.conf': id }) },
        { configs: { app: { content: text } } },
      );
    expect(why(release('2', 'a'), release('1', 'a'))).toBe('content changed: nginx.conf');
    expect(why(release('2', 'b'), release('1', 'a'))).toBe('content changed: config app, nginx.conf');
  });

  test('content and configuration', () => {
    const release = (id: string, user: string) =>
      sealedWeb(
        { user, volumes: [{ type: 'bind', source: '/scratch/one/a', target: '/x' }] },
        { objects: objects({ a: id }) },
      );
    expect(why(release('2', 'root'), release('1', 'nobody'))).toBe('changed: user (nobody → root), content of a');
  });

  test('nothing that it can name, as after a change of the host’s key', () => {
    expect(why(sealedWeb({}, { key: Buffer.from('another') }), sealedWeb({}))).toBe(
      'changed: how Harbormaster seals it',
    );
  });

  test('many: the first twelve, and how many more', () => {
    const variables = (value: string) =>
      Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`V${String(index).padStart(2, '0')}`, value]));
    const text = why(sealedWeb({ environment: variables('b') }), sealedWeb({ environment: variables('a') }));
    expect(text).toMatch(/^changed: environment\.V00, .*environment\.V11, and 8 more$/);
  });

  test('what runs is of no known release', () => {
    const one = side(sealedWeb({}));
    expect(sentence(explain(one, undefined))).toBe('runs what another release left');
    expect(sentence(explain(one, one))).toBe('runs what another release left');
  });
});

test('fields that differ are named down to the smallest', () => {
  expect(changedFields({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 1, c: 3 }, d: [2], e: null })).toEqual([
    'a.c',
    'd',
    'e',
  ]);
  expect(changedFields({ a: {} }, { a: { b: 1 } })).toEqual(['a.b']);
  expect(changedFields({ constructor: 1 }, {})).toEqual(['constructor']);
});

test('no value of a field that can hold a secret is ever in the reason', () => {
  const value = fc.stringMatching(/^[a-z0-9]{6,12}$/).map((text) => `value-${text}`);
  const values = fc.dictionary(fc.constantFrom('A', 'B', 'C'), value);
  const definition = fc.record({
    environment: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.option(value)),
    labels: values,
    command: fc.array(value, { maxLength: 2 }),
    user: fc.constantFrom('root', 'app'),
    extra: fc.record({ deep: values, list: fc.array(values, { maxLength: 2 }) }),
    deploy: fc.record({ labels: values }),
    text: value,
    token: value,
  });
  const release = ({ text, token, ...service }: typeof definition extends fc.Arbitrary<infer D> ? D : never) =>
    sealedWeb(
      { ...service, configs: [{ source: 'app' }], secrets: [{ source: 'token' }] },
      { environment: { TOKEN: token } },
      { configs: { app: { content: text } }, secrets: { token: { environment: 'TOKEN' } } },
    );
  fc.assert(
    fc.property(definition, definition, (to, from) => {
      const said = why(release(to), release(from));
      expect(said).not.toContain('value-');
      expect(said).not.toMatch(/: *(,|$)/);
    }),
  );
});
