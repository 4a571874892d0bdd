import { describe, expect, test } from 'vitest';
import { close } from '../../src/core/close.ts';
import { diff } from '../../src/core/diff.ts';
import { sentence } from '../../src/core/format-plan.ts';
import type { Change } from '../../src/model/change.ts';
import type { AppHistory } from '../../src/model/history.ts';
import type { ObservedContainer, ObservedNetwork } from '../../src/model/observed.ts';
import type { Refresh } from '../../src/model/on-change.ts';
import type { Release } from '../../src/model/release.ts';
import {
  container,
  exited,
  history,
  instance,
  network,
  on,
  release,
  releaseNetwork,
  service,
} from '../support/builders.ts';

interface Host {
  readonly containers: readonly ObservedContainer[];
  readonly networks?: readonly ObservedNetwork[];
  readonly history?: AppHistory;
}

const line = (change: Change): string => {
  const what = 'to' in change ? change.to.name : 'service' in change ? change.service : change.network.name;
  return `${change.kind} ${what}: ${sentence(change.cause)}`;
};

const changes = (to: Release, host: Host): readonly Change[] => {
  const found = diff({ release: to, deployed: undefined, history: host.history, containers: host.containers });
  return close(found, { release: to, networks: [], instance, history: host.history, ...host });
};
const closed = (to: Release, host: Host) => changes(to, host).map(line);

const stale = (of: string) => container(of, { digest: `${of}-0` });
const replaced = 'runs what another release left';

describe('who shares a namespace or volumes with a container that goes away', () => {
  const shop = release({ services: [service('vpn'), service('client', { sharesWith: ['vpn'] }), service('web')] });
  const rest = [container('client'), container('web')];

  test('is replaced with it, when it is replaced', () => {
    expect(closed(shop, { containers: [stale('vpn'), ...rest] })).toEqual([
      `replace vpn: ${replaced}`,
      'replace client: follows vpn (shares its namespace or volumes)',
    ]);
  });

  test('is replaced after it, when that is restarted; a signal changes nothing for it', () => {
    const [vpn] = shop.services;
    if (vpn === undefined) throw new Error('no vpn');
    const refresh = (by: Refresh): Change => ({
      kind: 'refresh',
      to: vpn,
      from: [stale('vpn')],
      by,
      content: ['vpn.conf'],
      cause: { kind: 'content', paths: ['vpn.conf'] },
    });
    const around = { release: shop, containers: [stale('vpn'), ...rest], networks: [], instance, history: undefined };
    expect(close([refresh({ kind: 'restart' })], around).map(line)).toEqual([
      'refresh vpn: content changed: vpn.conf',
      'replace client: follows vpn (shares its namespace or volumes)',
    ]);
    for (const by of [{ kind: 'signal', signals: ['HUP'] }, { kind: 'ignore' }] as const)
      expect(close([refresh(by)], around).map(line)).toEqual(['refresh vpn: content changed: vpn.conf']);
  });

  test('is replaced after it, when it had gone or stopped', () => {
    expect(closed(shop, { containers: rest })).toEqual([
      'create vpn: new',
      'replace client: follows vpn (shares its namespace or volumes)',
    ]);
    expect(closed(shop, { containers: [exited('vpn', 1), ...rest] })).toEqual([
      'start vpn: found exited (1)',
      'replace client: follows vpn (shares its namespace or volumes)',
    ]);
  });

  test('is created, not replaced, when it is not there itself', () => {
    expect(closed(shop, { containers: [stale('vpn'), container('web')] })).toEqual([
      `replace vpn: ${replaced}`,
      'create client: new',
    ]);
  });

  test('stays when only more replicas come beside', () => {
    const scaled = release({ services: [service('vpn', { replicas: 2 }), service('client', { sharesWith: ['vpn'] })] });
    expect(closed(scaled, { containers: [container('vpn'), container('client')] })).toEqual([
      'create vpn: replicas 1 → 2',
    ]);
  });

  test('is replaced when there are too many of the other: it may share with the one that goes', () => {
    const second = container('vpn', { id: 'vpn-2', name: 'shop-vpn-2' });
    expect(closed(shop, { containers: [container('vpn'), second, ...rest] })).toEqual([
      'replace vpn: replicas 2 → 1',
      'replace client: follows vpn (shares its namespace or volumes)',
    ]);
  });

  test('stays when it changes alone, and the one it shares with stays too', () => {
    expect(closed(shop, { containers: [container('vpn'), stale('client'), container('web')] })).toEqual([
      `replace client: ${replaced}`,
    ]);
  });

  test('is made anew when it was stopped: it may hold on to a container that is no more', () => {
    expect(closed(shop, { containers: [container('vpn'), exited('client', 137), container('web')] })).toEqual([
      'replace client: found exited (137)',
    ]);
  });
});

