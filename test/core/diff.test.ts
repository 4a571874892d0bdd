import { describe, expect, test } from 'vitest';
import { diff } from '../../src/core/diff.ts';
import { sentence } from '../../src/core/format-plan.ts';
import type { DiffInput } from '../../src/core/sight.ts';
import type { Change } from '../../src/model/change.ts';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { ReleaseService } from '../../src/model/release.ts';
import { container, deployed, exited, hex, history, pin, release, service } from '../support/builders.ts';

const input = (more: Partial<DiffInput> = {}): DiffInput => ({
  release: release(),
  deployed: undefined,
  history: undefined,
  containers: [],
  ...more,
});

const line = (change: Change): string => {
  const what = 'to' in change ? change.to.name : 'service' in change ? change.service : change.network.name;
  const from = 'from' in change ? ` [${change.from.map(({ name }) => name).join(', ')}]` : '';
  return `${change.kind} ${what}${from}: ${sentence(change.cause)}`;
};

const changes = (more: Partial<DiffInput> = {}) => diff(input(more)).map(line);
const web = release();
const old = container('web', { digest: 'web-0' });

describe('a service without containers is created', () => {
  test('because it is new', () => {
    expect(changes()).toEqual(['create web: new']);
    expect(changes({ deployed: release({ services: [service('db')] }) })).toEqual(['create web: new']);
  });

  test('because its container is gone', () => {
    expect(changes({ deployed: web })).toEqual(['create web: its container is gone']);
  });

  test('because of what changed while it was gone', () => {
    const before = release({ services: [service('web', { digest: 'web-0', image: pin('web:0') })] });
    expect(changes({ deployed: before })).toEqual(['create web: image web:0 (10000000) → web:1 (10000000)']);
  });

  test('because there were to be none, and now there are', () => {
    const before = release({ services: [service('web', { replicas: 0 })] });
    const after = release({ services: [service('web', { replicas: 2 })] });
    expect(changes({ release: after, deployed: before })).toEqual(['create web: replicas 0 → 2']);
  });

  test('but not where there are to be none', () => {
    expect(changes({ release: release({ services: [service('web', { replicas: 0 })] }) })).toEqual([]);
  });
});

describe('a container of another digest is replaced', () => {
  const replaced = (reason: string, more: Partial<DiffInput>) =>
    expect(changes({ containers: [old], ...more })).toEqual([`replace web [shop-web-1]: ${reason}`]);

  test('because its image moved', () => {
    const before = release({
      services: [service('web', { digest: 'web-0', image: pin('web:1', { pinned: `web:1@sha256:${hex(2)}` }) })],
    });
    replaced('image web:1 (20000000) → web:1 (10000000)', { deployed: before });
  });

  test('because a field changed', () => {
    const definition = (user: string) => JSON.stringify({ services: { web: { image: 'web:1', user } } });
    const before = release({ services: [service('web', { digest: 'web-0' })], compose: definition('root') });
    replaced('changed: user (root → nobody)', {
      release: release({ compose: definition('nobody') }),
      deployed: before,
    });
  });

  test('because the content of a file changed', () => {
    const before = release({ services: [service('web', { digest: 'web-0', content: { 'a.conf': '1' } })] });
    const after = release({ services: [service('web', { content: { 'a.conf': '2' } })] });
    replaced('content changed: a.conf', { release: after, deployed: before });
  });

  test('because nobody knows what it runs', () => {
    replaced('runs what another release left', {});
  });

  test('because a release that failed left it, and the one deployed is wanted back', () => {
    replaced('runs what another release left', { deployed: web });
  });

  test('with all the others of the service, whatever they run', () => {
    const two = release({ services: [service('web', { replicas: 2 })] });
    const current = container('web', { id: 'b', name: 'shop-web-2' });
    expect(changes({ release: two, containers: [old, current] })).toEqual([
      'replace web [shop-web-1, shop-web-2]: runs what another release left',
    ]);
  });

  test('also when it has no digest at all', () => {
    replaced('runs what another release left', { containers: [container('web', { digest: undefined })] });
  });
});

