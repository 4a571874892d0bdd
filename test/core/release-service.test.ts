import { describe, expect, test } from 'vitest';
import { awaitedJobs, describeService } from '../../src/core/release-service.ts';
import type { ComposePort, ComposeService } from '../../src/model/compose-model.ts';
import { model, pin } from '../support/builders.ts';

const described = (definition: ComposeService, others: Readonly<Record<string, ComposeService>> = {}) => {
  const rendered = model({ it: definition, ...others });
  const service = rendered.services['it'] ?? {};
  return describeService({
    name: 'it',
    service,
    awaited: awaitedJobs(rendered),
    pin: pin('it:1'),
    digest: 'd',
    content: {},
  });
};

describe('how many run', () => {
  test.each<[string, ComposeService, number]>([
    ['one, if nothing is said', {}, 1],
    ['as deploy.replicas says', { deploy: { replicas: 3 } }, 3],
    ['as scale says', { scale: 2 }, 2],
    ['none', { deploy: { replicas: 0 } }, 0],
    ['none by scale, which Compose asks first', { scale: 0, deploy: { replicas: 0 } }, 0],
    ['one of a deploy without replicas', { deploy: { resources: {} } }, 1],
  ])('%s', (_, definition, replicas) => {
    expect(described(definition).replicas).toBe(replicas);
  });
});

describe('whom it waits for', () => {
  test('conditions and restarts are as they are rendered; an unknown condition is the plain one', () => {
    const depends_on = {
      a: { condition: 'service_started', required: true },
      b: { condition: 'service_healthy', restart: true },
      c: { condition: 'service_completed_successfully' },
      d: {},
    };
    expect(described({ depends_on }).dependsOn).toEqual([
      { service: 'a', condition: 'started', restart: false },
      { service: 'b', condition: 'healthy', restart: true },
      { service: 'c', condition: 'completed', restart: false },
      { service: 'd', condition: 'started', restart: false },
    ]);
  });

  test.each<[string, ComposeService, readonly string[]]>([
    ['network_mode', { network_mode: 'service:vpn' }, ['vpn']],
    ['pid', { pid: 'service:vpn' }, ['vpn']],
    ['ipc', { ipc: 'service:vpn' }, ['vpn']],
    ['volumes_from', { volumes_from: ['data', 'more:ro'] }, ['data', 'more']],
    ['all of them, once', { network_mode: 'service:vpn', pid: 'service:vpn', volumes_from: ['vpn'] }, ['vpn']],
    ['nobody of another app', { network_mode: 'container:x', volumes_from: ['container:y:ro'] }, []],
    ['nobody of the host', { network_mode: 'host', pid: 'host', ipc: 'shareable' }, []],
  ])('it shares with %s', (_, definition, services) => {
    expect(described(definition).sharesWith).toEqual(services);
  });
});

describe('a one-shot', () => {
  const completed = { depends_on: { it: { condition: 'service_completed_successfully' } } };

  test('is what another service waits for to complete', () => {
    expect(described({}, { web: completed }).oneShot).toBe(true);
    expect(described({}, { web: { depends_on: { it: { condition: 'service_healthy' } } } }).oneShot).toBe(false);
  });

  test('is what says so itself, and that is the last word', () => {
    expect(described({ labels: { 'harbormaster.one-shot': 'true' } }).oneShot).toBe(true);
    expect(described({ labels: { 'harbormaster.one-shot': 'false' } }, { web: completed }).oneShot).toBe(false);
  });

  test('is nothing else: `restart: "no"` is Compose’s default', () => {
    expect(described({ restart: 'no' }).oneShot).toBe(false);
    expect(described({ labels: { 'harbormaster.one-shot': 'yes' } }).oneShot).toBe(false);
    expect(described({ labels: { 'harbormaster.one-shot': 'yes' } }, { web: completed }).oneShot).toBe(true);
  });
});

describe('a healthcheck', () => {
  test.each<[string, ComposeService, boolean]>([
    ['is there', { healthcheck: { test: ['CMD', 'true'] } }, true],
    ['is not there', {}, false],
    ['is disabled', { healthcheck: { disable: true } }, false],
    ['is none', { healthcheck: { test: ['NONE'] } }, false],
  ])('%s', (_, definition, found) => {
    expect(described(definition).healthcheck).toBe(found);
  });
});

describe('published ports', () => {
  const port = (more: Partial<ComposePort>): ComposePort => ({ mode: 'ingress', target: 80, protocol: 'tcp', ...more });

  test.each<[string, ComposePort, readonly unknown[]]>([
    ['on every address', port({ published: '8080' }), [{ hostIp: '', port: 8080, protocol: 'tcp' }]],
    [
      'on one address',
      port({ published: '53', host_ip: '127.0.0.1', protocol: 'udp' }),
      [{ hostIp: '127.0.0.1', port: 53, protocol: 'udp' }],
    ],
    [
      'in host mode, which Compose publishes like any other',
      port({ published: '8080', mode: 'host' }),
      [{ hostIp: '', port: 8080, protocol: 'tcp' }],
    ],
    ['by the engine’s choice', port({}), []],
    ['by the engine’s choice, written as 0', port({ published: '0' }), []],
    ['as a range, of which the engine picks one that is free', port({ published: '7100-7105' }), []],
  ])('%s', (_, published, expected) => {
    expect(described({ ports: [published] }).ports).toEqual(expected);
  });
});

test('networks are their keys, and a service with a network of another’s has none', () => {
  expect(described({ networks: { front: null, back: { aliases: ['x'] } } }).networks).toEqual(['front', 'back']);
  expect(described({ network_mode: 'service:vpn' }).networks).toEqual([]);
});