describe('who asks to be restarted with a dependency', () => {
  const shop = release({ services: [service('db'), service('web', { dependsOn: [on('db', 'started', true)] })] });

  test('is replaced with it', () => {
    expect(closed(shop, { containers: [stale('db'), container('web')] })).toEqual([
      `replace db: ${replaced}`,
      'replace web: follows db (depends_on.restart)',
    ]);
  });

  test('keeps its own reason when it has one', () => {
    expect(closed(shop, { containers: [stale('db'), stale('web')] })).toEqual([
      `replace db: ${replaced}`,
      `replace web: ${replaced}`,
    ]);
  });

  test('who does not ask stays', () => {
    const plain = release({ services: [service('db'), service('web', { dependsOn: [on('db', 'healthy')] })] });
    expect(closed(plain, { containers: [stale('db'), container('web')] })).toEqual([`replace db: ${replaced}`]);
  });
});

describe('chains', () => {
  test('are followed to their end', () => {
    const chain = release({
      services: [
        service('c', { sharesWith: ['b'] }),
        service('b', { dependsOn: [on('a', 'started', true)] }),
        service('a'),
        service('d', { dependsOn: [on('c', 'started', true)] }),
        service('bystander', { dependsOn: [on('d')] }),
      ],
    });
    const containers = [stale('a'), ...['b', 'c', 'd', 'bystander'].map((name) => container(name))];
    expect(closed(chain, { containers })).toEqual([
      `replace a: ${replaced}`,
      'replace b: follows a (depends_on.restart)',
      'replace c: follows b (shares its namespace or volumes)',
      'replace d: follows c (depends_on.restart)',
    ]);
  });

  test('go on behind a service whose several small changes become one replacement', () => {
    const shop = release({
      services: [
        service('a'),
        service('b', { replicas: 3, dependsOn: [on('a', 'started', true)] }),
        service('c', { sharesWith: ['b'] }),
        service('d', { sharesWith: ['c'] }),
      ],
    });
    const containers = [
      stale('a'),
      container('b'),
      exited('b', 1, { id: 'b-2', name: 'shop-b-2' }),
      container('c'),
      container('d'),
    ];
    expect(closed(shop, { containers })).toEqual([
      `replace a: ${replaced}`,
      'replace b: follows a (depends_on.restart)',
      'replace c: follows b (shares its namespace or volumes)',
      'replace d: follows c (shares its namespace or volumes)',
    ]);
  });

  test('a replacement of all of a service takes in that some of it were too many', () => {
    const shop = release({ services: [service('a'), service('b', { sharesWith: ['a'] })] });
    const second = container('b', { id: 'b-2', name: 'shop-b-2' });
    const found = changes(shop, { containers: [stale('a'), container('b'), second] });
    expect(found.map(line)).toEqual([
      `replace a: ${replaced}`,
      'replace b: follows a (shares its namespace or volumes)',
    ]);
    expect(found[1]).toMatchObject({ from: [{ id: 'b-id' }, { id: 'b-2' }] });
  });
});

describe('a finished job', () => {
  const shop = release({
    services: [
      service('db'),
      service('migrate', { oneShot: true, sharesWith: ['db'], networks: ['back'] }),
      service('seed', { oneShot: true, dependsOn: [on('db', 'started', true)] }),
    ],
    networks: [releaseNetwork('back')],
  });

  test('is never dragged along', () => {
    const containers = [stale('db'), exited('migrate', 0), exited('seed', 0)];
    expect(closed(shop, { containers, networks: [network('back', { digest: 'back-0' })] })).toEqual([
      `replace db: ${replaced}`,
      'replace-network shop_back: changed: networks.back',
    ]);
  });

  test('is known by the log too', () => {
    const containers = [stale('db'), exited('migrate', 1), exited('seed', 1)];
    const done = history({ completed: ['migrate-1', 'seed-1'] });
    expect(closed(shop, { containers, history: done, networks: [network('back')] })).toEqual([
      `replace db: ${replaced}`,
    ]);
  });

  test('that is still running follows', () => {
    const containers = [stale('db'), container('migrate'), exited('seed', 0)];
    expect(closed(shop, { containers, networks: [network('back')] })).toEqual([
      `replace db: ${replaced}`,
      'replace migrate: follows db (shares its namespace or volumes)',
    ]);
  });
});