describe('a container of the right digest', () => {
  test('is left alone while it runs, restarts or is being removed', () => {
    for (const state of ['running', 'restarting', 'removing'] as const) {
      expect(changes({ containers: [container('web', { state })] })).toEqual([]);
    }
  });

  test('is started when it was stopped', () => {
    expect(changes({ containers: [exited('web', 137)] })).toEqual(['start web [shop-web-1]: found exited (137)']);
    expect(changes({ containers: [exited('web', 0)] })).toEqual(['start web [shop-web-1]: found exited (0)']);
    expect(changes({ containers: [container('web', { state: 'created' })] })).toEqual([
      'start web [shop-web-1]: found created',
    ]);
  });

  test('is taken up again when it was paused, and gets its name back', () => {
    expect(changes({ containers: [container('web', { state: 'paused' })] })).toEqual([
      'mend web [shop-web-1]: found paused',
    ]);
    expect(changes({ containers: [container('web', { name: 'mine' })] })).toEqual([
      'mend web [mine]: container name mine → shop-web-1',
    ]);
  });

  describe('that is configured otherwise than when it was made', () => {
    const baseline = { user: 'web', 'limits.memory': '1048576' };
    const past = (digest = 'web-1') => {
      const history = deployed(web);
      return {
        ...history,
        deployed: history.deployed && { ...history.deployed, configured: { web: { digest, fields: baseline } } },
      };
    };
    const altered = (fields: Readonly<Record<string, string>>) => [container('web', { configured: fields })];
    const grown = altered({ ...baseline, 'limits.memory': '2097152' });

    test('is mended where the engine can, and made anew where it cannot', () => {
      expect(changes({ history: past(), containers: altered(baseline) })).toEqual([]);
      expect(changes({ history: past(), containers: grown })).toEqual([
        expect.stringMatching(/^mend web \[shop-web-1\]: .*limits\.memory \(2 MB, was 1 MB\)/),
      ]);
      expect(changes({ history: past(), containers: altered({ ...baseline, user: 'root' }) })).toEqual([
        expect.stringMatching(/^replace web \[shop-web-1\]: .*user/),
      ]);
    });

    test('is made anew where small repairs did not hold', () => {
      expect(changes({ history: past(), containers: grown, thorough: true })).toEqual([
        expect.stringMatching(/^replace web/),
      ]);
      expect(changes({ containers: [exited('web', 1)], thorough: true })).toEqual([
        'replace web [shop-web-1]: found exited (1)',
      ]);
    });

    test('is left alone where nothing is known of how it was, or where another release is compared', () => {
      expect(changes({ history: past('web-0'), containers: grown })).toEqual([]);
      expect(changes({ containers: grown })).toEqual([]);
      expect(changes({ release: release({ digest: hex('b') }), history: past(), containers: grown })).toEqual([]);
    });
  });

  test('is replaced when it is dead, because the engine does not start it again', () => {
    expect(changes({ containers: [container('web', { state: 'dead' })] })).toEqual([
      'replace web [shop-web-1]: found dead',
    ]);
  });

  test('is replaced when another image runs in it than was deployed', () => {
    const swapped = { containers: [container('web', { imageId: 'sha256:other' })] };
    const was = deployed(web, { web: 'sha256:web' });
    expect(changes({ ...swapped, history: was })).toEqual([
      'replace web [shop-web-1]: runs another image than was deployed',
    ]);
    expect(changes({ ...swapped, history: deployed(release({ digest: hex('b') }), { web: 'sha256:web' }) })).toEqual(
      [],
    );
    expect(changes({ ...swapped, history: deployed(web) })).toEqual([]);
    expect(changes({ history: was, containers: [container('web')] })).toEqual([]);
  });
});

describe('a container in the network of another service’s', () => {
  const compose = (mode: string) => JSON.stringify({ services: { web: {}, side: { network_mode: mode } } });
  const both = (more: Partial<ReleaseService> = {}, leader: Partial<ReleaseService> = {}, mode = 'service:web') =>
    release({
      services: [service('web', leader), service('side', { sharesWith: ['web'], ...more })],
      compose: compose(mode),
    });
  const joined = (joins: string | undefined, more: Partial<ObservedContainer> = {}) =>
    container('side', { joins, ...more });
  const left = joined('web-before');
  const rejoin = 'replace side [shop-side-1]: follows web (shares its network with a container that is gone)';

  test('is replaced when that one is gone, also where the other is there anew', () => {
    expect(changes({ release: both(), containers: [container('web'), left] })).toEqual([rejoin]);
    expect(changes({ release: both(), containers: [left] })).toEqual(['create web: new', rejoin]);
    expect(
      changes({ release: both(), containers: [container('web'), exited('side', 137, { joins: 'gone' })] }),
    ).toEqual([rejoin]);
  });

  test('is left alone while that one is there, running or not, or nobody knows of any', () => {
    for (const web of [container('web'), container('web', { state: 'restarting' })]) {
      expect(changes({ release: both(), containers: [web, joined('web-id')] })).toEqual([]);
      expect(changes({ release: both(), containers: [web, joined(undefined)] })).toEqual([]);
    }
  });

  test('is left alone when it was to join a container that is none of the app’s', () => {
    const alone = both({ sharesWith: [] }, {}, 'container:vpn');
    expect(changes({ release: alone, containers: [container('web'), left] })).toEqual([]);
    const sharesVolumes = both({}, {}, 'container:vpn');
    expect(changes({ release: sharesVolumes, containers: [container('web'), left] })).toEqual([]);
  });

  test('is left alone when there is nobody to join', () => {
    expect(changes({ release: both({}, { replicas: 0 }), containers: [left] })).toEqual([]);
    const done = history({ completed: ['web-1'] });
    expect(changes({ release: both({}, { oneShot: true }), history: done, containers: [left] })).toEqual([]);
  });

  test('is left alone when it is a job that came to its end there', () => {
    const ended = exited('side', 0, { joins: 'web-before' });
    expect(changes({ release: both({ oneShot: true }), containers: [container('web'), ended] })).toEqual([]);
  });
});

