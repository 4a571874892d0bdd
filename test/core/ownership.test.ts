import { describe, expect, test } from 'vitest';
import { assertFree, assertOwned, ownContainers } from '../../src/core/ownership.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { ReleaseService } from '../../src/model/release.ts';
import { app, container, instance, observed, release, service } from '../support/builders.ts';

const stranger = (more: Partial<ObservedContainer> = {}) =>
  container('web', {
    id: 'stranger',
    name: 'stranger',
    project: undefined,
    instance: undefined,
    app: undefined,
    ...more,
  });

describe('ours are', () => {
  const own = (...containers: readonly ObservedContainer[]) =>
    ownContainers(observed(containers), app(), instance).map(({ id }) => id);

  test('the containers of the project that carry our label and the app’s', () => {
    expect(own(container('web'), container('db'))).toEqual(['web-id', 'db-id']);
  });

  test.each<[string, Partial<ObservedContainer>]>([
    ['another project', { project: 'shop-two' }],
    ['no project', { project: undefined }],
    ['another instance', { instance: 'them' }],
    ['no instance', { instance: undefined }],
    ['another app', { app: 'blog' }],
    ['a run by hand (`docker compose run`)', { oneOff: true }],
  ])('not those of %s', (_, more) => {
    expect(own(container('web', more))).toEqual([]);
  });

  test('told apart for many apps in one look', () => {
    const look = observed([container('web'), container('web', { id: 'b', project: 'blog', app: 'blog' })]);
    expect(ownContainers(look, app(), instance).map(({ id }) => id)).toEqual(['web-id']);
    expect(ownContainers(look, app({ name: 'blog', project: 'blog' }), instance).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('a project in which somebody else’s containers run is refused', () => {
  test.each<[string, Partial<ObservedContainer>, string]>([
    ['a person', { instance: undefined, app: undefined }, 'was started by somebody else'],
    ['another app of ours', { app: 'blog' }, 'belongs to the app blog'],
    ['another Harbormaster', { instance: 'them' }, 'belongs to another Harbormaster (instance them)'],
  ])('of %s', (_, more, whose) => {
    expect(() => assertOwned(observed([container('db'), container('web', more)]), app(), instance)).toThrow(
      expect.objectContaining({
        code: 'project-foreign',
        message: `the Compose project shop already runs and is not ours: shop-web-1 ${whose}`,
        hint: expect.stringContaining('apps.shop.project'),
      }),
    );
  });

  test('but one that has only ours, or nothing, is not', () => {
    assertOwned(
      observed([container('web'), container('web', { project: 'shop-two', instance: 'them' })]),
      app(),
      instance,
    );
    assertOwned(observed([container('web', { oneOff: true, instance: undefined })]), app(), instance);
    assertOwned(observed(), app(), instance);
  });
});

describe('what another container holds is found before anything is touched', () => {
  const conflict = (wanted: Partial<ReleaseService>, held: Partial<ObservedContainer>) => () =>
    assertFree(observed([container('web'), stranger(held)]), release({ services: [service('web', wanted)] }), instance);
  const port = (number: number, hostIp = '', protocol = 'tcp') => ({ port: number, hostIp, protocol });

  test.each<[string, ReturnType<typeof port>, ReturnType<typeof port>]>([
    ['the same port', port(80), port(80, '0.0.0.0')],
    ['the same port in IPv6', port(80), port(80, '::')],
    ['the same port of one address', port(80, '127.0.0.1'), port(80, '127.0.0.1')],
    ['a port of one address that is held on all', port(80, '127.0.0.1'), port(80, '0.0.0.0')],
    ['a port of all addresses that is held on one', port(80), port(80, '10.0.0.1')],
  ])('%s', (_, wanted, held) => {
    expect(conflict({ ports: [wanted] }, { ports: [held] })).toThrow(
      expect.objectContaining({
        code: 'port-taken',
        message: 'service web publishes port 80/tcp, which the container stranger holds',
      }),
    );
  });

  test.each<[string, ReturnType<typeof port>, ReturnType<typeof port>]>([
    ['another port', port(80), port(81)],
    ['another protocol', port(53), port(53, '', 'udp')],
    ['another address', port(80, '127.0.0.1'), port(80, '10.0.0.1')],
  ])('%s is no conflict', (_, wanted, held) => {
    expect(conflict({ ports: [wanted] }, { ports: [held] })).not.toThrow();
  });

  test.each<[string, Partial<ReleaseService>, string]>([
    ['the name that the service asks for', { containerName: 'shop' }, 'shop'],
    ['the name that Compose gives it', {}, 'shop-web-1'],
    ['the name that Compose gives to its third replica', { replicas: 3 }, 'shop-web-3'],
  ])('%s', (_, wanted, name) => {
    expect(conflict(wanted, { name })).toThrow(
      expect.objectContaining({
        code: 'name-taken',
        message: `service web wants the container name ${name}, which another container has`,
      }),
    );
  });

  test.each<[string, Partial<ReleaseService>, string]>([
    ['a name that only begins alike', {}, 'shop-web-10'],
    ['a number that no replica gets', { replicas: 2 }, 'shop-web-3'],
    ['a name that Compose does not give where the service has one', { containerName: 'shop' }, 'shop-web-1'],
    ['a name of a service that is not to run', { replicas: 0, containerName: 'shop' }, 'shop'],
  ])('%s is no conflict', (_, wanted, name) => {
    expect(conflict(wanted, { name })).not.toThrow();
  });

  test('a port of a service that is not to run is no conflict', () => {
    expect(conflict({ replicas: 0, ports: [port(80)] }, { ports: [port(80)] })).not.toThrow();
  });

  test('a port or name that the app itself holds is its own', () => {
    const own = container('old', { name: 'shop-web-1', ports: [port(80)] });
    assertFree(observed([own]), release({ services: [service('web', { ports: [port(80)] })] }), instance);
  });

  test('a port that another app of ours holds is taken', () => {
    const blog = stranger({ instance, app: 'blog', ports: [port(80)] });
    const shop = release({ services: [service('web', { ports: [port(80)] })] });
    expect(() => assertFree(observed([blog]), shop, instance)).toThrow('the container stranger holds');
  });

  test('a billion replicas are compared as fast as one', () => {
    expect(conflict({ replicas: 1_000_000_000 }, { name: 'shop-web-999999999' })).toThrow('wants the container name');
  });
});