describe('networks', () => {
  const shop = release({
    services: [service('web', { networks: ['front', 'back'] }), service('db', { networks: ['back'] }), service('job')],
    networks: [releaseNetwork('front'), releaseNetwork('back')],
  });
  const containers = [container('web'), container('db'), container('job')];

  test('that are as declared need nothing', () => {
    expect(closed(shop, { containers, networks: [network('front'), network('back')] })).toEqual([]);
  });

  test('whose definition changed are replaced, with everybody who is attached', () => {
    expect(closed(shop, { containers, networks: [network('front'), network('back', { digest: 'back-0' })] })).toEqual([
      'replace-network shop_back: changed: networks.back',
      'replace web: its network shop_back is made anew',
      'replace db: its network shop_back is made anew',
    ]);
  });

  test('drag along who follows those who are attached', () => {
    const shared = release({ ...shop, services: [...shop.services, service('side', { sharesWith: ['db'] })] });
    const all = [...containers, container('side')];
    expect(
      closed(shared, { containers: all, networks: [network('front', { digest: undefined }), network('back')] }),
    ).toEqual([
      'replace-network shop_front: changed: networks.front',
      'replace web: its network shop_front is made anew',
    ]);
    expect(closed(shared, { containers: all, networks: [network('back', { digest: undefined })] })).toContain(
      'replace side: follows db (shares its namespace or volumes)',
    );
  });

  test('that got another name are replaced', () => {
    const renamed = release({
      ...shop,
      networks: [releaseNetwork('front'), releaseNetwork('back', { name: 'spine', digest: 'back-2' })],
    });
    expect(closed(renamed, { containers, networks: [network('front'), network('back')] })[0]).toBe(
      'replace-network shop_back: changed: networks.back',
    );
  });

  test('that got another key are replaced, because Compose refuses a network under a key that is not its own', () => {
    const rekeyed = release({
      services: [service('web', { networks: ['edge'] })],
      networks: [releaseNetwork('edge', { name: 'shop_front', digest: 'front-1' })],
    });
    expect(closed(rekeyed, { containers: [container('web')], networks: [network('front')] })).toEqual([
      'replace-network shop_front: changed: networks.edge',
      'replace web: its network shop_front is made anew',
    ]);
  });

  test('that are not declared any more are removed', () => {
    expect(closed(shop, { containers, networks: [network('front'), network('back'), network('old')] })).toEqual([
      'remove-network shop_old: no longer declared',
    ]);
  });

  test('that others look after now are left alone', () => {
    const external = release({
      ...shop,
      networks: [releaseNetwork('front', { external: true }), releaseNetwork('back')],
    });
    expect(closed(external, { containers, networks: [network('front'), network('back')] })).toEqual([]);
  });

  test('that are not ours are never touched', () => {
    const foreign = [network('old', { instance: undefined }), network('back', { instance: 'them', digest: undefined })];
    expect(closed(shop, { containers, networks: [network('front'), ...foreign] })).toEqual([]);
  });

  test('that are gone take the containers with them that were to be started: they would look for them in vain', () => {
    const down = [exited('web', 0), exited('db', 0), exited('job', 0)];
    expect(closed(shop, { containers: down, networks: [network('front')] })).toEqual([
      'start job: found exited (0)',
      'replace web: found exited (0)',
      'replace db: found exited (0)',
    ]);
    expect(closed(shop, { containers, networks: [network('front')] })).toEqual([]);
  });

  test('with nobody attached go alone', () => {
    const lonely = release({ services: [service('job')], networks: [releaseNetwork('front')] });
    expect(closed(lonely, { containers: [container('job')], networks: [network('front', { digest: 'x' })] })).toEqual([
      'replace-network shop_front: changed: networks.front',
    ]);
  });
});

test('what needs nothing drags nothing along', () => {
  const shop = release({ services: [service('a'), service('b', { sharesWith: ['a'] })] });
  expect(changes(shop, { containers: [container('a'), container('b')] })).toEqual([]);
});