describe('how many run is counted', () => {
  const scaled = (replicas: number) => release({ services: [service('web', { replicas })] });
  const numbered = (...numbers: readonly number[]) =>
    numbers.map((number) => container('web', { id: `web-${number}`, name: `shop-web-${number}` }));

  test('too few: more are created', () => {
    expect(changes({ release: scaled(3), containers: numbered(1) })).toEqual(['create web: replicas 1 → 3']);
  });

  test('too many: the highest numbers go, by number and not by text', () => {
    expect(changes({ release: scaled(2), containers: numbered(10, 2, 1) })).toEqual([
      'remove web [shop-web-10]: replicas 3 → 2',
    ]);
  });

  test('too many: those that do not run go first, and are not started before', () => {
    const stopped = exited('web', 1, { id: 'web-0', name: 'shop-web-0' });
    expect(changes({ release: scaled(1), containers: [stopped, ...numbered(5)] })).toEqual([
      'remove web [shop-web-0]: replicas 2 → 1',
    ]);
  });

  test('too few, and one of them stopped', () => {
    expect(
      changes({ release: scaled(3), containers: [...numbered(1), exited('web', 1, { name: 'shop-web-2' })] }),
    ).toEqual(['create web: replicas 2 → 3', 'start web [shop-web-2]: found exited (1)']);
  });

  test('none wanted: all go, whatever they run', () => {
    expect(changes({ release: scaled(0), containers: [...numbered(1), old] })).toEqual([
      'remove web [shop-web-1, shop-web-1]: replicas 2 → 0',
    ]);
  });
});

describe('a one-shot', () => {
  const job = release({ services: [service('migrate', { oneShot: true })] });
  const done = history({ completed: ['migrate-1'] });

  test('that ended well stays ended', () => {
    expect(changes({ release: job, containers: [exited('migrate', 0)] })).toEqual([]);
  });

  test('that failed is started again', () => {
    expect(changes({ release: job, containers: [exited('migrate', 1)] })).toEqual([
      'start migrate [shop-migrate-1]: found exited (1)',
    ]);
  });

  test('is not run again because its container was pruned', () => {
    expect(changes({ release: job, history: done })).toEqual([]);
    expect(changes({ release: job })).toEqual(['create migrate: new']);
  });

  test('is not run again because somebody started it by hand and it failed', () => {
    expect(changes({ release: job, history: done, containers: [exited('migrate', 1)] })).toEqual([]);
  });

  test('runs again when it changed', () => {
    const changed = exited('migrate', 0, { digest: 'migrate-0' });
    expect(changes({ release: job, containers: [changed] })).toEqual([
      'replace migrate [shop-migrate-1]: runs what another release left',
    ]);
  });

  test('is not run again by going back to a release whose job ran: only the newer one’s container goes', () => {
    const newer = exited('migrate', 0, { digest: 'migrate-2' });
    expect(changes({ release: job, history: done, containers: [newer] })).toEqual([
      'remove migrate [shop-migrate-1]: runs what another release left',
    ]);
  });

  test('that is none any more runs again', () => {
    const plain = release({ services: [service('migrate')] });
    expect(changes({ release: plain, history: done, containers: [exited('migrate', 0)] })).toEqual([
      'start migrate [shop-migrate-1]: found exited (0)',
    ]);
  });
});

describe('what is not declared is removed', () => {
  test('by service, and by name where there is no service', () => {
    const containers = [
      container('web'),
      container('old'),
      container('old', { id: 'old-2', name: 'shop-old-2' }),
      container('x', { name: 'stray', service: undefined }),
    ];
    expect(changes({ containers })).toEqual([
      'remove old [shop-old-1, shop-old-2]: no longer declared',
      'remove stray [stray]: no longer declared',
    ]);
  });

  test('and a release without services removes all of them', () => {
    expect(changes({ release: release({ services: [] }), containers: [container('web')] })).toEqual([
      'remove web [shop-web-1]: no longer declared',
    ]);
  });
});

test('what runs as declared needs nothing', () => {
  const two = release({ services: [service('web', { replicas: 2 }), service('db')] });
  const containers = [container('web'), container('web', { id: 'b', name: 'shop-web-2' }), container('db')];
  expect(diff(input({ release: two, containers, deployed: two, history: deployed(two, { db: 'sha256:db' }) }))).toEqual(
    [],
  );
});
